/** TFR-Net as its recordings name it. @module */

import { MODALITIES } from "../../data/mod.ts";
import type { Recorded } from "../model.ts";
import type { StepsOf } from "../network_types.ts";

/** Our settings and outputs by the names of thuiar/MMSA. */
export const TFR_NET_RECORDED: Recorded = {
  kind: "tfr_net",
  settings: (hyper) => {
    const [modelDim, heads] = hyper["dst_feature_dim_nheads"];
    const [textGeneration, audioGeneration, visionGeneration] = hyper["weight_gen_loss"];
    return {
      updateEpochs: hyper["update_epochs"],
      unknownToken: hyper["unk_id_here"] ?? 100,
      modelDim,
      heads,
      levels: hyper["nlevels"],
      temporalHeads: hyper["num_temporal_head"],
      textKernel: hyper["conv1d_kernel_size_l"],
      audioKernel: hyper["conv1d_kernel_size_a"],
      visionKernel: hyper["conv1d_kernel_size_v"],
      gruLayers: hyper["fusion_gru_layers"],
      textHiddenSize: hyper["fusion_t_hid"],
      audioHiddenSize: hyper["fusion_a_hid"],
      visionHiddenSize: hyper["fusion_v_hid"],
      classifierDim: hyper["cls_hidden_dim"],
      textDropout: hyper["text_dropout"],
      attentionDropout: hyper["attn_dropout"],
      audioAttentionDropout: hyper["attn_dropout_a"],
      visionAttentionDropout: hyper["attn_dropout_v"],
      reluDropout: hyper["relu_dropout"],
      embedDropout: hyper["embed_dropout"],
      residualDropout: hyper["res_dropout"],
      fusionDropout: hyper["fusion_drop"],
      classifierDropout: hyper["cls_dropout"],
      textGeneration,
      audioGeneration,
      visionGeneration,
      similarity: hyper["weight_sim_loss"],
      gradClip: hyper["grad_clip"],
      patience: hyper["patience"],
      learningRate: hyper["learning_rate_other"],
      learningRateBert: hyper["learning_rate_bert"],
      weightDecay: hyper["weight_decay_other"],
      weightDecayBert: hyper["weight_decay_bert"],
    };
  },
  outputs: (outputs, _inputs, parts) => ({
    M: outputs.prediction,
    loss_prediction: parts["fusion"]!,
    loss_generation: parts["generation"]!,
    ...Object.fromEntries(MODALITIES.flatMap((modality) => [
      [`aligned_${modality}`, outputs[`read.${modality}`]!],
      [`generator_in_${modality}`, outputs[`rebuilding.${modality}`]!],
      [`generated_${modality}`, outputs[`rebuilt.${modality}`]!],
      [`rep_${modality}`, outputs[`feature.${modality}`]!],
      [`loss_generation_${modality}`, parts[modality]!],
    ])),
  }),
  evaluated: "M_eval",
  epoch: 2,
  /** Recorded cases have steps missing that are none of our draws. */
  prepare(network, _hyper, inputs) {
    const drawn = network.keptSteps!.bind(network);
    network.keptSteps = (of: StepsOf) => {
      const prefix = of.split === "valid" ? "valid_" : "";
      const kept = inputs[`${prefix}${of.modality}_missing_mask`];
      if (kept === undefined) return drawn(of);
      return kept.values.subarray(of.sample * of.steps, (of.sample + 1) * of.steps);
    };
  },
};
