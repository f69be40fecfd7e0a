/**
 * The published feature files, and what a file's content says about its protocol.
 *
 * Sums from MMSA's README (SHA-256) and Self-MM's (SHA-1, an older set); shapes and counts from
 * their configurations and papers: METHODS 0.1.
 *
 * @module
 */

import { LABEL_RANGES } from "./label_range.ts";
import { UsageError } from "../core/errors.ts";
import {
  MODALITIES,
  type Modality,
  PROTOCOL_NAMES,
  type ProtocolName,
  type SplitName,
  SPLITS,
} from "./modality.ts";

/** A published file. */
export interface KnownFile {
  /** Names the dataset in run folders and tables. */
  readonly name: string;
  /** Whose metrics and default settings hold. */
  readonly protocol: ProtocolName;
  /** Null where nobody has published it. */
  readonly sha256: string | null;
  /** Null where nobody has published it. */
  readonly sha1: string | null;
  /** Feature widths. */
  readonly widths: Readonly<Record<Modality, number>>;
  /**
   * Padded lengths. Only whether they are all equal counts for recognition: the sources disagree
   * about which of MOSI's audio and vision has 375 steps.
   */
  readonly steps: Readonly<Record<Modality, number>>;
  /** Number of samples. */
  readonly samples: Readonly<Partial<Record<SplitName, number>>>;
  /** Negative, zero and positive labels of the test split. */
  readonly testLabels: readonly [number, number, number] | null;
}

const MOSI = {
  protocol: "mosi",
  widths: { text: 768, audio: 5, vision: 20 },
  samples: { train: 1284, valid: 229, test: 686 },
  testLabels: [379, 30, 277],
} as const;

const MOSEI = {
  protocol: "mosei",
  widths: { text: 768, audio: 74, vision: 35 },
  samples: { train: 16326, valid: 1871, test: 4659 },
  testLabels: [1350, 1025, 2284],
} as const;

const SIMS = {
  protocol: "sims",
  widths: { text: 768, audio: 33, vision: 709 },
  steps: { text: 39, audio: 400, vision: 55 },
} as const;

const ALIGNED = { text: 50, audio: 50, vision: 50 } as const;

/** Every published file that is known here. */
export const KNOWN_FILES: readonly KnownFile[] = [
  {
    ...MOSI,
    name: "mosi-unaligned",
    sha256: "78e0f8b5ef8ff71558e7307848fc1fa929ecb078203f565ab22b9daab2e02524",
    sha1: "5da0b8440fc5a7c3a457859af27458beb993e088",
    steps: { text: 50, audio: 375, vision: 500 },
  },
  {
    ...MOSI,
    name: "mosi-aligned",
    sha256: "d3994fd25681f9c7ad6e9c6596a6fe9b4beb85ff7d478ba978b124139002e5f9",
    sha1: "5c62b896619a334a7104c8bef05d82b05272c71c",
    steps: ALIGNED,
  },
  {
    ...MOSEI,
    name: "mosei-unaligned",
    sha256: "ad8b23d50557045e7d47959ce6c5b955d8d983f2979c7d9b7b9226f6dd6fec1f",
    sha1: "db3e2cff4d706a88ee156981c2100975513d4610",
    steps: { text: 50, audio: 500, vision: 375 },
  },
  {
    ...MOSEI,
    name: "mosei-aligned",
    sha256: "45eccfb748a87c80ecab9bfac29582e7b1466bf6605ff29d3b338a75120bf791",
    sha1: "ef49589349bc1c2bc252ccc0d4657a755c92a056",
    steps: ALIGNED,
  },
  {
    ...SIMS,
    name: "sims",
    sha256: "c9e20c13ec0454d98bb9c1e520e490c75146bfa2dfeeea78d84de047dbdd442f",
    sha1: "a00c73e92f66896403c09dbad63e242d5af756f8",
    samples: { train: 1368, valid: 456, test: 457 },
    testLabels: [248, 69, 140],
  },
  {
    ...SIMS,
    name: "simsv2",
    sha256: null,
    sha1: null,
    samples: { train: 2722 },
    testLabels: null,
  },
];

/** What recognition and protocol detection look at. */
export interface DatasetShape {
  readonly widths: Readonly<Partial<Record<Modality, number>>>;
  readonly steps: Readonly<Partial<Record<Modality, number>>>;
  readonly samples: Readonly<Partial<Record<SplitName, number>>>;
  readonly hasUnimodalTextLabels: boolean;
  readonly fileName: string;
  /** Of the folder that the file is in; absent where there is none. */
  readonly folderName?: string;
  /** Least and greatest label of all splits; absent where they are few values, and may be classes. */
  readonly labels?: readonly [least: number, greatest: number];
}

/** A known file and what gave it away. */
export interface Recognition {
  /** The published file. */
  readonly file: KnownFile;
  /** By what it was recognized. */
  readonly by: "sha256" | "sha1" | "shapes";
}

