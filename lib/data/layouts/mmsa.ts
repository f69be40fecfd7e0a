/**
 * A pickle in MMSA's format (METHODS 0.1) as a {@linkcode DatasetSource}.
 *
 * @module
 */

import { basename, parse } from "node:path";
import { DataError } from "../../core/errors.ts";
import { nearest } from "../../core/suggest.ts";
import { fileSums } from "./file_sums.ts";
import { hasKeys, readMmsaSplit, SPLIT_KEYS, unknownKeys } from "./mmsa_split.ts";
import { MODALITIES, type SplitName, SPLITS } from "../modality.ts";
import { readPickle } from "../pickle/mod.ts";
import { PositionedFile } from "../arrays/positioned_file.ts";
import { listSome, type Problem, problem } from "../problem.ts";
import type { DatasetSource, Needs, SplitSource } from "../source.ts";
import { describe, stringOf } from "../arrays/values.ts";

/**
 * Opens a pickle in MMSA's format. Features stay in the file until they are asked for.
 *
 * @throws {DataError} if it is not a pickle, or not such a dictionary: one error that lists every
 * missing key with the nearest that is there
 * @throws {UnsafePickleError} if it names something that could run code
 */
export function openMmsa(path: string, needs: Needs = {}): DatasetSource {
  refuseTable(path);
  const pickle = readPickle(path);
  try {
    const { splits, problems } = readRoot(path, pickle.root, needs);
    if (pickle.trailingBytes > 0) {
      const text = `the file goes on for ${pickle.trailingBytes} bytes after the end of its pickle`;
      problems.push(problem("warning", "trailing-bytes", text, { count: pickle.trailingBytes }));
    }
    return {
      path,
      format: "mmsa-pickle",
      name: parse(path).name,
      fileName: basename(path),
      protocol: null,
      splits,
      problems,
      store: null,
      sums: () => fileSums(path),
      [Symbol.dispose]: () => pickle[Symbol.dispose](),
    };
  } catch (error) {
    pickle[Symbol.dispose]();
    throw error;
  }
}

/**
 * Label tables lie beside the pickles and are taken for them; read as a pickle, one of them even
 * seems to name code.
 */
function refuseTable(path: string): void {
  using file = new PositionedFile(path);
  const head = new Uint8Array(Math.min(file.size, 1 << 12));
  file.readAt(0, head);
  const [line = ""] = new TextDecoder().decode(head).split(/\r?\n/);
  if (!/^[\w -]+([,;\t][\w -]*)+$/.test(line)) return;
  throw new DataError(
    `Cannot load "${path}": it is a table that begins with "${
      line.slice(0, 60)
    }", not a dataset; ` +
      "expected an MMSA pickle or a store",
  );
}

function readRoot(
  path: string,
  root: unknown,
  needs: Needs,
): { splits: Partial<Record<SplitName, SplitSource>>; problems: Problem[] } {
  const wanted = `expected a dictionary with ${listSome(SPLITS)}`;
  if (!(root instanceof Map)) {
    throw new DataError(`Cannot load "${path}": its content is ${describe(root)}, ${wanted}`);
  }
  const parts = withTextKeys(root);
  const keys = [...parts.keys()];
  const others = keys.filter((key) => !SPLITS.includes(key as SplitName));
  const present = keys.filter((key): key is SplitName => SPLITS.includes(key as SplitName));
  const faults: string[] = [];
  const missing = present.length === 0
    ? SPLITS
    : (needs.splits ?? []).filter((name) => !parts.has(name));
  for (const name of missing) faults.push(missingSplit(name, others));
  if (present.length === 0) faults.push(`${hasKeys(parts)}, ${wanted}`);
  const splits: Partial<Record<SplitName, SplitSource>> = {};
  const problems: Problem[] = [];
  for (const name of present) {
    const entries = parts.get(name);
    if (!(entries instanceof Map)) {
      faults.push(`split "${name}" is ${describe(entries)}, expected a dictionary`);
      continue;
    }
    const keyed = withTextKeys(entries);
    const needLabels = needs.labels === true && (needs.splits ?? present).includes(name);
    splits[name] = readMmsaSplit(name, keyed, needLabels, faults);
    problems.push(...ignoredKeys(name, keyed));
  }
  faults.push(...otherWidths(Object.values(splits)));
  if (faults.length > 0) throw new DataError(`Cannot load "${path}": ${faults.join("; ")}`);
  if (others.length > 0) {
    const text = `ignores ${listSome(others)} beside the splits`;
    problems.unshift(problem("warning", "unknown-key", text, { count: others.length }));
  }
  return { splits, problems };
}

/** Features that no network could read after those of the first split that has samples. */
function otherWidths(splits: readonly SplitSource[]): string[] {
  const filled = splits.filter(({ ids }) => ids.length > 0);
  return MODALITIES.flatMap((modality) => {
    const having = filled.filter(({ columns }) => columns[modality] !== undefined);
    const widthOf = ({ columns }: SplitSource) => columns[modality]!.width;
    return having.filter((split) => widthOf(split) !== widthOf(having[0]!)).map((split) =>
      `split "${split.name}" has ${modality} of width ${widthOf(split)}, ` +
      `expected ${widthOf(having[0]!)} as in split "${having[0]!.name}"`
    );
  });
}

function missingSplit(name: SplitName, others: readonly string[]): string {
  const near = nearest(name, others);
  return `lacks split "${name}"` + (near === undefined ? "" : ` (nearest is "${near}")`);
}

/** Python 2 pickles have byte strings as keys. */
function withTextKeys(map: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  return new Map([...map].map(([key, value]) => [stringOf(key) ?? describe(key), value]));
}

function ignoredKeys(split: SplitName, entries: ReadonlyMap<string, unknown>): Problem[] {
  return unknownKeys(entries).map((key) => {
    const near = nearest(key, SPLIT_KEYS.filter((known) => !entries.has(known)));
    const hint = near !== undefined && looksLike(key, near) ? `: is it "${near}"?` : "";
    return problem("warning", "unknown-key", `ignores key "${key}"${hint}`, { split, count: 1 });
  });
}

/** Whether a key may be a misspelling: it shares most of its letters with the known one. */
function looksLike(key: string, known: string): boolean {
  const letters = [...key.toLowerCase()].filter((letter) => known.includes(letter)).length;
  return Math.abs(key.length - known.length) <= 2 && letters >= 0.7 * key.length;
}
