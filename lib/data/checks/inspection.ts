/** A dataset's file in numbers, and what is wrong with it. @module */

import type { Modality, ProtocolName, SplitName } from "../modality.ts";
import type { Problem } from "../problem.ts";
import type { Recognition } from "../registry.ts";
import type { DatasetSource, LengthOrigin, PaddingPlace } from "../source.ts";

/** Labels of a split in numbers. */
export interface LabelSummary {
  /** The smallest finite label. */
  readonly least: number;
  /** The largest finite label. */
  readonly greatest: number;
  /** Mean of the finite labels. */
  readonly mean: number;
  /** Number of labels below 0. */
  readonly negative: number;
  /** Number of labels that are 0. */
  readonly neutral: number;
  /** Number of labels above 0. */
  readonly positive: number;
}

/** One modality of a split in numbers. */
export interface ColumnSummary {
  /** Number of steps, padding included. */
  readonly steps: number;
  /** Number of features of a step. */
  readonly width: number;
  /** Number type in the file, as numpy names it. */
  readonly dtype: string;
  /** True number of steps of a sample. */
  readonly lengths: { readonly least: number; readonly median: number; readonly greatest: number };
  /** Where the lengths come from. */
  readonly lengthOrigin: LengthOrigin;
  /** Least and greatest finite value within the lengths; null where there is none. */
  readonly range: readonly [number, number] | null;
  /** Number of values that are not finite. */
  readonly nonfinite: number;
}

/** A split in numbers. */
export interface SplitSummary {
  /** Number of samples. */
  readonly samples: number;
  /** Null where there are none. */
  readonly labels: LabelSummary | null;
  /** Modalities with human labels of their own. */
  readonly unimodalLabels: readonly Modality[];
  /** By modality. */
  readonly features: Readonly<Partial<Record<Modality, ColumnSummary>>>;
  /** [samples, 3, tokens] */
  readonly textBert: readonly number[] | null;
  /** Whether there is any. */
  readonly rawText: boolean;
}

/** All about a file. */
export interface Inspection {
  /** Whether no problem is an error. */
  readonly ok: boolean;
  /** What was inspected. */
  readonly path: string;
  /** Null when the file cannot be read as a dataset. */
  readonly format: DatasetSource["format"] | null;
  /** How the file is arranged; null for a store, synthetic data and what cannot be read. */
  readonly layout: string | null;
  /** Names that were read as others: `facet → vision`. */
  readonly renamed: readonly string[];
  /** Where the sequences of the file are padded, by modality. */
  readonly padding: Readonly<Partial<Record<Modality, PaddingPlace>>>;
  /** What networks read of the text where nothing is said; null without features of it in train. */
  readonly textPooling: "first" | "lstm" | null;
  /** Why. */
  readonly textPoolingReason: string | null;
  /** Whether networks get audio and vision on a common scale; null without features in train. */
  readonly standardize: "none" | "train" | null;
  /** Why. */
  readonly standardizeReason: string | null;
  /** The published file that it is. */
  readonly recognized: { readonly name: string; readonly by: Recognition["by"] } | null;
  /** Null where nothing tells it. */
  readonly protocol: ProtocolName | null;
  /** What told it; null where somebody said it, or nothing tells. */
  readonly protocolReason: string | null;
  /** As in {@linkcode SourceSums}. */
  readonly sha256: string | null;
  /** Size of the file; null where there is none. */
  readonly bytes: number | null;
  /** By name. */
  readonly splits: Readonly<Partial<Record<SplitName, SplitSummary>>>;
  /** What is wrong with it, errors first. */
  readonly problems: readonly Problem[];
}
