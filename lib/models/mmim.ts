/**
 * MMIM: what modalities know of each other, and the fusion of each of them, is made as much as can be.
 *
 * Source: Han, Chen, Poria, "Improving Multimodal Fusion with Hierarchical Mutual Information
 * Maximization for Multimodal Sentiment Analysis", EMNLP 2021, and its code in thuiar/MMSA,
 * `models/singleTask/MMIM.py`, whose names the parameters carry. METHODS 9.4.
 *
 * @module
 */

import type { Modality, ProtocolName } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { BiLstm } from "../nn/bilstm.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import type { Lstm } from "../nn/lstm.ts";
import { redraw } from "../nn/redraw.ts";
import { xavierNormal } from "../nn/xavier.ts";
import { MMIM_RECORDED } from "./mmim/mmim_recorded.ts";
import { FusionBound, PairBound, ProjectionMemory } from "./mmim/mutual_information.ts";
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
import { count, flag, learningRate, number, oneOf, rate, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count(32, "samples of a batch", { search: [16, 32, 64] }),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust has the whole likelihood, and keeps covariances " +
      "from being singular",
  ),
  audioHidden: count(16, "width of audio's LSTM, each way"),
  visionHidden: count(16, "width of vision's LSTM, each way"),
  audioOut: count(16, "width of audio's vector"),
  visionOut: count(16, "width of vision's vector"),
  bidirectional: flag(true, "whether LSTMs go both ways"),
  fusionDim: count(128, "width of the fusion", { search: [64, 128] }),
  fusionDropout: rate(0.1, "dropout before the fusion"),
  cpcLayers: count(1, "maps from the fusion to a guess of a modality"),
  addVa: flag(false, "whether vision and audio are a pair besides those with text"),
  alpha: number(0.1, "share of the contrast of modalities with the fusion", {
    from: 0,
    search: [0.05, 0.1, 0.3],
  }),
  beta: number(0.1, "share of likelihood and entropy of pairs of modalities", {
    from: 0,
    search: [0.05, 0.1, 0.3],
  }),
  memorySize: count(1, "batches whose projections the entropy sees besides its own"),
  clipNorm: number(1, "longest gradient, of all parameters; 0 clips nothing", { from: 0 }),
  learningRate: learningRate(1e-3, "step size of encoders and fusion"),
  learningRateBert: learningRate(5e-5, "step size of the BERT"),
  learningRateBounds: learningRate(1e-3, "step size of the likelihoods"),
  weightDecay: weightDecay(1e-4, "weight decay of encoders and fusion"),
  weightDecayBert: weightDecay(1e-4, "weight decay of the BERT"),
  weightDecayBounds: weightDecay(1e-4, "weight decay of the likelihoods"),
};

/** The code's names of encoders. */
const ENCODER = { audio: "acoustic_enc", vision: "visual_enc" } as const;

/** The final states of an LSTM, mapped. */
interface SequenceEncoder {
  readonly rnn: BiLstm | Lstm;
  readonly map: Linear;
}

/** Two modalities, of which the first says how the second is distributed. */
interface Pair {
  readonly x: Modality;
  readonly y: Modality;
  readonly bound: PairBound;
}

class Mmim extends Network<typeof settings> {
  /** The first teaches the likelihoods, the second everything else. */
  override readonly passes = 2;
  #pass = 2;
  readonly #protocol: ProtocolName;
  readonly #encoders: Partial<Record<Modality, SequenceEncoder>> = {};
  readonly #pairs = new Map<string, Pair>();
  readonly #bounds = new Map<Modality, FusionBound>();
  readonly #fusion: readonly [Linear, Linear, Linear];
  readonly #memory: ProjectionMemory;

