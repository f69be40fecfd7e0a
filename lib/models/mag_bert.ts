/**
 * MAG-BERT: audio and vision shift the words' embeddings before BERT's first layer.
 *
 * Source: Rahman, Hasan, Lee, Zadeh, Mao, Morency, Hoque, "Integrating Multimodal Information in Large
 * Pretrained Transformers", ACL 2020, and its code in thuiar/MMSA, `models/singleTask/BERT_MAG.py`,
 * whose names the parameters carry. METHODS 9.1.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import { groupMeans, trueGroupMeans } from "../nn/group_mean.ts";
import { layerNorm } from "../nn/layer_norm.ts";
import type { Linear } from "../nn/linear.ts";
import { affine } from "../nn/linear.ts";
import { stepMask } from "../nn/mask.ts";
import { rowNorm } from "../nn/norm.ts";
import { normalWeights, redraw } from "../nn/redraw.ts";
import { constantOf } from "../nn/stop_gradient.ts";
import type { EncoderInsert } from "../nn/text_encoder.ts";
import type { WeightOf } from "../nn/transformer.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { Network } from "./network.ts";
import { count, learningRate, number, oneOf, rate, weightDecay } from "./setting.ts";

/** Before the names of the gate's parameters. */
const GATE = "model.bert.MAG.";
/** Added to the length of the shift. */
const EPSILON = 1e-6;

const settings = {
  batchSize: count(32, "samples of a batch", { search: [16, 32, 48] }),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust shifts words only, by true steps",
  ),
  text: oneOf(["bert"], "the words are read by a BERT, which learns"),
  betaShift: number(1, "β: the longest shift, in lengths of the embedding", {
    above: 0,
    search: [0.5, 1, 1.5],
  }),
  dropout: rate({ mosi: 0.3, mosei: 0.2, sims: 0.1 }, "dropout of the shifted embeddings", {
    search: [0.1, 0.3, 0.5],
  }),
  classifierDropout: rate(0.1, "dropout before the last layer"),
  learningRate: learningRate({ mosi: 2e-5, mosei: 1e-5, sims: 5e-5 }, "step size of all but BERT"),
  learningRateBert: learningRate(
    { mosi: 2e-5, mosei: 1e-5, sims: 5e-5 },
    "step size of the BERT",
  ),
  weightDecay: weightDecay(0, "weight decay of all but the BERT"),
  weightDecayBert: weightDecay(0, "weight decay of the BERT's matrices"),
};

/** What the gate reads at each step, rows [batch · tokens, width]; of a modality that is used. */
export interface GateInputs {
  readonly vision?: tf.Tensor2D;
  readonly audio?: tf.Tensor2D;
}

/** Letters of the gate's parameters, in the order in which the shifts are added. */
const GATED = [["vision", "v"], ["audio", "a"]] as const;

/**
 * The gate: embeddings e [rows, width] → α s + e before its normalization, the shift s and
 * the share α [rows, 1].
 *
 * @param weight a parameter by its name, such as `W_hv.weight`
 * @param isWord [rows, 1], 0 for rows that are not to be shifted; null for none
 */
export function shiftEmbeddings(
  e: tf.Tensor2D,
  inputs: GateInputs,
  weight: WeightOf,
  betaShift: number,
  isWord: tf.Tensor | null = null,
): { shifted: tf.Tensor2D; shift: tf.Tensor2D; alpha: tf.Tensor2D } {
  const map = (name: string, x: tf.Tensor2D) =>
    affine(x, weight(`${name}.weight`) as tf.Tensor2D, weight(`${name}.bias`) as tf.Tensor1D);
  // g = ReLU(Lin([x; e])), s = Σ g ⊙ Lin(x)
  const shifts = GATED.flatMap(([modality, letter]) => {
    const x = inputs[modality];
    if (x === undefined) return [];
    const gate = tf.relu(map(`W_h${letter}`, tf.concat2d([x, e], 1)));
    return [tf.mul(gate, map(`W_${letter}`, x)) as tf.Tensor2D];
  });
  const whole = tf.addN(shifts) as tf.Tensor2D;
  const shift = isWord === null ? whole : tf.mul(whole, isWord) as tf.Tensor2D;
  // α = min(β ‖e‖ / (‖s‖ + ε), 1), with 1 for ‖s‖ where s is 0
  const length = rowNorm(shift);
  const isZero = constantOf(() => tf.cast(tf.equal(length, 0), "float32"));
  const share = tf.div(rowNorm(e), tf.add(tf.add(length, isZero), EPSILON));
  const alpha = tf.minimum(tf.mul(share, betaShift), 1) as tf.Tensor2D;
  return { shifted: tf.add(tf.mul(alpha, shift), e), shift, alpha };
}

class MagBert extends Network<typeof settings> {
  /** In place of the pooler that the text encoder lacks. */
  readonly #pooler: Linear | null;
  readonly #classifier: Linear;

