/**
 * Datasets for training and prediction: opened, checked and cleaned.
 *
 * @module
 */

import { basename } from "node:path";
import { DataError, DataIntegrityError, messageOf, UsageError } from "../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../core/options.ts";
import { JUPYTER_DISPLAY } from "../display/notebook.ts";
import { FileColumn, MemoryColumn, zeroNonFinite } from "./column.ts";
import type { Dataset, FeatureColumn, Split } from "./dataset.ts";
import { displayDataset } from "./dataset_display.ts";
import {
  emptyScan,
  featureProblems,
  gapProblems,
  registryProblems,
  sampleProblems,
  scanSplit,
  type SplitScan,
} from "./checks/integrity.ts";
import { MODALITIES, type Modality, type ProtocolName, type SplitName } from "./modality.ts";
import { SOURCE_OPTIONS, type SourceOptions, sourceOptions } from "./source_options.ts";
import { openDataset } from "./open.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import { recognize, tellProtocol } from "./registry.ts";
import { type DatasetSource, presentSplits, shapeOf, type SplitSource } from "./source.ts";
import { countOf } from "./arrays/values.ts";

/** How a dataset is loaded. */
export interface LoadOptions extends SourceOptions {
  /** What to do about features that are not finite: set them to 0 (default), or refuse. */
  readonly nonfinite?: "zero" | "stop";
  /** Modalities to load; one that is absent is an error. Default: all that every split has. */
  readonly modalities?: readonly Modality[];
  /**
   * What of the text is used: its `features` (default), or by a `bert` its tokens or raw text. Then
   * features of it are not loaded, and need not be there.
   */
  readonly text?: "features" | "bert";
  /** Whether features stay in the file until they are asked for, as those of a store do. Default: false. */
  readonly lazy?: boolean;
  /** Splits to load; one that is absent is an error. Default: all in the file. */
  readonly splits?: readonly SplitName[];
  /** Whether a split without labels is an error. Default: it is not. */
  readonly labels?: "required" | "optional";
  /** The protocol, where it is known; it sets the range of the labels. */
  readonly protocol?: ProtocolName;
  /** Takes each warning, one sentence. */
  readonly onWarning?: (message: string) => void;
}

const NAMES: OptionNames<LoadOptions> = {
  ...SOURCE_OPTIONS,
  nonfinite: true,
  modalities: true,
  text: true,
  lazy: true,
  splits: true,
  labels: true,
  protocol: true,
  onWarning: true,
};

/** Problems that `data:check` lists and that nobody wants to read at each training. */
const QUIET: readonly ProblemCode[] = [
  "constant-column",
  "zero-rows",
  "missing-split",
  "missing-labels",
  "classes-only",
  "unknown-protocol",
];

/** Errors after which nothing may be trained or scored. */
const FATAL: readonly ProblemCode[] = [
  "nonfinite-label",
  "label-range",
  "class-labels",
  "mixed-padding",
];

/**
 * Loads an MMSA pickle or synthetic data into memory, or opens a store, whose features are read
 * from its files when they are asked for. Features of a pickle are converted to float32 in place: no source array is
 * held beside its copy.
 *
 * @throws {DataError} if it cannot be read, or lacks keys: one error that lists them all
 * @throws {DataIntegrityError} if a label is not finite or out of the protocol's range, or a
 * feature is not finite and `nonfinite` is `stop`
 * @throws {UsageError} if an option is unknown, or a modality that was asked for is absent
 *
 * @example
 * ```ts
 * import { loadDataset } from "./load.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync({ suffix: "_mosi.pkl" });
 * // {"test": {"id": ["a", "b"], "audio": [[1, 2], [3, 4]]}}
 * const [ids, rows] = ["(lS'a'\naS'b'\na", "(l(lF1\naF2\naa(lF3\naF4\naa"];
 * Deno.writeTextFileSync(path, `(dS'test'\n(dS'id'\n${ids}sS'audio'\n${rows}ss.`);
 *
 * const dataset = loadDataset(path, { onWarning: console.warn });
 * const audio = dataset.splits.test!.features.audio!;
 * const batch = new Float32Array(2 * audio.steps * audio.width);
 * audio.read([1, 0], batch); // [2, steps, width]
 * assertEquals([...batch], [3, 4, 1, 2]);
 * assertEquals(dataset.protocol, "mosi");
 * dataset.close();
 * Deno.removeSync(path);
 * ```
 */
