/** BBFN as its recordings name it. @module */

import { tf } from "../../engine/mod.ts";
import type { Recorded } from "../model.ts";

/** Our settings and outputs by the names of declare-lab/BBFN. */
export const BBFN_RECORDED: Recorded = {
  kind: "bbfn",
  settings: (hyper) => ({
    modelDim: hyper["attn_dim"],
    heads: hyper["num_heads"],
    layers: hyper["layers"],
    textKernel: hyper["l_ksize"],
    audioKernel: hyper["a_ksize"],
    visionKernel: hyper["v_ksize"],
    lambdaD: hyper["lambda_d"],
    attentionDropout: 0,
    reluDropout: 0,
    residualDropout: 0,
    ...(hyper["trainer"] === undefined ? {} : {
      clipNorm: hyper["trainer"].clip.value,
      patience: hyper["trainer"].scheduler.patience,
      learningRate: hyper["trainer"].parameter_groups[0].lr,
      learningRateBert: hyper["trainer"].parameter_groups[0].lr,
      weightDecay: hyper["trainer"].parameter_groups[0].weight_decay,
      weightDecayBert: hyper["trainer"].parameter_groups[0].weight_decay,
    }),
  }),
  outputs: ({ prediction, logits, ...outputs }, _inputs, parts) => {
    const { fusion, separation } = parts;
    const count = logits!.size, batch = prediction.size;
    const kinds = tf.tile(tf.reshape(tf.range(0, 2), [1, 2, 1]), [count / (2 * batch), 1, batch]);
    return {
      M: prediction,
      loss_task: fusion!,
      loss_disc: separation!,
      discriminator: tf.sigmoid(logits!),
      discriminator_labels: tf.reshape(kinds, [-1]),
      ...Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => {
          const [kind, modality, ...rest] = name.split(".");
          const pair = `l${modality![0]}`;
          const stream = rest.at(-1) === "0" ? "text" : "other";
          if (kind === "projected") return [`sequence_${modality}`, value];
          if (kind === "stream") return [`${stream}_stream_${pair}`, value];
          return [`control_${stream}_${pair}_${rest[0]}`, value];
        }),
      ),
    };
  },
  inner: ["pooled_text", "pooled_audio", "pooled_vision"],
  // They normalize nothing.
  unused: /^modal_interaction\.l[av]\.layer_norm\./,
};
