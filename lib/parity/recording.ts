/**
 * A recording of a Self-MM training by the reference implementation, as a folder of files.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, reasonOf } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import type { ProtocolName } from "../data/mod.ts";
import { PROTOCOLS } from "../evaluation/mod.ts";
import { type Config, findModel, type GivenBert, type ParameterGroup } from "../models/mod.ts";
import { readEncoderConfig } from "../nn/text_encoder.ts";
import { resolveConfig } from "../training/config.ts";
import type { AdamOptions } from "../training/optimizer.ts";
import { givenBert } from "../training/run_bert.ts";
import { readWeights, type Weights } from "../training/weights.ts";

/** The configuration of a recording, with MMSA's own names. */
interface RecordedConfig {
  readonly [name: string]: unknown;
  readonly dataset_name: string;
  readonly epochs: number;
  readonly textEncoder: {
    readonly type: string;
    readonly step?: number;
    /** Hugging Face's configuration of a BERT. */
    readonly config?: Readonly<Record<string, unknown>>;
  };
  readonly parameter_groups: readonly {
    readonly lr: number;
    readonly weight_decay: number;
    readonly params: readonly string[];
  }[];
  readonly optimizer?: {
    readonly type: string;
    readonly betas?: readonly [number, number];
    readonly eps?: number;
  };
  readonly late_step?: { readonly epoch: number; readonly batch: number };
}

/** The batches of a training: positions in the split, in the order in which they came. */
export interface RecordedOrder {
  readonly train: readonly (readonly (readonly number[])[])[];
  readonly valid: readonly (readonly number[])[];
  readonly test: readonly (readonly number[])[];
}

/** A line of `steps.jsonl`: a batch before any update. */
export interface RecordedStep {
  readonly epoch: number;
  readonly batch: number;
  readonly loss: number;
  readonly stepped: boolean;
  /** Scores by the letters M, T, A, V. */
  readonly [name: string]: unknown;
}

/** A line of `epochs.jsonl`: after the last batch of an epoch. */
export interface RecordedEpoch {
  readonly epoch: number;
  readonly train_loss: number;
  readonly valid: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  readonly valid_M: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
  readonly centers: Readonly<
    Record<string, { readonly pos: readonly number[]; readonly neg: readonly number[] }>
  >;
}

/** Test predictions of the last epoch and of the best one. */
export interface RecordedTest {
  readonly final: { readonly M: readonly number[]; readonly metrics: Record<string, number> };
  readonly best: {
    readonly epoch: number;
    readonly M: readonly number[];
    readonly metrics: Record<string, number>;
  };
}

/** MMSA's names of the settings that a replay needs. */
const SETTINGS: Readonly<Record<string, string>> = {
  batchSize: "batch_size",
  updateEpochs: "update_epochs",
  learningRateBert: "learning_rate_bert",
  weightDecayBert: "weight_decay_bert",
  learningRateAudio: "learning_rate_audio",
  learningRateVision: "learning_rate_video",
  learningRateOther: "learning_rate_other",
  weightDecayAudio: "weight_decay_audio",
  weightDecayVision: "weight_decay_video",
  weightDecayOther: "weight_decay_other",
  audioLstmHiddenSize: "a_lstm_hidden_size",
  visionLstmHiddenSize: "v_lstm_hidden_size",
  audioLstmDropout: "a_lstm_dropout",
  visionLstmDropout: "v_lstm_dropout",
  audioOut: "audio_out",
  visionOut: "video_out",
  postFusionDim: "post_fusion_dim",
  postTextDim: "post_text_dim",
  postAudioDim: "post_audio_dim",
  postVisionDim: "post_video_dim",
  postFusionDropout: "post_fusion_dropout",
  postTextDropout: "post_text_dropout",
  postAudioDropout: "post_audio_dropout",
  postVisionDropout: "post_video_dropout",
  H: "H",
  excludeZero: "excludeZero",
};

