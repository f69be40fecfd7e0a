/** MMIM as its recordings name it. @module */

import { tf } from "../../engine/mod.ts";
import type { Recorded, RecordedInputs } from "../model.ts";
import type { Network } from "../network.ts";

/** Our settings and outputs by the names of thuiar/MMSA. */
export const MMIM_RECORDED: Recorded = {
  kind: "mmim",
  settings: (hyper) => ({
    audioHidden: hyper["d_ah"],
    visionHidden: hyper["d_vh"],
    audioOut: hyper["d_aout"],
    visionOut: hyper["d_vout"],
    bidirectional: hyper["bidirectional"],
    fusionDim: hyper["d_prjh"],
    fusionDropout: hyper["dropout_prj"],
    cpcLayers: hyper["cpc_layers"],
    addVa: hyper["add_va"],
    alpha: hyper["alpha"],
    beta: hyper["beta"],
    memorySize: hyper["mem_size"],
    clipNorm: hyper["grad_clip"],
    learningRate: hyper["lr_main"],
    learningRateBert: hyper["lr_bert"],
    learningRateBounds: hyper["lr_mmilb"],
    weightDecay: hyper["weight_decay_main"],
    weightDecayBert: hyper["weight_decay_bert"],
    weightDecayBounds: hyper["weight_decay_mmilb"],
  }),
  outputs: (outputs, _inputs, parts) => ({
    M: outputs.prediction,
    lld: parts["likelihood"]!,
    ...(parts["fusion"] === undefined ? {} : {
      loss_task: parts["fusion"],
      nce: parts["contrast"]!,
      H: parts["entropy"]!,
    }),
    ...Object.fromEntries(
      ["text", "audio", "vision", "fusion"].map((name) => [
        `feature_${name}`,
        outputs[`feature.${name}`]!,
      ]),
    ),
  }),
  // The rows of a sign, of which there are as many as the batch has.
  inner: ["tv", "ta", "va"].flatMap((pair) => [`memory_${pair}_pos`, `memory_${pair}_neg`]),
  prepare(network, hyper, inputs) {
    const stage = hyper["stage"];
    if (stage === undefined) return;
    network.enterPass!(stage);
    const { batch_index: batch = 0, mem_size: slots, batch_size: size } = hyper;
    if (batch <= slots) return;
    for (const pair of ["tv", "ta", "va"]) fillMemory(network, pair, slots, size, inputs);
    tf.tidy(() => network.memory.get("projection_batches")!.assign(tf.scalar(batch)));
  },
};

/** Puts recorded projections, which are apart by sign, into the memory. */
function fillMemory(
  { memory }: Network,
  pair: string,
  slots: number,
  size: number,
  inputs: RecordedInputs,
): void {
  const variable = memory.get(`projections.${pair}`);
  if (variable === undefined) return;
  const width = variable.shape[1]!;
  const rows = new Float32Array(slots * size * width), signs = new Float32Array(slots * size);
  for (let slot = 0; slot < slots; slot++) {
    let at = slot * size;
    for (const [name, sign] of [["pos", 1], ["neg", -1]] as const) {
      const { shape, values } = inputs[`memory_${pair}_${name}_${slot}`]!;
      rows.set(values, at * width);
      signs.fill(sign, at, at += shape[0]!);
    }
  }
  tf.tidy(() => {
    variable.assign(tf.tensor2d(rows, [slots * size, width]));
    memory.get("projection_signs")!.assign(tf.tensor1d(signs));
  });
}