export function loadDataset(path: string, options: LoadOptions = {}): Dataset {
  checkOptionNames(options, NAMES);
  const source = openDataset(path, {
    ...(options.splits === undefined ? {} : { splits: options.splits }),
    labels: options.labels === "required",
  }, sourceOptions(options));
  try {
    const dataset = read(source, options);
    // A pickle is in memory now; a store is read from until the dataset is closed.
    if (isInMemory(source, options)) source[Symbol.dispose]();
    return dataset;
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

function isInMemory({ store }: DatasetSource, { lazy = false }: LoadOptions): boolean {
  return store === null && !lazy;
}

function read(source: DatasetSource, options: LoadOptions): Dataset {
  const shape = shapeOf(source);
  // The sums of a pickle are not worth reading it twice: its shapes tell enough.
  const recognition = recognize(shape, source.store === null ? {} : source.sums());
  const said = options.protocol ?? source.protocol;
  const told = said === null ? tellProtocol(shape, recognition) : null;
  const protocol = said ?? told?.protocol ?? null;
  const chosen = presentSplits(source)
    .filter(({ name }) => options.splits === undefined || options.splits.includes(name));
  const isBert = options.text === "bert";
  const modalities = chooseModalities(source.path, chosen, options.modalities, isBert);
  const read = modalities.filter((modality) => !isBert || modality !== "text");
  const splits = chosen.map((split) => withModalities(split, read));
  const early = sampleProblems(splits, protocol, options.labelRange);
  refuse(source.path, [...source.problems, ...early].filter(({ code }) => FATAL.includes(code)));

  const { loaded, zeroed, found } = isInMemory(source, options) ? loadRows(source.path, splits) : {
    loaded: splits.map((split) => toSplit(split, (column) => new FileColumn(column))),
    zeroed: chooseCounts(source.store?.zeroed ?? {}, splits, modalities),
    found: source.store?.problems.filter((problem) => concerns(problem, splits, modalities)) ??
      // Of a pickle that is not read yet, what would be refused is looked for.
      (options.nonfinite === "stop"
        ? featureProblems(splits.map((split) => scanSplit(split)))
        : []),
  };
  const problems = [
    ...source.problems,
    ...registryProblems(source, shape, recognition),
    ...gapProblems(options.modalities === undefined ? chosen : splits, protocol, told),
    ...early,
    ...found,
  ];
  const given = sourceOptions(options);
  const nonfinite = problems.filter(({ code }) => code === "nonfinite-feature");
  if (options.nonfinite === "stop") refuse(source.path, nonfinite);
  const unread = isBert ? [] : problems.filter(({ code }) => code === "missing-text");
  warn(
    source.path,
    problems.filter((found) => !unread.includes(found)),
    nonfinite,
    options.onWarning,
  );
  const recipe = source.recipe === undefined ? {} : { recipe: source.recipe };
  return {
    name: recognition?.file.name ?? source.name,
    path: source.path,
    protocol,
    modalities,
    splits: Object.fromEntries(loaded.map((split) => [split.name, { ...split, ...recipe }])),
    problems,
    zeroed,
    isKnown: recognition !== null || source.format === "synthetic",
    ...(Object.keys(given).length === 0 ? {} : { source: given }),
    ...(source.validVideos ? { validVideos: source.validVideos } : {}),
    sha256: () => source.sums().sha256,
    close: () => source[Symbol.dispose](),
    [Symbol.dispose]: () => source[Symbol.dispose](),
    [JUPYTER_DISPLAY]() {
      return displayDataset(this);
    },
  };
}

/** Modalities that were asked for, or else those that every split with samples has. */
function chooseModalities(
  path: string,
  splits: readonly SplitSource[],
  asked: readonly Modality[] | undefined,
  isBert: boolean,
): Modality[] {
  const hasWords = ({ textBert, rawText }: SplitSource) => textBert !== null || rawText !== null;
  const has = (split: SplitSource, modality: Modality) =>
    isBert && modality === "text" ? hasWords(split) : split.columns[modality] !== undefined;
  const filled = splits.filter(({ ids }) => ids.length > 0);
  const common = MODALITIES.filter((modality) =>
    filled.length > 0 && filled.every((split) => has(split, modality))
  );
  for (const modality of asked ?? []) {
    const without = filled.find((split) => !has(split, modality));
    if (without === undefined) continue;
    const present = MODALITIES.filter((name) => has(without, name)).join(", ");
    if (isBert && modality === "text") throw withoutWords(path, `split "${without.name}"`);
    const hint = modality === "text" && !isBert && hasWords(without)
      ? "; its text is there as words, for --text bert, or for features:text"
      : "";
    throw new UsageError(
      `Cannot use modality "${modality}" of "${path}": split "${without.name}" has ` +
        `${present || "none"} only${hint}`,
    );
  }
  return MODALITIES.filter((modality) => (asked ?? common).includes(modality));
}

/** What is wrong with data whose text a BERT cannot read. */
export function withoutWords(path: string, what = "it"): UsageError {
  return new UsageError(
    `Cannot use --text bert with "${path}": ${what} has neither tokens (text_bert) nor raw text ` +
      "(raw_text), expected one of them",
  );
}

function withModalities(split: SplitSource, modalities: readonly Modality[]): SplitSource {
  const columns = Object.entries(split.columns)
    .filter(([modality]) => modalities.includes(modality as Modality));
  return { ...split, columns: Object.fromEntries(columns) };
}

/** Reads all features into memory, each straight into its place. */
function loadRows(
  path: string,
  splits: readonly SplitSource[],
): Pick<Dataset, "zeroed"> & { loaded: Split[]; found: Problem[] } {
  const zeroed: Partial<Record<SplitName, Partial<Record<Modality, number>>>> = {};
  const scans: SplitScan[] = [];
  const loaded = splits.map((split) => {
    const scan = emptyScan(split, false);
    scans.push(scan);
    return toSplit(split, (column) => {
      const values = allocate(path, split.name, column.modality, countOf(column.values.shape));
      const seen = scan.columns[column.modality]!;
      column.values.readFloat32(0, values);
      seen.add(values, 0);
      if (seen.nonfinite > 0) {
        zeroNonFinite(values);
        (zeroed[split.name] ??= {})[column.modality] = seen.nonfinite;
      }
      return new MemoryColumn(values, column, column.lengths);
    });
  });
  return { loaded, zeroed, found: featureProblems(scans) };
}

function allocate(path: string, split: string, modality: string, count: number): Float32Array {
  try {
    return new Float32Array(count);
  } catch (error) {
    throw new DataError(
      `Cannot load "${path}": ${modality} of split "${split}" needs ${count * 4} bytes of memory ` +
        `(${messageOf(error)}): convert it with data:convert, or choose fewer --modalities`,
    );
  }
}

function toSplit(
  split: SplitSource,
  toColumn: (column: SplitSource["columns"][Modality] & object) => FeatureColumn,
): Split {
  const { columns, ...rest } = split;
  const features: Partial<Record<Modality, FeatureColumn>> = {};
  for (const column of Object.values(columns)) features[column.modality] = toColumn(column);
  return { ...rest, samples: split.ids.length, features };
}

/** The counts that a store has recorded of what is loaded. */
function chooseCounts(
  counts: Dataset["zeroed"],
  splits: readonly SplitSource[],
  modalities: readonly Modality[],
): Dataset["zeroed"] {
  const chosen: Partial<Record<SplitName, Partial<Record<Modality, number>>>> = {};
  for (const { name } of splits) {
    for (const modality of modalities) {
      const count = counts[name]?.[modality];
      if (count !== undefined) (chosen[name] ??= {})[modality] = count;
    }
  }
  return chosen;
}

/** Whether a problem that a store has recorded is about what is loaded. */
function concerns(
  problem: Problem,
  splits: readonly SplitSource[],
  modalities: readonly Modality[],
): boolean {
  return (problem.split === null || splits.some(({ name }) => name === problem.split)) &&
    (problem.modality === null || modalities.includes(problem.modality));
}

function refuse(path: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const text = problems.map(({ message }) => message).join("; ");
  throw new DataIntegrityError(`Cannot load "${path}": ${text}`);
}

function warn(
  path: string,
  problems: readonly Problem[],
  nonfinite: readonly Problem[],
  onWarning: LoadOptions["onWarning"],
): void {
  const messages = problems
    .filter((problem) => !QUIET.includes(problem.code) && !nonfinite.includes(problem))
    .map(({ message }) => message);
  if (nonfinite.length > 0) {
    messages.push(`set to 0: ${nonfinite.map(({ message }) => message).join("; ")}`);
  }
  // The same misspelt key in three splits is one warning.
  for (const message of new Set(messages)) onWarning?.(`"${basename(path)}": ${message}`);
}
