/** The small dataset that `make_layouts.py` writes in every layout, as it should be read. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Dataset, Split } from "../../../lib/data/dataset.ts";
import { MODALITIES, type Modality, type SplitName } from "../../../lib/data/modality.ts";

/** The committed files of {@linkcode checkSplit}'s dataset. */
export const COMMITTED = new URL("../../golden/layouts/", import.meta.url).pathname;

const WIDTHS: Readonly<Record<Modality, number>> = { text: 3, audio: 2, vision: 2 };
const FIRST: Readonly<Record<SplitName, number>> = { train: 0, valid: 10, test: 20 };
const STEPS = 4;
const LABELS = [-2.5, -1, 0.5, 1.5, 2, -0.5];

/** Number of samples. */
export const SAMPLES: Readonly<Record<SplitName, number>> = { train: 6, valid: 3, test: 4 };

/** `train0$_$0`, as most of the files have them. */
export function idsOf(split: SplitName): string[] {
  return Array.from({ length: SAMPLES[split] }, (_, i) => `${split}${i >> 1}$_$${i % 2}`);
}

/** What is said in a sample. */
export function wordsOf(split: SplitName): string[] {
  return Array.from({ length: SAMPLES[split] }, (_, i) => `${split} word${i % 2 ? " more" : ""}`);
}

/** A true step of a sample. */
function stepOf(split: SplitName, sample: number, step: number, modality: Modality): number[] {
  const m = MODALITIES.indexOf(modality);
  return Array.from(
    { length: WIDTHS[modality] },
    (_, j) => ((FIRST[split] + sample) * 31 + step * 7 + j * 3 + m * 11) % 19 / 4 - 2.125,
  );
}

/** What of the dataset a file has. */
export interface Having {
  readonly modalities?: readonly Modality[];
  readonly ids?: (split: SplitName) => string[];
  readonly labels?: boolean;
  /** The samples of the split that there are; all by default. */
  readonly samples?: readonly number[];
}

/** Asserts that a split has the values, lengths, labels and ids of the dataset. */
export function checkSplit(found: Split, having: Having = {}): void {
  const { name } = found;
  const { modalities = MODALITIES, ids = idsOf, labels = true } = having;
  const samples = having.samples ?? Array.from({ length: SAMPLES[name] }, (_, i) => i);
  assertEquals([...found.ids], ids(name));
  assertEquals(Object.keys(found.features).toSorted(), [...modalities].toSorted());
  if (!labels) assertEquals(found.labels, null);
  samples.forEach((sample, row) => {
    if (labels) assertAlmostEquals(found.labels![row]!, LABELS[sample]! + FIRST[name] / 100, 1e-6);
    for (const modality of modalities) {
      const column = found.features[modality]!;
      const length = 1 + sample % STEPS;
      assertEquals([modality, row, column.lengths[row]], [modality, row, length]);
      const values = new Float32Array(column.steps * column.width);
      column.read([row], values);
      const steps = Array.from({ length }, (_, step) => stepOf(name, sample, step, modality))
        .flat();
      assertEquals([...values.subarray(0, steps.length)], steps);
      assertEquals(values.subarray(steps.length).every((value) => value === 0), true);
    }
  });
}

/** Asserts it of all splits. */
export function checkDataset(dataset: Dataset, having: Having = {}): void {
  assertEquals(Object.keys(dataset.splits), ["train", "valid", "test"]);
  for (const split of Object.values(dataset.splits)) checkSplit(split, having);
}