/**
 * The published file that this is: by its sums where they are given, else by widths,
 * alignment and the sample count of every split together. Null for any other file.
 */
export function recognize(
  shape: DatasetShape,
  sums: { sha256?: string; sha1?: string } = {},
): Recognition | null {
  for (const by of ["sha256", "sha1"] as const) {
    const file = KNOWN_FILES.find((known) => known[by] !== null && known[by] === sums[by]);
    if (file !== undefined) return { file, by };
  }
  const file = KNOWN_FILES.find((known) =>
    hasShapesOf(shape, known) &&
    Object.entries(known.samples).every(([split, n]) => shape.samples[split as SplitName] === n)
  );
  return file === undefined ? null : { file, by: "shapes" };
}

/** A known file with the widths and alignment of this one, but other sample counts. */
export function resembles(shape: DatasetShape): KnownFile | null {
  const alike = KNOWN_FILES.filter((known) => hasShapesOf(shape, known));
  const misses = alike.map((known) => countMismatches(shape, known).length);
  return alike[misses.indexOf(Math.min(...misses))] ?? null;
}

/** Splits whose number of samples is not the published one. */
export function countMismatches(
  shape: Pick<DatasetShape, "samples">,
  known: KnownFile,
): { split: SplitName; found: number; published: number }[] {
  return SPLITS.flatMap((split) => {
    const [found, published] = [shape.samples[split], known.samples[split]];
    if (found === undefined || published === undefined || found === published) return [];
    return [{ split, found, published }];
  });
}

function hasShapesOf(shape: DatasetShape, known: KnownFile): boolean {
  return hasWidthsOf(shape, known) && isAligned(shape.steps) === isAligned(known.steps);
}

/** Whether the modalities are aligned word by word: all have the same number of steps. */
function isAligned(steps: Readonly<Partial<Record<Modality, number>>>): boolean {
  return MODALITIES.every((modality) => steps[modality] === steps.text);
}

function hasWidthsOf(shape: DatasetShape, known: KnownFile): boolean {
  return MODALITIES.every((modality) => shape.widths[modality] === known.widths[modality]);
}

/** A protocol and what told it. */
export interface ToldProtocol {
  readonly protocol: ProtocolName;
  /** In words, for `mosi, by its folder's name`. */
  readonly by: string;
  /** Whether it is no more than the likeliest. */
  readonly isGuess: boolean;
}

/**
 * The protocol that a file calls for: of the published file that it is; else SIMS where it has
 * human labels of the text alone; else of the dataset that has its three widths; else of the name
 * in its file name, or in its folder's; else of the range that its labels fill; else null.
 */
export function tellProtocol(
  shape: DatasetShape,
  recognition: Recognition | null = recognize(shape),
): ToldProtocol | null {
  const told = (protocol: ProtocolName, by: string) => ({ protocol, by, isGuess: false });
  if (recognition !== null) return told(recognition.file.protocol, "the published file");
  if (shape.hasUnimodalTextLabels) return told(SIMS.protocol, "people's labels of the text alone");
  const sameWidths = KNOWN_FILES.find((known) => hasWidthsOf(shape, known));
  if (sameWidths !== undefined) return told(sameWidths.protocol, "its widths");
  // "mosi/unaligned_50.pkl" is as good a name as "mosi_unaligned_50.pkl".
  for (const [text, by] of [[shape.fileName, "its"], [shape.folderName ?? "", "its folder's"]]) {
    const found = PROTOCOL_NAMES.find((name) => text!.toLowerCase().includes(name));
    if (found !== undefined) return told(found, `${by} name`);
  }
  const [least, greatest] = shape.labels ?? [0, 0];
  const protocol = (["sims", "mosi"] as const).find((name) =>
    least < 0 && greatest > 0 && least >= LABEL_RANGES[name].low &&
    greatest <= LABEL_RANGES[name].high
  );
  return protocol === undefined
    ? null
    : { protocol, by: `its labels, ${short(least)} to ${short(greatest)}`, isGuess: true };
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** As {@linkcode tellProtocol}, without what told it. */
export function detectProtocol(
  shape: DatasetShape,
  recognition: Recognition | null = recognize(shape),
): ProtocolName | null {
  return tellProtocol(shape, recognition)?.protocol ?? null;
}

/**
 * The protocol to train or evaluate with: the one asked for, else the dataset's.
 *
 * @throws {UsageError} if nothing tells which
 *
 * @example
 * ```ts
 * import { requireProtocol } from "./registry.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(requireProtocol({ path: "my.pkl", protocol: null }, "sims"), "sims");
 * ```
 */
export function requireProtocol(
  dataset: { readonly path: string; readonly protocol: ProtocolName | null },
  asked: ProtocolName | null = null,
): ProtocolName {
  const protocol = asked ?? dataset.protocol;
  if (protocol !== null) return protocol;
  throw new UsageError(
    `Cannot tell the protocol of "${dataset.path}" from its content, labels or name: ` +
      `give --protocol ${PROTOCOL_NAMES.join("|")}`,
  );
}
