/** A finished run as it lies in its folder: its model, weights, and how scores are given back. @module */

import { parseCsv } from "../core/csv.ts";
import { RandomStream } from "../core/random.ts";
import type { Modality, ProtocolName, Scalings } from "../data/mod.ts";
import { protocolOf } from "../evaluation/mod.ts";
import {
  type Config,
  findModel,
  type ModelContext,
  type ModelDefinition,
  type Network,
  type NetworkDefinition,
} from "../models/mod.ts";
import { defaultsFor, resolveConfig } from "./config.ts";
import { readBertFiles } from "./run_bert.ts";
import { RunFolder, type RunRecord } from "./run_folder.ts";
import { scalingsIn } from "./scaling_weights.ts";
import { assignWeights, readWeights, type Weights } from "./weights.ts";

/** What a finished run says about its model. */
export interface Trained {
  readonly folder: RunFolder;
  /** All settings that were in force. */
  readonly config: Config;
  readonly record: RunRecord;
  readonly protocol: ProtocolName;
  readonly modalities: readonly Modality[];
  readonly model: ModelDefinition;
  /** What the model is made with. */
  readonly context: ModelContext;
  readonly weights: Weights;
  /** Of features, before the model reads them. */
  readonly scalings: Scalings;
  /** The neutral label, which scores are counted from: added to them, they are as labels are. */
  readonly neutral: number;
}

/**
 * Reads a finished run.
 *
 * @param definition of a model of your own; default: the model that the run names
 * @throws {RunError} there is no finished run
 * @throws {DataError} its weights are missing or damaged
 */
export function readTrained(path: string, definition?: ModelDefinition): Trained {
  const folder = new RunFolder(path);
  const { config, record } = folder.readFinished();
  const protocol = config["protocol"] as ProtocolName;
  const modalities = String(config["modalities"]).split(",") as Modality[];
  const model = definition ?? findModel(String(config["model"]));
  const { weights } = readWeights(folder.file("model.safetensors"));
  const classes = typeof config["classes"] === "string"
    ? parseCsv(config["classes"]).header
    : undefined;
  const context: ModelContext = {
    // An older run does not know the settings that came after it.
    settings: {
      ...resolveConfig(model, defaultsFor(String(config["dataset"]), protocol)),
      ...config,
    },
    protocol,
    modalities,
    widths: record.data.widths,
    steps: record.data.steps ?? {},
    trainLabels: new Float32Array(0),
    ...(classes === undefined ? {} : { classes }),
    random: RandomStream.fromSeed(0),
    ...(config["text"] === "bert" ? { bert: readBertFiles(folder.bert, config) } : {}),
  };
  const { neutral } = protocolOf(config).labels;
  const scalings = scalingsIn(weights);
  return {
    folder,
    config,
    record,
    protocol,
    modalities,
    model,
    context,
    weights,
    scalings,
    neutral,
  };
}

/** The network with its trained weights, on the engine that is open. @throws {RunError} they do not fit */
export function networkOf(
  model: NetworkDefinition,
  { context, weights, folder }: Trained,
): Network {
  const network = model.create(context);
  assignWeights(network.weights(), weights, folder.file("model.safetensors"));
  return network;
}
