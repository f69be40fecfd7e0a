/** The error for a file that no layout recognises. @module */

import { DataError } from "../../core/errors.ts";
import { nearest } from "../../core/suggest.ts";
import { describe } from "../arrays/values.ts";
import { MODALITIES, type SplitName, SPLITS } from "../modality.ts";
import { listSome } from "../problem.ts";
import { grouped } from "./faults.ts";
import { findLayout } from "./list.ts";
import { splitsOf } from "./split_dictionary.ts";
import { entriesOf, isMap } from "./values.ts";

/** What is wrong with a file that no layout recognises. */
export function unknownLayout(path: string, value: unknown): DataError {
  const wanted = `expected a dictionary with ${listSome(SPLITS)}, or another layout of ` +
    '"Your own data" in DATA.md';
  const faults: string[] = [];
  if (!isMap(value)) {
    return new DataError(`Cannot load "${path}": its content is ${describe(value)}, ${wanted}`);
  }
  const entries = entriesOf(value);
  const several = [...entries].filter(([, part]) => findLayout(part) !== null).map(([key]) => key);
  if (several.length > 1) {
    return new DataError(
      `Cannot load "${path}": it holds ${several.length} datasets (${
        listSome(several)
      }), expected ` +
        "one: save each as a file",
    );
  }
  const splits = splitsOf(value);
  if (splits === undefined) {
    faults.push(...SPLITS.map((name) => missingSplit(name, [...entries.keys()])));
    faults.push(`${hasKeys(entries)}, ${wanted}`);
  }
  for (const [name, part] of splits ?? []) {
    if (!isMap(part)) faults.push(`split "${name}" is ${describe(part)}, expected a dictionary`);
    else {
      faults.push(
        `split "${name}" has no features, expected at least one of ${listSome(MODALITIES)}: ` +
          hasKeys(entriesOf(part)),
      );
    }
  }
  return new DataError(`Cannot load "${path}": ${grouped(faults)}`);
}

/** `lacks split "train"`, with what may be meant by it. */
export function missingSplit(name: SplitName, others: readonly string[]): string {
  const near = nearest(name, others);
  return `lacks split "${name}"` + (near === undefined ? "" : ` (nearest is "${near}")`);
}

/** `it has "id", "text"`, for messages about keys that are not there. */
function hasKeys(entries: ReadonlyMap<string, unknown>): string {
  return `it has ${listSome([...entries.keys()].map(String), 20) || "no keys"}`;
}
