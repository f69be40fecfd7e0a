/**
 * Splits with as many steps as a network was trained with, for those that see padding: another number of
 * zeros behind the same words would be another score.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import type { FeatureColumn, Modality, Split, TextBert } from "../data/mod.ts";
import { placeCounts } from "../data/text_bert.ts";
import type { Network } from "../models/mod.ts";

/** What of a network decides. */
type Reader = Pick<Network, "dataForms" | "seesPadding" | "boundSteps">;

/**
 * The split with zeros added, or padding cut, up to `steps` of each modality that the network reads.
 * One that has true steps beyond them stays as it is, where the network is not bound to them.
 *
 * @param steps of the train split, padding included; tokens of text that is read as tokens
 * @param padding id of a token that is none
 * @returns the split itself where nothing changes
 * @throws {DataError} a sample has more steps than the network is bound to
 */
export function withStepsOf(
  network: Reader,
  split: Split,
  steps: Readonly<Partial<Record<Modality, number>>>,
  padding = 0,
): Split {
  const { dataForms: forms, boundSteps } = network;
  if (!network.seesPadding || split.samples === 0) return split;
  const features = { ...split.features };
  let { textBert } = split;
  for (const [modality, form] of Object.entries(forms) as [Modality, string][]) {
    const wanted = boundSteps[modality] ?? steps[modality];
    const isTokens = form === "tokens";
    const column = features[modality];
    const found = isTokens ? textBert?.shape[2] : column?.steps;
    if (wanted === undefined || found === undefined || found === wanted) continue;
    const lengths = isTokens ? placeCounts(textBert!) : column!.lengths;
    const longest = lengths.reduce((a, b) => Math.max(a, b));
    if (longest > wanted) {
      if (boundSteps[modality] === undefined) continue;
      throw new DataError(
        `Cannot read split "${split.name}": sample "${split.ids[lengths.indexOf(longest)]}" has ` +
          `${longest} ${isTokens ? "tokens" : `steps of ${modality}`}, expected at most the ` +
          `${wanted} that the network is bound to; in mode robust it takes any number`,
      );
    }
    if (isTokens) textBert = withPlaces(textBert!, wanted, padding);
    else features[modality] = new PaddedColumn(column!, wanted);
  }
  const isSame = textBert === split.textBert &&
    Object.entries(features).every(([name, column]) => column === split.features[name as Modality]);
  return isSame ? split : { ...split, features, textBert };
}

function withPlaces({ shape, values }: TextBert, wanted: number, padding: number): TextBert {
  const [samples, parts, places] = shape;
  const made = new Int32Array(samples * parts * wanted);
  for (let row = 0; row < samples * parts; row++) {
    if (row % parts === 0) made.fill(padding, row * wanted, (row + 1) * wanted);
    const kept = values.subarray(row * places, row * places + Math.min(places, wanted));
    made.set(kept, row * wanted);
  }
  return { shape: [samples, parts, wanted], values: made };
}

/** A column with more steps, which are 0, or with fewer of its padding. */
class PaddedColumn implements FeatureColumn {
  readonly samples: number;
  readonly steps: number;
  readonly width: number;
  readonly lengths: Int32Array;
  readonly #column: FeatureColumn;

  constructor(column: FeatureColumn, steps: number) {
    this.samples = column.samples;
    this.width = column.width;
    this.lengths = column.lengths;
    this.steps = steps;
    this.#column = column;
  }

  read(indices: ArrayLike<number>, target: Float32Array, steps: number = this.steps): void {
    const known = Math.min(steps, this.#column.steps);
    if (known === steps) return this.#column.read(indices, target, steps);
    const [size, part] = [known * this.width, steps * this.width];
    const rows = new Float32Array(indices.length * size);
    this.#column.read(indices, rows, known);
    target.fill(0);
    for (let i = 0; i < indices.length; i++) {
      target.set(rows.subarray(i * size, (i + 1) * size), i * part);
    }
  }

  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding = false): void {
    const rows = new Float32Array(this.#column.steps * indices.length * this.width);
    this.#column.readTimeMajor(indices, rows, padding);
    const known = rows.subarray(0, Math.min(rows.length, target.length));
    target.set(known);
    target.fill(0, known.length);
  }
}
