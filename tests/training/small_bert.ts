/** Trainings with the recorded BERT inside, so small that a test can run many of them. */

import { join } from "node:path";
import type { Dataset } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import type { RunOutcome } from "../../lib/training/run_options.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { train } from "./small.ts";

const GOLDEN = join(import.meta.dirname!, "..", "golden");
/** Its vocabulary of 312 pieces holds the ids of the data, which are below 200. */
export const BERT: string = join(GOLDEN, "bert_tiny");
/** What the recorded training was on. */
export const DATA: string = join(GOLDEN, "self_mm_bert_tiny", "data.pkl");

/** Two epochs with that BERT. */
export const WITH_BERT = {
  batchSize: 8,
  epochs: 2,
  checkpointSeconds: 0,
  text: "bert",
  bert: BERT,
  learningRateBert: 1e-3,
};

/** Trains with the BERT on text and audio, or goes on with it. */
export function trainWithBert(
  engine: Engine,
  dataset: Dataset,
  out: string,
  { settings, ...options }: Parameters<typeof train>[3] = {},
): Promise<RunOutcome> {
  return train(engine, dataset, out, {
    modalities: ["text", "audio"],
    settings: { ...WITH_BERT, ...settings },
    resume: true,
    ...options,
  });
}

/** Weights of a run by name. */
export function weightsOf(path: string): ReturnType<typeof readWeights>["weights"] {
  return readWeights(new RunFolder(path).file("model.safetensors")).weights;
}
