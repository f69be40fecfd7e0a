/**
 * ALMT: what audio and vision say is read at three scales of the text, into a state of its own.
 *
 * Source: Zhang, Wang, Yin, Liu, Liu, Yu, "Learning Language-guided Adaptive Hyper-modality
 * Representation for Multimodal Sentiment Analysis", EMNLP 2023, and its code in thuiar/MMSA,
 * `models/singleTask/ALMT.py`, whose names the parameters carry. METHODS 9.3.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { meanSquaredError } from "../nn/losses/mse.ts";
import { stepMask } from "../nn/mask.ts";
import { Block, type Guided, HyperLayer, noBias, Summary } from "./almt/almt_blocks.ts";
import type {
  Inputs,
  Loss,
  ModelContext,
  NetworkDefinition,
  Outputs,
  ParameterGroup,
  Target,
} from "./model.ts";
import { Network } from "./network.ts";
import { cosineSchedule } from "./rate_schedule.ts";
import { count, depth, learningRate, oneOf, weightDecay } from "./setting.ts";

/** Tokens that sum up each modality. */
const TOKENS = 8;

const settings = {
  batchSize: count(64, "samples of a batch", { search: [16, 32, 64] }),
  earlyStop: count(32, "epochs without improvement before training stops"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust does not see padding, and learns from epoch 1",
  ),
  decay: oneOf(["l2", "decoupled"], "weight decay as of Adam, or of AdamW", { start: "decoupled" }),
  scheduleEpochs: count(
    200,
    "epochs of the schedule: a tenth of them the rate rises, then it falls",
  ),
  modelDim: count(128, "D, the width of all states", { search: [64, 128] }),
  embeddingHiddenDim: count(128, "width of the hidden layers that sum up a modality"),
  textSteps: count({ mosi: 50, mosei: 50, sims: 39 }, "steps of text that have a position"),
  audioSteps: count({ mosi: 375, mosei: 500, sims: 400 }, "steps of audio that have a position"),
  visionSteps: count({ mosi: 500, mosei: 500, sims: 55 }, "steps of vision that have a position"),
  textEmbeddingDepth: depth(1, "blocks that sum up text"),
  audioEmbeddingDepth: depth(1, "blocks that sum up audio"),
  visionEmbeddingDepth: depth(1, "blocks that sum up vision"),
  textEmbeddingHeads: count(8, "their heads, of 64 each"),
  audioEmbeddingHeads: count(8, "their heads, of 64 each"),
  visionEmbeddingHeads: count(8, "their heads, of 64 each"),
  textEncoderHeads: count(8, "heads, of 64 each, of the blocks between the text's scales"),
  ahlDepth: depth(3, "scales of the text", { search: [2, 3, 4] }),
  hyperHeads: count(8, "heads that read audio and vision; a divisor of modelDim"),
  fusionDepth: depth({ mosi: 2, mosei: 4, sims: 4 }, "blocks of the fusion", { search: [2, 4] }),
  fusionHeads: count(8, "their heads, of 64 each"),
  fusionHiddenDim: count(128, "width of their hidden layers"),
  learningRate: learningRate(1e-4, "step size of all but the BERT"),
  learningRateBert: learningRate(1e-4, "step size of the BERT"),
  weightDecay: weightDecay(1e-4, "weight decay of all but the BERT"),
  weightDecayBert: weightDecay(1e-4, "weight decay of the BERT"),
};

/** The code's letter of a modality. */
const LETTER = { text: "l", audio: "a", vision: "v" } as const;

class Almt extends Network<typeof settings> {
  readonly #summaries: ReadonlyMap<Modality, Summary>;
  readonly #textPositions: tf.Variable3D;
  readonly #textBlocks: readonly Block[];
  readonly #start: tf.Variable3D;
  readonly #hyper: readonly HyperLayer[];
  readonly #positions: { readonly source: tf.Variable3D; readonly target: tf.Variable3D };
  readonly #fusionToken: tf.Variable3D;
  readonly #fusion: readonly Block[];
  readonly #head: Linear;