/** The decay of each recorded kind of Adam. */
const DECAYS: ReadonlyMap<string, AdamOptions["decay"]> = new Map([
  ["adam", "l2"],
  ["adam_l2", "l2"],
  ["adamw", "decoupled"],
]);

/** A recording. What it lacks is null or empty. */
export class Recording {
  readonly path: string;
  readonly config: RecordedConfig;
  readonly order: RecordedOrder;

  /** @throws {DataError} when `config.json` or `order.json` cannot be read. */
  constructor(path: string) {
    this.path = path;
    this.config = this.#json<RecordedConfig>("config.json", true)!;
    this.order = this.#json<RecordedOrder>("order.json", true)!;
  }

  /** The path of the data. */
  get data(): string {
    return join(this.path, "data.pkl");
  }

  get protocol(): ProtocolName {
    const name = this.config.dataset_name.toLowerCase();
    return Object.values(PROTOCOLS).find((protocol) => name.startsWith(protocol.name))?.name ??
      "mosi";
  }

  /** The settings, with our names. @throws {DataError} when one is missing. */
  settings(): Config {
    const config: Record<string, number | boolean | string> = {
      ...resolveConfig(findModel("self-mm"), this.protocol),
      mode: "reference",
      distance: "euclidean",
      text: this.config.textEncoder.type === "bert" ? "bert" : "features",
    };
    for (const [ours, theirs] of Object.entries(SETTINGS)) {
      const value = this.config[theirs];
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new DataError(
          `Cannot replay "${this.path}": ${theirs} in config.json is ${JSON.stringify(value)}, ` +
            "expected a number or a boolean",
        );
      }
      config[ours] = value;
    }
    return config;
  }

  /** The text encoder; null where text is given as features. */
  bert(): GivenBert | null {
    const { type, config } = this.config.textEncoder;
    if (type !== "bert") return null;
    const sizes = readEncoderConfig(config ?? {}, join(this.path, "config.json"));
    return givenBert(sizes, null, this.settings());
  }

  /** The optimizer's groups as the reference had them, without empty ones. */
  groups(): ParameterGroup[] {
    return this.config.parameter_groups.map((group, i) => ({
      name: String(i),
      learningRate: group.lr,
      weightDecay: group.weight_decay,
      parameters: group.params,
    })).filter((group) => group.parameters.length > 0);
  }

  /** Adam as the reference had it. @throws {DataError} when it had another optimizer. */
  optimizer(): AdamOptions {
    const { type = "adam_l2", betas = [0.9, 0.999], eps = 1e-8 } = this.config.optimizer ?? {};
    const decay = DECAYS.get(type);
    if (decay === undefined) {
      throw new DataError(
        `Cannot replay "${this.path}": its optimizer is ${JSON.stringify(type)}, ` +
          `expected one of ${[...DECAYS.keys()].join(", ")}`,
      );
    }
    return { decay, beta1: betas[0], beta2: betas[1], epsilon: eps };
  }

  steps(): RecordedStep[] {
    return this.#lines("steps.jsonl");
  }

  epochs(): RecordedEpoch[] {
    return this.#lines("epochs.jsonl");
  }

  test(): RecordedTest | null {
    return this.#json("test.json", false);
  }

  /** The tensors of a file, for example `init.safetensors`; null where there is none. */
  tensors(name: string): Weights | null {
    const path = join(this.path, name);
    return exists(path) ? readWeights(path).weights : null;
  }

  #json<T>(name: string, required: boolean): T | null {
    const path = join(this.path, name);
    if (!required && !exists(path)) return null;
    try {
      return JSON.parse(Deno.readTextFileSync(path));
    } catch (error) {
      throw new DataError(
        `Cannot read "${path}" of a recording: ${reasonOf(error)}, expected JSON`,
      );
    }
  }

  #lines<T>(name: string): T[] {
    const path = join(this.path, name);
    if (!exists(path)) return [];
    return Deno.readTextFileSync(path).split("\n").filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line));
  }
}
