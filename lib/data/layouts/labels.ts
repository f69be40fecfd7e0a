/**
 * Scores or classes, from whatever a file has: one of several columns, numbers in words, names.
 *
 * @module
 */

import { floatsOf, stringsOf } from "../arrays/values.ts";
import { listSome } from "../problem.ts";
import type { SourceOptions } from "../source_options.ts";
import { areTexts, numberIn, sentencesOf } from "./texts.ts";

const SCORES = "regression_labels", NUMBERS = "classification_labels", NAMES = "annotations";

/** Names that may all be different. */
const MOST_CLASSES = 20;

type Entries = Map<string, unknown>;

/**
 * Leaves one number a sample under `regression_labels`; where labels are names, or are said to be
 * classes, a name a sample under `annotations` and no scores.
 */
export function readLabels(
  split: string,
  found: Entries,
  options: Pick<SourceOptions, "classes" | "labelColumn">,
  faults: string[],
): void {
  readWords(split, found, faults);
  chooseLabel(split, found, options, faults);
  const { classes = false } = options;
  if (found.has(SCORES) && !classes) return;
  if (classes && !found.has(NUMBERS) && !found.has(NAMES) && found.has(SCORES)) {
    found.set(NUMBERS, found.get(SCORES));
  }
  if (classes) found.delete(SCORES);
  const given = found.has(NAMES) ? sentencesOf(found.get(NAMES))?.texts : undefined;
  if (given !== undefined) {
    checkNames(split, given, faults);
    found.set(NAMES, given.map((name) => name.trim()));
  }
  if (found.has(NAMES) || !found.has(NUMBERS)) return;
  const names = stringsOf(found.get(NUMBERS)) ??
    Array.from(floatsOf(found.get(NUMBERS))?.values ?? [], String);
  const broken = names.filter((name) => /^-?\d+\.\d*[1-9]/.test(name));
  if (broken.length > 0) {
    faults.push(
      `split "${split}" has the classes ${
        listSome([...new Set(broken)], 3)
      }, expected whole numbers`,
    );
  }
  // A number that is missing is no class; some write whole numbers as floats.
  found.set(NAMES, names.map((name) => name === "NaN" ? "" : name.replace(/\.0+$/, "")));
}

/** Names that nearly every sample has for itself are no classes. */
function checkNames(split: string, names: readonly string[], faults: string[]): void {
  const different = [...new Set(names)];
  if (different.length <= MOST_CLASSES || different.length <= names.length / 2) return;
  faults.push(
    `split "${split}" has ${different.length} different labels of ${names.length} samples, such as ` +
      `${listSome(different, 2)}, expected numbers, or names of classes`,
  );
}

/** Labels that are texts of numbers. */
function readWords(split: string, found: Entries, faults: string[]): void {
  if (!found.has(SCORES) || !areTexts(found.get(SCORES))) return;
  const words = sentencesOf(found.get(SCORES))?.texts.map((text) => text.trim());
  if (words === undefined) return;
  const numbers = words.map(numberIn);
  const other = words.find((word, row) => word !== "" && numbers[row] === null);
  if (other === undefined) {
    found.set(SCORES, numbers.map((number) => number ?? NaN));
    return;
  }
  found.delete(SCORES);
  const number = words.find((_, row) => numbers[row] !== null) ?? "";
  faults.push(
    `split "${split}" has the labels "${number}" and "${other}", expected numbers or names`,
  );
}

/** One label a sample: `[samples, 1, 1]` has one, `[samples, 7]` the column that was asked for. */
function chooseLabel(
  split: string,
  found: Entries,
  { labelColumn }: Pick<SourceOptions, "labelColumn">,
  faults: string[],
): void {
  if (!found.has(SCORES)) return;
  const labels = floatsOf(found.get(SCORES));
  const [samples = 0, ...rest] = labels?.shape ?? [];
  const columns = rest.reduce((product, axis) => product * axis, 1);
  if (labels === null || samples === 0 || columns === 0) return;
  if (columns === 1 && (labelColumn ?? 0) === 0) {
    if (rest.length > 0) found.set(SCORES, Array.from(labels.values));
    return;
  }
  const state = `split "${split}" has ${columns} labels a sample`;
  if (labelColumn === undefined) {
    found.delete(SCORES);
    faults.push(
      `${state} (an array [${labels.shape.join(", ")}]), expected one number a sample: ` +
        `--label-column 0 to ${columns - 1} chooses one`,
    );
  } else if (labelColumn >= columns) {
    found.delete(SCORES);
    faults.push(`${state}, expected more than ${labelColumn} for --label-column ${labelColumn}`);
  } else {
    found.set(
      SCORES,
      Array.from({ length: samples }, (_, row) => labels.values[row * columns + labelColumn]!),
    );
  }
}
