/** MISA as its recordings name it. @module */

import { tf } from "../../engine/mod.ts";
import type { Recorded } from "../model.ts";

/** Our settings and outputs by the names of thuiar/MMSA. */
export const MISA_RECORDED: Recorded = {
  kind: "misa",
  settings: (hyper) => ({
    updateEpochs: hyper["update_epochs"],
    hiddenSize: hyper["hidden_size"],
    feedForward: hyper["dim_feedforward"],
    dropout: hyper["dropout"],
    encoderDropout: 0,
    useCmdSim: hyper["use_cmd_sim"],
    diffWeight: hyper["diff_weight"],
    simWeight: hyper["sim_weight"],
    reconWeight: hyper["recon_weight"],
    reverseGradWeight: hyper["reverse_grad_weight"],
    gradClip: hyper["grad_clip"],
    learningRate: hyper["learning_rate"],
    learningRateBert: hyper["learning_rate"],
  }),
  outputs: (outputs, _inputs, parts) => {
    const isMoments = outputs["domain.text"] === undefined;
    const named = [
      ["utterance", "feature"],
      ["orig", "original"],
      ["private", "private"],
      ["shared", "shared"],
      ["recon", "reconstructed"],
      ...(isMoments ? [] : [["domain_logits", "domain"]]),
    ];
    return {
      M: outputs.prediction,
      encoder_output: tf.transpose(outputs["encoded"]!, [1, 0, 2]),
      loss_cls: parts["fusion"]!,
      loss_diff: parts["difference"]!,
      loss_recon: parts["reconstruction"]!,
      [isMoments ? "loss_cmd" : "loss_domain"]: parts["similarity"]!,
      ...Object.fromEntries(
        named.flatMap(([theirs, ours]) =>
          ["text", "audio", "vision"].map((modality) => [
            `${theirs}_${modality}`,
            outputs[`${ours}.${modality}`]!,
          ])
        ),
      ),
    };
  },
  unused: /^(sp_discriminator|tlayer_norm)\./,
};