  constructor(context: ModelContext<typeof settings>) {
    super(context, "bertmodel.model.");
    this.#protocol = context.protocol;
    const { settings, modalities } = this;
    const widths: Partial<Record<Modality, number>> = {};
    for (const modality of modalities) {
      if (modality === "text") {
        this.reads.text = "first";
        widths.text = this.widths.text!;
        continue;
      }
      this.reads[modality] = "timeMajor";
      const [name, inputs] = [ENCODER[modality], this.widths[modality]!];
      const [hidden, out] = [settings[`${modality}Hidden`], settings[`${modality}Out`]];
      const isTwoWay = settings.bidirectional;
      this.#encoders[modality] = {
        rnn: isTwoWay
          ? this.biLstm(`${name}.rnn`, inputs, hidden)
          : this.lstm(`${name}.rnn`, inputs, hidden),
        map: this.linear(`${name}.linear_1`, isTwoWay ? 2 * hidden : hidden, out),
      };
      widths[modality] = out;
    }
    const projected: Record<string, number> = {};
    for (const [x, y] of this.#pairsOf()) {
      const sizes = [widths[x]!, widths[y]!] as const;
      const name = x[0]! + y[0]!;
      const bound = new PairBound(this, `mi_${name}`, sizes, {
        robust: settings.mode === "robust",
      });
      this.#pairs.set(name, { x, y, bound });
      projected[name] = PairBound.projected(widths[y]!);
    }
    const { fusionDim } = settings;
    for (const modality of modalities) {
      const [name, width] = [`cpc_z${modality[0]}`, widths[modality]!];
      const bound = new FusionBound(this, name, width, fusionDim, settings.cpcLayers);
      this.#bounds.set(modality, bound);
    }
    const joined = modalities.reduce((sum, modality) => sum + widths[modality]!, 0);
    this.#fusion = [
      this.linear("fusion_prj.linear_1", joined, fusionDim),
      this.linear("fusion_prj.linear_2", fusionDim, fusionDim),
      this.linear("fusion_prj.linear_3", fusionDim, 1),
    ];
    const matrices = this.ownNames().filter((name) => this.parameters.get(name).rank > 1);
    redraw(
      this.parameters,
      matrices,
      this.random,
      (random, [rows = 1, columns = 1]) => xavierNormal(random, rows * columns, columns, rows),
    );
    this.#memory = new ProjectionMemory(projected, settings.memorySize, settings.batchSize);
  }

  override get memory(): ReadonlyMap<string, tf.Variable> {
    return this.#memory.variables;
  }

  override get groups(): ParameterGroup[] {
    const { settings } = this;
    return [{
      name: "main",
      learningRate: settings.learningRate,
      weightDecay: settings.weightDecay,
      parameters: this.ownNames().filter((name) => !name.startsWith("mi_")),
      pass: 2,
    }, {
      name: "bounds",
      learningRate: settings.learningRateBounds,
      weightDecay: settings.weightDecayBounds,
      parameters: this.ownNames("mi_"),
      pass: 1,
    }];
  }

  /** Weight decay is of biases and norms too. */
  override get bertGroups(): ParameterGroup[] {
    const { weightDecayBert: weightDecay } = this.settings;
    return super.bertGroups.map((group) => ({ ...group, weightDecay, pass: 2 }));
  }

  /** Projections whose entropy is measured stay as they are drawn. */
  override get idle(): readonly string[] {
    return [...super.idle, ...this.ownNames("mi_").filter((name) => name.includes("entropy_prj"))];
  }

  override enterPass(pass: number): void {
    this.#pass = pass;
  }

  /** On MOSEI the first pass sees the first half of the batches. */
  override batchesOfPass(pass: number, batches: number): number {
    return pass === 1 && this.#protocol === "mosei" ? Math.ceil(batches / 2) : batches;
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const encoded: Record<string, tf.Tensor2D> = {};
    for (const modality of this.modalities) {
      const encoder = this.#encoders[modality];
      encoded[modality] = encoder === undefined
        ? tf.clone(inputs.text as tf.Tensor2D)
        : encoder.map.apply(
          encoder.rnn.final(
            inputs[modality] as tf.Tensor3D,
            inputs[`${modality}Lengths`]!,
            false,
          ),
        );
    }
    const joined = tf.concat2d(Object.values(encoded), 1);
    const [first, second, third] = this.#fusion;
    const kept = dropout(joined, this.settings.fusionDropout, noise, "fusion_prj.dropout");
    const fusion = tf.tanh(second.apply(tf.tanh(first.apply(kept))));
    const projections = [...this.#pairs].map(([name, { y, bound }]) =>
      [`projection.${name}`, bound.project(encoded[y]!)] as const
    );
    return {
      prediction: tf.reshape(third.apply(fusion), [-1]),
      ...Object.fromEntries(
        Object.entries({ ...encoded, fusion }).map(([name, x]) => [`feature.${name}`, x]),
      ),
      ...Object.fromEntries(projections),
    };
  }

  /** The prediction's part alone. */
  override criterion({ prediction }: Outputs, { labels }: Target): tf.Scalar {
    return meanAbsoluteError(prediction, labels);
  }

  /** −lld in the first pass; L1 + α nce − β (lld + H) in the second */
  override loss(outputs: Outputs, target: Target): Loss {
    const { alpha, beta } = this.settings;
    const of = (name: string) => outputs[`feature.${name}`] as tf.Tensor2D;
    const likelihood = sumOf(
      [...this.#pairs.values()].map(({ x, y, bound }) => bound.likelihood(of(x), of(y))),
    );
    if (this.#pass === 1) return { total: tf.neg(likelihood), parts: { likelihood } };
    const fusion = meanAbsoluteError(outputs.prediction, target.labels);
    const contrast = sumOf(
      [...this.#bounds].map(([modality, bound]) => bound.contrast(of(modality), of("fusion"))),
    );
    const isUsed = this.#memory.isFull;
    const entropy = sumOf([...this.#pairs].map(([name, { bound }]) => {
      const [rows, signs] = this.#memory.with(
        name,
        outputs[`projection.${name}`] as tf.Tensor2D,
        target.labels,
      );
      return bound.entropy(rows, signs, isUsed);
    }));
    const known = tf.mul(tf.add(likelihood, entropy), beta);
    const total: tf.Scalar = tf.sub(tf.add(fusion, tf.mul(contrast, alpha)), known);
    return { total, parts: { fusion, likelihood, contrast, entropy } };
  }

  override afterGradient(outputs: Outputs, target: Target): void {
    if (this.#pass === 1) return;
    const projections = [...this.#pairs.keys()].map((name) =>
      [name, outputs[`projection.${name}`] as tf.Tensor2D] as const
    );
    this.#memory.keep(Object.fromEntries(projections), target.labels);
  }

  override startEpoch(): void {
    this.#memory.clear();
  }

  override dispose(): void {
    super.dispose();
    this.#memory.dispose();
  }

  /** Text with each, and vision with audio where that is asked for or there is no text. */
  #pairsOf(): [Modality, Modality][] {
    const has = (modality: Modality) => this.modalities.includes(modality);
    const pairs: [Modality, Modality][] = [["text", "vision"], ["text", "audio"]];
    if (this.settings.addVa || !has("text")) pairs.push(["vision", "audio"]);
    return pairs.filter(([x, y]) => has(x) && has(y));
  }
}

function sumOf(scalars: readonly tf.Scalar[]): tf.Scalar {
  return tf.addN([...scalars]) as tf.Scalar;
}

/** MMIM, as `--model mmim`. */
export const mmim: NetworkDefinition<typeof settings> = {
  name: "mmim",
  summary: "mutual information of modalities, and of each with the fusion",
  kind: "network",
  card: {
    source: "Han, Chen, Poria: Improving Multimodal Fusion with Hierarchical Mutual Information " +
      "Maximization for Multimodal Sentiment Analysis, EMNLP 2021; code thuiar/MMSA",
    reading: "Follows the code of MMSA, whose likelihood lacks a term; mode robust has it. An " +
      "entropy of too few samples of a sign is left out",
    limits: "Needs two modalities or more, and batches with samples of both signs",
  },
  year: 2021,
  needs: ["sequences"],
  modalities: { atLeast: 2 },
  settings,
  training: () => ({ monitor: "criterion" }),
  recorded: MMIM_RECORDED,
  create: (context) => new Mmim(context),
};