  constructor(context: ModelContext<typeof settings>) {
    super(context, "bertmodel.model.");
    const { settings, widths } = this;
    const width = settings.modelDim;
    const fill = (rows: number, value: number) => new Float32Array(rows * width).fill(value);
    const positions = (name: string, rows: number): tf.Variable3D =>
      this.parameter(name, [1, rows, width], this.random.split(name).normalArray(rows * width, 1));
    this.#start = this.parameter("h_hyper", [1, TOKENS, width], fill(TOKENS, 1));
    this.#summaries = new Map(this.modalities.map((modality) => {
      const sizes = {
        inputs: widths[modality]!,
        width,
        hidden: settings.embeddingHiddenDim,
        // The reference's table; it has no fewer rows than the data have steps.
        steps: Math.max(settings[`${modality}Steps`], context.steps?.[modality] ?? 0),
        tokens: TOKENS,
        depth: settings[`${modality}EmbeddingDepth`],
        heads: settings[`${modality}EmbeddingHeads`],
      };
      return [modality, new Summary(this, `embedding_${LETTER[modality]}`, sizes)];
    }));
    this.#textPositions = positions("l_encoder.pos_embedding", TOKENS);
    const scales = Array.from({ length: settings.ahlDepth }, (_, i) => i);
    this.#textBlocks = scales.slice(1).map((i) =>
      new Block(this, `l_encoder.encoder.layers.${i - 1}`, {
        width,
        hidden: width,
        heads: settings.textEncoderHeads,
      })
    );
    const guided = this.modalities.filter((name): name is Guided => name !== "text");
    const heads = settings.hyperHeads;
    this.#hyper = scales.map((i) =>
      new HyperLayer(this, `h_hyper_layer.layers.${i}.0`, { width, heads, guided })
    );
    this.#positions = {
      source: positions("fusion_layer.pos_embedding_s", TOKENS + 1),
      target: positions("fusion_layer.pos_embedding_t", TOKENS + 1),
    };
    this.#fusionToken = this.parameter("fusion_layer.extra_token", [1, 1, width], fill(1, 0));
    this.#fusion = Array.from(
      { length: settings.fusionDepth },
      (_, i) =>
        new Block(this, `fusion_layer.CrossTransformerEncoder.layers.${i}`, {
          width,
          hidden: settings.fusionHiddenDim,
          heads: settings.fusionHeads,
        }),
    );
    this.#head = this.linear("regression_head", width, 1);
  }

  override get seesPadding(): boolean {
    return this.settings.mode === "reference";
  }

  /** Weight decay is of biases and norms too. */
  override get bertGroups(): ParameterGroup[] {
    const { weightDecayBert: weightDecay } = this.settings;
    return super.bertGroups.map((group) => ({ ...group, weightDecay }));
  }

  forward(inputs: Inputs, _noise: DropoutNoise | null): Outputs {
    const { text, ...others } = this.#summarize(inputs);
    const [batch, , width] = text!.shape;
    const nothing = noBias();
    // t⁰ = h_l + positions, tʲ = Block(tʲ⁻¹)
    const scales = [tf.add(text!, this.#textPositions) as tf.Tensor3D];
    for (const block of this.#textBlocks) {
      scales.push(block.apply(scales.at(-1)!, scales.at(-1)!, nothing));
    }
    const start = tf.tile(this.#start as tf.Tensor3D, [batch, 1, 1]);
    const hyper = this.#hyper.reduce(
      (state, layer, i) => layer.apply(scales[i]!, others, state),
      start,
    );
    // S = [x₀; H] + positions, T = [x₀; t] + positions, T ← Block(T; S)
    const token = tf.tile(this.#fusionToken as tf.Tensor3D, [batch, 1, 1]);
    const withToken = (x: tf.Tensor3D, positions: tf.Tensor): tf.Tensor3D =>
      tf.add(tf.concat3d([token, x], 1), positions);
    const source = withToken(hyper, this.#positions.source);
    const target = withToken(scales.at(-1)!, this.#positions.target);
    const fused = this.#fusion.reduce((x, block) => block.apply(x, source, nothing), target);
    const first = tf.reshape(tf.slice3d(fused, [0, 0, 0], [batch, 1, width]), [batch, width]);
    const score = this.#head.apply(first as tf.Tensor2D);
    const kept = Object.entries({ text, ...others }).map(([name, x]) => [`embedded_${name}`, x]);
    return {
      prediction: tf.reshape(score, [-1]),
      "feature.fusion": first,
      hyper,
      fused,
      ...Object.fromEntries(kept),
      ...Object.fromEntries(scales.map((scale, i) => [`text_scale_${i}`, scale])),
    };
  }

  override loss(outputs: Outputs, target: Target): Loss {
    const total = meanSquaredError(outputs.prediction, target.labels);
    return { total, parts: { fusion: total } };
  }

  /** h of each modality */
  #summarize(inputs: Inputs): Partial<Record<Modality, tf.Tensor3D>> {
    const isRobust = this.settings.mode === "robust";
    return Object.fromEntries(
      [...this.#summaries].map(([modality, summary]) => {
        const x = inputs[modality] as tf.Tensor3D;
        const [, time] = x.shape;
        if (!isRobust && time > summary.steps) {
          throw new UsageError(
            `Cannot read ${time} steps of ${modality}: ${summary.steps} have a position, expected ` +
              `${modality}Steps ${time}`,
          );
        }
        const mask = isRobust ? stepMask(inputs[`${modality}Lengths`]!, time) : null;
        return [modality, summary.apply(x, mask)];
      }),
    );
  }
}

/** ALMT, as `--model almt`. */
export const almt: NetworkDefinition<typeof settings> = {
  name: "almt",
  summary: "text guides audio and vision into a state of its own, at several scales",
  kind: "network",
  card: {
    source: "Zhang, Wang, Yin, Liu, Liu, Yu: Learning Language-guided Adaptive Hyper-modality " +
      "Representation for Multimodal Sentiment Analysis, EMNLP 2023; code thuiar/MMSA",
    reading:
      "Follows the code of MMSA, also where it adds to a normalized state. Mode robust does " +
      "not see padding",
    limits: "Needs text, and audio or vision; one position for each step",
  },
  year: 2023,
  needs: ["sequences"],
  modalities: { all: ["text"], atLeast: 2 },
  settings,
  training: ({ mode, scheduleEpochs }) => ({
    monitor: "criterion",
    schedule: cosineSchedule(scheduleEpochs, mode === "robust" ? 1 : 0),
  }),
  recorded: {
    kind: "almt",
    settings: (hyper) => {
      const each = (name: string, values: readonly number[]) =>
        Object.fromEntries(
          ["text", "audio", "vision"].map((modality, i) => [modality + name, values[i]!]),
        );
      return {
        scheduleEpochs: hyper["max_epochs"],
        modelDim: hyper["dst_feature_dims"],
        embeddingHiddenDim: hyper["dst_feature_hidden_dims"],
        ...each("Steps", hyper["feature_length"]),
        ...each("EmbeddingDepth", hyper["embedding_depth"]),
        ...each("EmbeddingHeads", hyper["embedding_heads"]),
        textEncoderHeads: hyper["l_encoder_heads"],
        ahlDepth: hyper["AHL_depth"],
        hyperHeads: hyper["h_hyper_layer_heads"],
        fusionDepth: hyper["fusion_layer_depth"],
        fusionHeads: hyper["fusion_heads"],
        fusionHiddenDim: hyper["fusion_hidden_d"],
        learningRate: hyper["learning_rate"],
        learningRateBert: hyper["learning_rate"],
        weightDecay: hyper["weight_decay"],
        weightDecayBert: hyper["weight_decay"],
      };
    },
    outputs: (outputs) => ({ M: outputs.prediction, ...outputs }),
  },
  check({ modelDim, hyperHeads }) {
    if (modelDim % hyperHeads === 0) return;
    throw new UsageError(
      `Cannot set modelDim to ${modelDim}: expected a multiple of the ${hyperHeads} heads`,
    );
  },
  create: (context) => new Almt(context),
};
