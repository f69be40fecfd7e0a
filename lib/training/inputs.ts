/**
 * From rows of a split to the tensors that a network reads.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import {
  type FeatureColumn,
  MODALITIES,
  type Modality,
  type Split,
  type TextBert,
} from "../data/mod.ts";
import { placesOf } from "../data/text_bert.ts";
import { tf } from "../engine/mod.ts";
import { readKeptSteps } from "./kept_steps.ts";
import { readMeans } from "./means.ts";
import type { InputForm, Inputs, Network, Target } from "../models/mod.ts";
import { packRows } from "../nn/packed_rows.ts";

/** Memory for sequences that is used again for each batch of the same size. */
export type Scratch = Map<string, Float32Array>;

/** How a network wants its inputs. */
export type Reader =
  & Pick<Network, "dataForms" | "seesPadding" | "keptSteps">
  & Partial<Pick<Network, "reads">>;

/**
 * The tensors of some samples. The caller disposes them.
 *
 * @param reader how each modality is wanted; to a network that sees padding sequences come whole, as
 * the data have them
 * @param indices positions in the split
 * @param scratch where given, sequences of the last call with it must be out of use, and what lies
 * beyond a sample's length may be left over from them where the network does not see it
 * @throws {DataError} when the split lacks a modality, or tokens that are asked for.
 */
export function readInputs(
  reader: Reader,
  split: Split,
  indices: ArrayLike<number>,
  scratch: Scratch = new Map(),
): Inputs {
  const { dataForms: forms, seesPadding, reads } = reader;
  const inputs: Record<string, tf.Tensor> = {};
  for (const modality of MODALITIES) {
    const form = forms[modality];
    if (form === "tokens") {
      // Padding changes how far a BERT's tokens go, but never the state of [CLS].
      const isPacked = !seesPadding || reads?.text === "first";
      Object.assign(inputs, readTokens(split, indices, seesPadding, isPacked));
    } else if (form !== undefined) {
      const column = columnOf(split, modality);
      if (form === "mean") inputs[modality] = readMeans(column, indices, seesPadding);
      else readModality(inputs, modality, form, column, indices, scratch, seesPadding);
    }
  }
  return { ...inputs, ...readKeptSteps(reader, split, indices, inputs) };
}

/** @throws {DataError} when the split lacks the modality. */
function columnOf(split: Split, modality: Modality): FeatureColumn {
  const column = split.features[modality];
  if (column !== undefined) return column;
  throw new DataError(
    `Cannot read split "${split.name}": it has no ${modality}, which the model needs`,
  );
}

/** Puts `modality` and, for sequences, `modalityLengths` into `inputs`. */
function readModality(
  inputs: Record<string, tf.Tensor>,
  modality: Modality,
  form: InputForm,
  column: FeatureColumn,
  indices: ArrayLike<number>,
  scratch: Scratch,
  seesPadding: boolean,
): void {
  const batch = indices.length;
  const steps = form === "first" ? 1 : column.steps;
  const size = batch * steps * column.width;
  if (form === "first") {
    const values = new Float32Array(size);
    column.read(indices, values, steps);
    inputs[modality] = tf.tensor2d(values, [batch, column.width]);
    return;
  }
  const key = `${modality} ${size}`;
  const values = scratch.get(key) ?? new Float32Array(size);
  scratch.set(key, values);
  if (form === "timeMajor") column.readTimeMajor(indices, values, seesPadding);
  else column.read(indices, values);
  const shape: [number, number] = form === "timeMajor" ? [steps, batch] : [batch, steps];
  inputs[modality] = tf.tensor3d(values, [...shape, column.width]);
  const lengths = Int32Array.from(indices, (i) => column.lengths[i]!);
  inputs[`${modality}Lengths`] = tf.tensor1d(lengths, "int32");
}

/**
 * How many places of tokens are read of samples, cut after the longest: a multiple of 8, so that an
 * engine compiles few shapes, and no more than there are.
 */
export function readPlaces(textBert: TextBert, indices: ArrayLike<number>): number {
  const longest = Math.max(1, ...Array.from(indices, (i) => placesOf(textBert, i)));
  return Math.min(textBert.shape[2], 8 * Math.ceil(longest / 8));
}

/**
 * The tokens of some samples, int32 [batch, 3, tokens], cut after the longest sample where padding is
 * not wanted. And which of the places are to be computed, where that is to be told and is not all.
 */
function readTokens(
  split: Split,
  indices: ArrayLike<number>,
  padding: boolean,
  isPacked: boolean,
): Pick<Inputs, "tokens" | "tokenRows" | "tokenPlaces"> {
  if (split.textBert === null) {
    throw new DataError(
      `Cannot read split "${split.name}": it has no tokens (text_bert), which the model needs`,
    );
  }
  const { shape: [, , width], values } = split.textBert;
  const tokens = padding ? width : readPlaces(split.textBert, indices);
  const batch = new Int32Array(indices.length * 3 * tokens);
  const mask = new Int32Array(indices.length * tokens);
  Array.from(indices).forEach((sample, i) => {
    for (const part of [0, 1, 2]) {
      const from = (3 * sample + part) * width, row = values.subarray(from, from + tokens);
      batch.set(row, (3 * i + part) * tokens);
      if (part === 1) mask.set(row, i * tokens);
    }
  });
  const made = { tokens: tf.tensor3d(batch, [indices.length, 3, tokens], "int32") };
  const packing = isPacked ? packRows(mask, indices.length) : null;
  if (packing === null) return made;
  const { rows, places } = packing;
  return {
    ...made,
    tokenRows: tf.tensor1d(rows, "int32"),
    tokenPlaces: tf.tensor1d(places, "int32"),
  };
}

/** Before the name of a modality, among the inputs of a step. */
const LABELS_OF = "labelsOf.";

/** What people labelled for each modality by itself, of some samples, under names for a step's inputs. */
export function readUnimodalLabels(
  modalities: readonly Modality[],
  split: Split,
  indices: ArrayLike<number>,
): Record<string, tf.Tensor1D> {
  const known = modalities.filter((modality) => split.unimodalLabels[modality] !== undefined);
  return Object.fromEntries(known.map((modality) => {
    const labels = split.unimodalLabels[modality]!;
    const values = Float32Array.from(indices, (i) => labels[i]!);
    return [LABELS_OF + modality, tf.tensor1d(values)];
  }));
}

/** Takes them out of the inputs of a step. */
export function takeUnimodalLabels(inputs: Record<string, tf.Tensor>): Target["labelsOf"] {
  const labelsOf: Partial<Record<Modality, tf.Tensor1D>> = {};
  for (const modality of MODALITIES) {
    const labels = inputs[LABELS_OF + modality];
    if (labels !== undefined) labelsOf[modality] = labels as tf.Tensor1D;
    delete inputs[LABELS_OF + modality];
  }
  return labelsOf;
}
