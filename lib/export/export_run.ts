/** A finished run as an ONNX file. @module */

import { RunError, UsageError } from "../core/errors.ts";
import { AtomicFile } from "../core/files.ts";
import { openEngine } from "../engine/mod.ts";
import type { ModelDefinition } from "../models/mod.ts";
import { networkOf, readTrained, type Trained } from "../training/read_trained.ts";
import { VERSION } from "../training/versions.ts";
import { checkOnnx, type ModelNotes, toOnnx } from "./export_network.ts";
import type { ExportedNetwork } from "./network_graph.ts";
import type { InputSizes, OnnxInput } from "./onnx_inputs.ts";

/** What was written. */
export interface OnnxExport {
  /** What the file is given: those inputs that the network reads, in its order. */
  readonly inputs: readonly OnnxInput[];
  /** Number of operators. */
  readonly operators: number;
  /** Size of the file. */
  readonly bytes: number;
  /**
   * Largest difference between onnxruntime's scores and the network's on made-up samples, in units
   * of the score where that is above 1.
   */
  readonly difference: number;
}

/**
 * Writes the network of a finished run as an ONNX file: opset 17, any number of samples, scores as
 * labels are. What the run did to its features (`standardize`), and its text encoder, are in it. The
 * file is tried in onnxruntime before it takes its name.
 *
 * @param path the run's folder
 * @param file to write; one that is there is replaced
 * @param definition of a model of your own; default: the model that the run names
 * @throws {RunError} there is no finished run, or it does not tell the steps of its data
 * @throws {UsageError} its model is no network, or an operation of it cannot be said in ONNX
 * @throws {DataError} weights or packages cannot be loaded
 *
 * @example
 * ```ts
 * import { openTraining } from "../training/mod.ts";
 * import { exportOnnx } from "./mod.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync(), engine = "cpu";
 * const settings = { epochs: 1 };
 * using training = await openTraining({ model: "cnn", data: "synthetic:n=16", settings, engine, out });
 * const { summary } = await training.train(1111);
 * const { inputs, difference } = await exportOnnx(summary.path, `${out}/cnn.onnx`);
 * assertEquals(inputs.slice(0, 2).map(({ name }) => name), ["text", "text_lengths"]);
 * assert(difference < 1e-5);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function exportOnnx(
  path: string,
  file: string,
  definition?: ModelDefinition,
): Promise<OnnxExport> {
  const trained = readTrained(path, definition);
  const { model, scalings, neutral } = trained;
  if (model.kind !== "network") {
    throw new UsageError(
      `Cannot export "${path}" to ONNX: ${model.name} is no network, expected a run of one`,
    );
  }
  const sizes = sizesOf(path, trained);
  // Before all is computed: whether it can be written.
  using output = new AtomicFile(file);
  await openEngine({ engine: "cpu" });
  const network = networkOf(model, trained);
  try {
    const exported: ExportedNetwork = { network, sizes, scalings, neutral };
    const made = await toOnnx(exported, notesOf(trained));
    const difference = await checkOnnx(exported, made);
    output.write(made.bytes);
    output.commit();
    const { inputs, operators, bytes } = made;
    return { inputs, operators, bytes: bytes.length, difference };
  } finally {
    network.dispose();
  }
}

/** @throws {RunError} the run does not tell them */
function sizesOf(path: string, { record, modalities, context }: Trained): InputSizes {
  const { widths, steps } = record.data;
  if (steps === undefined || modalities.some((modality) => steps[modality] === undefined)) {
    throw new RunError(
      `Cannot export "${path}" to ONNX: it does not tell how many steps its data have, as runs of ` +
        "earlier versions; expected a run of this one",
    );
  }
  return { widths, steps, vocabulary: context.bert?.config.vocabulary ?? null };
}

function notesOf({ model, config, record, modalities, protocol }: Trained): ModelNotes {
  const dataset = String(config["dataset"]);
  return {
    producerVersion: VERSION,
    description: `${model.name}, trained on ${dataset} (${modalities.join(", ")}), seed ` +
      `${record.seed}. Scores are in the range of the labels.`,
    metadata: {
      model: model.name,
      dataset,
      protocol,
      modalities: modalities.join(","),
      seed: String(record.seed),
      data_sha256: record.data.sha256,
    },
  };
}
