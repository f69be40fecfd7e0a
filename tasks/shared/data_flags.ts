/** Data as `--data` and the flags beside it ask for them. @module */

import {
  isLabelRange,
  MODALITIES,
  type Modality,
  modalityOf,
  parseColumns,
  parseLabelRange,
  type SourceOptions,
} from "../../lib/data/mod.ts";
import { type TrainingOptions } from "../../lib/training/mod.ts";
import { TRAINING_DEFAULTS } from "../../lib/training/training_defaults.ts";
import { unknownName, UsageError } from "../../lib/core/mod.ts";
import type { Call } from "./command.ts";
import { protocolOf } from "./flags.ts";

/**
 * What `--data`, `--protocol`, `--modalities`, `--nonfinite` and the flags of the source say; what is
 * absent is left open, or as `before` has it.
 *
 * @throws {UsageError} when there are no data or a modality is unknown
 */
export function dataOf(
  call: Call,
  before: { readonly data?: string; readonly nonfinite?: "zero" | "stop" } = {},
): Pick<TrainingOptions, "protocol" | "modalities" | "nonfinite"> & SourceOptions & {
  readonly data: string;
} {
  const modalities = modalitiesOf(call);
  const source = sourceOf(call);
  const nonfinite = call.get("nonfinite") as "zero";
  return {
    data: pathOf(call, source, before.data),
    ...source,
    ...protocolOf(call),
    ...(modalities === undefined ? {} : { modalities }),
    nonfinite: nonfinite === TRAINING_DEFAULTS.nonfinite
      ? before.nonfinite ?? nonfinite
      : nonfinite,
  };
}

/** What is read: `--data`, or else the first file of a modality. @throws {UsageError} without any */
export function pathOf(call: Call, { files = {} }: SourceOptions, otherwise?: string): string {
  const [first] = MODALITIES.flatMap((modality) => files[modality] ?? []);
  return call.get("data") ?? first ?? otherwise ?? call.require("data");
}

/** What the flags of the source say. @throws {UsageError} when one does not fit */
export function sourceOf(call: Call): SourceOptions {
  const columns = call.get("columns");
  const files = {
    text: call.get("text-features"),
    audio: call.get("audio"),
    vision: call.get("vision"),
  };
  const given = Object.entries(files).filter(([, path]) => path !== undefined);
  return {
    ...labelsOf(call.all("labels")),
    ...(call.get("label-column") === undefined ? {} : {
      labelColumn: call.count("label-column", 0),
    }),
    ...(columns === undefined ? {} : { columns: parseColumns(columns) }),
    ...(given.length === 0 ? {} : { files: Object.fromEntries(given) }),
    ...(call.get("valid") === undefined ? {} : { valid: call.between("valid", 0, 1) }),
  };
}

/** `--labels`: a table, a range, or one of each. */
function labelsOf(given: readonly string[]): Pick<SourceOptions, "labelFile" | "labelRange"> {
  const ranges = given.filter(isLabelRange);
  const files = given.filter((text) => !isLabelRange(text));
  if (ranges.length > 1 || files.length > 1) {
    throw new UsageError(
      `Cannot use --labels ${given.join(" and ")}: expected a table and a range`,
    );
  }
  return {
    ...(files[0] === undefined ? {} : { labelFile: files[0] }),
    ...(ranges[0] === undefined ? {} : { labelRange: parseLabelRange(ranges[0]) }),
  };
}

/** What `--modalities` names; undefined where it was not given. @throws {UsageError} an unknown one */
export function modalitiesOf(call: Call): Modality[] | undefined {
  return call.list("modalities")?.map(toModality);
}

function toModality(text: string): Modality {
  const modality = modalityOf(text);
  if (modality === undefined) throw new UsageError(unknownName("modality", text, MODALITIES));
  return modality;
}
