/** A network as the bytes of an ONNX file, held against the network itself. @module */

import { DataError, messageOf, UsageError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import { scaleSplit } from "../data/standardized.ts";
import { type Inputs } from "../models/mod.ts";
import { tf } from "../engine/mod.ts";
import { readInputs } from "../training/inputs.ts";
import { type ExportedNetwork, networkGraph, PREDICTION } from "./network_graph.ts";
import { makeInputs, type OnnxInput, toSplit } from "./onnx_inputs.ts";
import { encodeModel, openRuntime } from "./onnx_packages.ts";
import type { ModelProto } from "./onnx_types.ts";

/** Largest difference between onnxruntime's scores and ours, in units of the largest score from 1 on. */
export const TOLERANCE = 1e-5;

/** Batches that a file is tried with; none of them is one that it was recorded with. */
const TRIED = [1, 5];

/** The version of ONNX's operators, and of the format that came with it. */
const OPSET = 17, IR_VERSION = 8;

/** What a protocol buffer may have at most, in bytes. */
const LARGEST = 2 ** 31 - 1;

/** What the file says about itself. */
export interface ModelNotes {
  readonly producerVersion: string;
  /** What it is, in sentences. */
  readonly description: string;
  /** By key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A network in ONNX. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxInput[];
  /** Number of operators. */
  readonly operators: number;
}

/**
 * Writes a network as an ONNX file of opset 17 whose batch is free.
 *
 * @throws {UsageError} an operation cannot be said in ONNX; or the file would have over 2 GB
 */
export async function toOnnx(network: ExportedNetwork, notes: ModelNotes): Promise<OnnxFile> {
  const { graph, inputs } = networkGraph(network);
  const size = graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (size > LARGEST - 2 ** 20) {
    throw new UsageError(
      `Cannot export the network to ONNX: its weights are ${Math.round(size / 2 ** 20)} MB, ` +
        "expected less than 2048 MB, the most that one file can have",
    );
  }
  const model: ModelProto = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    producerName: "msa",
    producerVersion: notes.producerVersion,
    docString: notes.description,
    metadataProps: Object.entries(notes.metadata).map(([key, value]) => ({ key, value })),
    graph,
  };
  return { bytes: await encodeModel(model), inputs, operators: graph.node.length };
}

/**
 * Runs a file in onnxruntime on made-up samples, and compares its scores with the network's.
 *
 * @returns the largest difference
 * @throws {DataError} onnxruntime is not to be had
 * @throws {UsageError} onnxruntime cannot run the file, or has other scores
 */
export async function checkOnnx(
  { network, sizes, scalings, neutral }: ExportedNetwork,
  { bytes, inputs }: OnnxFile,
): Promise<number> {
  const run = await openRuntime(bytes, inputs, PREDICTION).catch(explain);
  const random = RandomStream.fromSeed(1);
  let largest = 0;
  for (const batch of TRIED) {
    const values = makeInputs(sizes, batch, random.split(`${batch}`));
    const split = scaleSplit(toSplit(sizes, values, batch), scalings);
    const read = readInputs(network, split, Array.from({ length: batch }, (_, i) => i));
    const expected = tf.tidy(() => network.apply(read, null).prediction.dataSync());
    tf.dispose(read as Inputs & tf.TensorContainer);
    const scores = await run(values, batch).catch(explain);
    for (let i = 0; i < batch; i++) {
      const score = expected[i]! + neutral;
      const difference = Math.abs(scores[i]! - score) / Math.max(1, Math.abs(score));
      // What is no number is no match either.
      if (!(difference <= TOLERANCE)) {
        throw new UsageError(
          `Cannot export the network: onnxruntime scores a sample with ${scores[i]}, the network ` +
            `with ${score}, expected a difference of at most ${TOLERANCE}`,
        );
      }
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

function explain(error: unknown): never {
  if (error instanceof DataError) throw error;
  throw new UsageError(
    `Cannot export the network: onnxruntime cannot run the file: ${messageOf(error)}`,
    { cause: error },
  );
}