  constructor(context: ModelContext<typeof settings>) {
    super(context, "model.bert.");
    this.reads.text = "first";
    const width = this.widths.text!;
    for (const [modality, letter] of GATED) {
      if (!this.modalities.includes(modality)) continue;
      this.reads[modality] = "timeMajor";
      const inputs = this.widths[modality]!;
      this.linear(`${GATE}W_h${letter}`, inputs + width, width);
      this.linear(`${GATE}W_${letter}`, inputs, width);
    }
    this.#pooler = this.hasPooler ? null : this.linear("model.pooler", width, width);
    this.#classifier = this.linear("model.classifier", width, 1);
    redraw(this.parameters, this.ownNames(), this.random, normalWeights(0.02));
    this.layerNorm(`${GATE}LayerNorm`, width);
  }

  override get seesPadding(): boolean {
    return this.settings.mode === "reference";
  }

  override insert(inputs: Inputs, noise: DropoutNoise | null): EncoderInsert {
    return { layer: 0, change: (states) => this.#shift(states, inputs, noise) };
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const cls = inputs.text as tf.Tensor2D;
    const pooled = this.#pooler === null ? this.pooled(cls) : tf.tanh(this.#pooler.apply(cls));
    const kept = dropout(pooled, this.settings.classifierDropout, noise, "classifier.dropout");
    return { prediction: tf.reshape(this.#classifier.apply(kept), [-1]), "feature.fusion": pooled };
  }

  /** e' = Drop(LN(α s + e)) */
  #shift(states: tf.Tensor3D, inputs: Inputs, noise: DropoutNoise | null): tf.Tensor3D {
    const [batch, tokens, width] = states.shape;
    const e = tf.reshape(states, [-1, width]) as tf.Tensor2D;
    const rows = (x: tf.Tensor3D) => tf.reshape(x, [-1, x.shape[2]]) as tf.Tensor2D;
    const counts = this.settings.mode === "robust" ? tokenCounts(inputs.tokens!) : null;
    const gated: { vision?: tf.Tensor2D; audio?: tf.Tensor2D } = {};
    for (const [modality] of GATED) {
      const x = inputs[modality] as tf.Tensor3D | undefined;
      if (x === undefined) continue;
      const aligned = counts === null
        ? groupMeans(x, tokens)
        : trueGroupMeans(x, inputs[`${modality}Lengths`]!, tokens, counts);
      gated[modality] = rows(tf.transpose(aligned, [1, 0, 2]));
    }
    const weight: WeightOf = (name) => this.parameters.get(GATE + name);
    const isWord = counts === null ? null : tf.reshape(wordMask(counts, tokens), [-1, 1]);
    const { shifted } = gated.vision === undefined && gated.audio === undefined
      ? { shifted: e }
      : shiftEmbeddings(e, gated, weight, this.settings.betaShift, isWord);
    const normal = layerNorm(shifted, weight("LayerNorm.weight"), weight("LayerNorm.bias"), 1e-5);
    const kept = dropout(normal, this.settings.dropout, noise, "MAG.dropout");
    return tf.reshape(kept, [batch, tokens, width]);
  }
}

/** int32 [batch, 3, tokens] → number of tokens of each sample, [CLS] and [SEP] among them, [batch] */
function tokenCounts(tokens: tf.Tensor3D): tf.Tensor1D {
  const [batch, , places] = tokens.shape;
  return tf.sum(tf.reshape(tf.slice3d(tokens, [0, 1, 0], [batch, 1, places]), [batch, places]), 1);
}

/** [batch] → [batch, tokens], 1 for all tokens but the first and the last one */
function wordMask(counts: tf.Tensor1D, tokens: number): tf.Tensor2D {
  const isLater = tf.cast(tf.greater(tf.range(0, tokens), 0.5), "float32");
  const before = stepMask(tf.cast(tf.sub(counts, 1), "int32"), tokens);
  return tf.mul(before, isLater) as tf.Tensor2D;
}

/** MAG-BERT, as `--model mag-bert`. */
export const magBert: NetworkDefinition<typeof settings> = {
  name: "mag-bert",
  summary: "audio and vision shift the embeddings of a BERT's words",
  kind: "network",
  card: {
    source:
      "Rahman, Hasan, Lee, Zadeh, Mao, Morency, Hoque: Integrating Multimodal Information in " +
      "Large Pretrained Transformers, ACL 2020; code thuiar/MMSA",
    reading: "Follows the code of MMSA. Mode robust leaves [CLS], [SEP] and padding unshifted",
    limits: "Needs a BERT, and one step of audio and vision for each of its tokens",
  },
  year: 2020,
  needs: ["bert"],
  modalities: { all: ["text"] },
  settings,
  training: () => ({ monitor: "criterion" }),
  recorded: {
    kind: "mag_bert",
    settings: (hyper) => ({
      betaShift: hyper["beta_shift"],
      dropout: hyper["dropout_prob"],
      classifierDropout: 0,
      learningRate: hyper["learning_rate"],
      learningRateBert: hyper["learning_rate"],
      weightDecay: hyper["weight_decay"],
      weightDecayBert: hyper["weight_decay"],
    }),
    outputs: ({ prediction }) => ({ M: prediction }),
    inner: ["embeddings", "gated", "last_hidden_state", "pooler_output", "shift", "alpha"],
  },
  create: (context) => new MagBert(context),
};
