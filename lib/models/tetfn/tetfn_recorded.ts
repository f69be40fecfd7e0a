/** TETFN as its recordings name it. @module */

import { MODALITIES } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import type { Recorded } from "../model.ts";

/** Our settings and outputs by the names of thuiar/MMSA. */
export const TETFN_RECORDED: Recorded = {
  kind: "tetfn",
  settings: (hyper) => ({
    updateEpochs: hyper["update_epochs"],
    modelDim: hyper["dst_feature_dims"],
    heads: hyper["nheads"],
    audioLstmHiddenSize: hyper["a_lstm_hidden_size"],
    visionLstmHiddenSize: hyper["v_lstm_hidden_size"],
    textKernel: hyper["conv1d_kernel_size_l"],
    audioKernel: hyper["conv1d_kernel_size_a"],
    visionKernel: hyper["conv1d_kernel_size_v"],
    attentionDropout: hyper["attn_dropout"],
    audioAttentionDropout: hyper["attn_dropout_a"],
    visionAttentionDropout: hyper["attn_dropout_v"],
    reluDropout: hyper["relu_dropout"],
    embedDropout: hyper["embed_dropout"],
    residualDropout: hyper["res_dropout"],
    postFusionDim: hyper["post_fusion_dim"],
    postTextDim: hyper["post_text_dim"],
    postAudioDim: hyper["post_audio_dim"],
    postVisionDim: hyper["post_video_dim"],
    postFusionDropout: hyper["post_fusion_dropout"],
    postTextDropout: hyper["post_text_dropout"],
    postAudioDropout: hyper["post_audio_dropout"],
    postVisionDropout: hyper["post_video_dropout"],
    learningRateBert: hyper["learning_rate_bert"],
    learningRateAudio: hyper["learning_rate_audio"],
    learningRateVision: hyper["learning_rate_video"],
    learningRateOther: hyper["learning_rate_other"],
    weightDecayBert: hyper["weight_decay_bert"],
    weightDecayAudio: hyper["weight_decay_audio"],
    weightDecayVision: hyper["weight_decay_video"],
    weightDecayOther: hyper["weight_decay_other"],
    H: hyper["H"],
    excludeZero: hyper["excludeZero"],
  }),
  outputs: (outputs, _inputs, parts) => ({
    M: outputs.prediction,
    ...Object.fromEntries([
      ...MODALITIES.flatMap((modality) => [
        [modality[0]!.toUpperCase(), outputs[`score.${modality}`]!],
        [`projected_${modality}`, tf.transpose(outputs[`projected.${modality}`]!, [0, 2, 1])],
        [`loss_${modality[0]!.toUpperCase()}`, parts[modality]!],
      ]),
      ...["fusion", ...MODALITIES].map((task) => [`feature_${task}`, outputs[`feature.${task}`]!]),
      ...Object.entries(outputs).filter(([name]) => /^[lav]_(with_[lav]|mem)$/.test(name))
        .map(([name, stream]) => [name, tf.transpose(stream, [1, 0, 2])]),
    ]),
    loss_M: parts["fusion"]!,
  }),
  /** Puts the generated labels that are in force into the memory. */
  prepare({ memory }, _hyper, inputs) {
    for (const modality of MODALITIES) {
      const labels = inputs[`labels_${modality}`];
      if (labels === undefined) continue;
      tf.tidy(() => memory.get(`labels.${modality}`)!.assign(tf.tensor1d(labels.values)));
    }
  },
};
