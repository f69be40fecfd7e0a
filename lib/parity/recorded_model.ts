/**
 * Networks as recorded cases have them: made from the reference's settings, with its weights.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import { MODALITIES, type Modality, type ProtocolName } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import {
  type Config,
  type DefaultsFor,
  type InputForm,
  type Inputs,
  MODELS,
  type Network,
  type NetworkDefinition,
  type Target,
} from "../models/mod.ts";
import { readEncoderConfig } from "../nn/text_encoder.ts";
import { resolveConfig } from "../training/config.ts";
import { givenBert } from "../training/run_bert.ts";
import { assignWeights, type Weights } from "../training/weights.ts";
import type { LayerCase, RecordedArray, RecordedArrays } from "./layer_cases.ts";

/** Endings of the kinds that record whole trainings, in the two forms that there are. */
const TRAININGS = { steps: "_steps", training: "_training" } as const;

/** What a case holds: one forward pass, or a training in one of two forms. */
export type CaseForm = "forward" | keyof typeof TRAININGS;

/** A network of a recorded case. */
export interface RecordedModel {
  readonly definition: NetworkDefinition;
  readonly config: Config;
  readonly network: Network;
  /** Its parameters and buffers, by the names of the recording. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
}

/** Networks with recordings. */
function recordedNetworks(): NetworkDefinition[] {
  return MODELS.filter((model) => model.kind === "network");
}

/** The network whose cases are of this kind, and what they hold. */
export function findRecorded(
  kind: string,
): { definition: NetworkDefinition; form: CaseForm } | null {
  const forms: readonly (readonly [CaseForm, string])[] = [
    ["forward", ""],
    ...Object.entries(TRAININGS) as [CaseForm, string][],
  ];
  for (const definition of recordedNetworks()) {
    const own = definition.recorded?.kind;
    const found = forms.find(([, ending]) => own !== undefined && kind === own + ending);
    if (found !== undefined) return { definition, form: found[0] };
  }
  return null;
}

/**
 * Makes the network of a case; the caller disposes it.
 *
 * @throws {DataError} when the recording has other weights than the network.
 */
export function makeRecorded(definition: NetworkDefinition, layerCase: LayerCase): RecordedModel {
  const { hyper, inputs, weights, name } = layerCase;
  const dataset = (hyper["dataset_name"] ?? "mosi") as DefaultsFor;
  const tokens = inputs["text_bert"];
  const isGiven = (modality: Modality) =>
    inputs[modality] !== undefined || modality === "text" && tokens !== undefined;
  const modalities = MODALITIES.filter(isGiven);
  const recorded = definition.recorded!;
  const config = resolveConfig(definition, dataset, {
    batchSize: hyper["batch_size"],
    ...(tokens === undefined ? {} : { text: "bert" }),
    ...recorded.settings(hyper),
  });
  const sizes = (axis: 1 | 2) =>
    Object.fromEntries(
      modalities.map((modality) => [modality, inputs[modality]?.shape[axis] ?? tokens!.shape[2]!]),
    );
  const bert = tokens === undefined
    ? {}
    : { bert: givenBert(readEncoderConfig(hyper["textEncoder"].config, name), null, config) };
  const network = definition.create({
    settings: config,
    protocol: (dataset === "simsv2" ? "sims" : dataset) as ProtocolName,
    modalities,
    widths: sizes(2),
    steps: sizes(1),
    trainLabels: inputs["labels"]!.values,
    random: RandomStream.fromSeed(0),
    ...bert,
  });
  const own = [...network.weights()];
  const nameOf = (ours: string) => recorded.weightName?.(ours) ?? ours;
  const variables = new Map(own.map(([ours, variable]) => [nameOf(ours), variable]));
  const used = Object.fromEntries(
    Object.entries(weights).filter(([key]) => !recorded.unused?.test(key)),
  );
  const extra = Object.keys(used).filter((key) => !variables.has(key));
  const missing = [...variables.keys()].filter((key) => weights[key] === undefined);
  if (extra.length + missing.length > 0) {
    network.dispose();
    throw new DataError(
      `Cannot check case "${name}" against ${definition.name}: its weights ` +
        `${[...extra, ...missing].join(", ")} are on one side only, expected the same on both`,
    );
  }
  assignWeights(
    variables,
    new Map(Object.entries(used)) as unknown as Weights,
    `case "${name}"`,
  );
  recorded.prepare?.(network, hyper, inputs);
  return { definition, config, network, variables };
}

/**
 * Raw recorded arrays in the forms that the network reads, every step being a true one where no lengths
 * are recorded.
 */
export function inputsAsRead(network: Network, raw: Readonly<Record<string, tf.Tensor>>): Inputs {
  const inputs: Record<string, tf.Tensor> = {};
  const tokens = raw["text_bert"];
  if (tokens !== undefined) inputs["tokens"] = tf.cast(tokens, "int32");
  for (const modality of network.modalities) {
    const kept = raw[`${modality}_missing_mask`];
    if (kept !== undefined) inputs[`${modality}Kept`] = tf.cast(kept, "float32");
    const form = network.reads[modality]!, x = raw[modality] as tf.Tensor3D | undefined;
    if (x === undefined) continue;
    const [batch, time] = x.shape;
    inputs[modality] = inForm(form, x);
    const mask = raw[`${modality}_mask`];
    const known = mask === undefined
      ? raw[`${modality}_lengths`] ?? raw["lengths"]
      : tf.sum(mask, 1);
    inputs[`${modality}Lengths`] = tf.cast(known ?? tf.fill([batch], time), "int32");
    const shown = raw[`${modality}_m`] as tf.Tensor3D | undefined;
    if (shown !== undefined) inputs[`${modality}Shown`] = inForm(form, shown);
  }
  return inputs;
}

function inForm(form: InputForm, x: tf.Tensor3D): tf.Tensor {
  const [batch, , width] = x.shape;
  switch (form) {
    case "first":
      return tf.reshape(tf.slice3d(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
    case "mean":
      return tf.mean(x, 1);
    case "timeMajor":
      return tf.transpose(x, [1, 0, 2]);
    case "sequence":
      return x;
  }
}

/** Names of recorded labels of one modality. */
export const LABELS_OF: Readonly<Record<Modality, string>> = {
  text: "labels_T",
  audio: "labels_A",
  vision: "labels_V",
};

/** What the loss of a case is measured against. */
export function targetOf(raw: Readonly<Record<string, tf.Tensor>>, epoch = 1): Target {
  const labels = tf.reshape(raw["labels"]!, [-1]) as tf.Tensor1D;
  const labelsOf = Object.fromEntries(
    MODALITIES.filter((modality) => raw[LABELS_OF[modality]] !== undefined)
      .map((modality) => [modality, tf.reshape(raw[LABELS_OF[modality]]!, [-1])]),
  );
  const index = tf.range(0, labels.size, 1, "int32");
  return { labels, labelsOf, index, epoch: tf.scalar(epoch) };
}

/** Infinity for different lengths and for values that are not finite */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const deviation = Math.abs(actual[i]! - expected[i]!);
    most = Math.max(most, Number.isNaN(deviation) ? Infinity : deviation);
  }
  return most;
}

/** A recorded array as a tensor. */
export function toTensor({ shape, values }: RecordedArray): tf.Tensor {
  return tf.tensor(values, [...shape]);
}

/** Largest deviation of the recorded tensors that we compute; null when none is recorded. */
export async function largest(
  actual: Readonly<Record<string, tf.Tensor>>,
  expected: RecordedArrays,
  relative: boolean,
): Promise<number | null> {
  let deviation: number | null = null;
  for (const [name, { values }] of Object.entries(expected)) {
    const tensor = actual[name];
    if (tensor === undefined) continue;
    const scale = relative ? values.reduce((most, value) => Math.max(most, Math.abs(value)), 1) : 1;
    deviation = Math.max(deviation ?? 0, difference(await tensor.data(), values) / scale);
  }
  return deviation;
}
