/**
 * The folder of a run: its files, and what may be done with what is already there.
 *
 * @module
 */

import { basename, join, resolve } from "node:path";
import { messageOf, RunError } from "../core/errors.ts";
import { exists, writeJsonAtomic } from "../core/files.ts";
import { LOCK_FILE } from "../core/lock.ts";
import type { FeatureRecipe, SourceOptions } from "../data/mod.ts";
import type { Config } from "../models/mod.ts";
import { differencesOf, identityOf } from "./configuration.ts";

/** Where a run stands. */
export type RunStatus = "running" | "interrupted" | "failed" | "finished";

/** What `train --json` prints of a run. */
export interface RunSummary {
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** Of all random draws. */
  readonly seed: number;
  /** The run's folder. */
  readonly path: string;
  /** The engine's name. */
  readonly engine: string;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** Number of weights of a network, a BERT's among them; absent for a regressor and in older runs. */
  readonly parameters?: number;
  /** Number of epochs trained; 0 for a regressor. */
  readonly epochs: number;
  /** The epoch whose weights were kept, from 1; 0 for a regressor. */
  readonly bestEpoch: number;
  /** Present where no weight was ever changed: too few batches for a step of the optimizer. */
  readonly untrained?: true;
  /** Metrics on valid by key, unrounded; empty where the data lack it, or labels in it. */
  readonly valid: Readonly<Record<string, number>>;
  /** Metrics on test, as on valid. */
  readonly test: Readonly<Record<string, number>>;
  /** Wall time of each part, in seconds. */
  readonly seconds: { readonly load: number; readonly train: number; readonly evaluate: number };
  /** Seconds of each epoch, without validation. */
  readonly epochSeconds: readonly number[];
  /** Train samples per second of the median epoch. */
  readonly samplesPerSecond: number;
  /** Largest resident memory of the process so far, in bytes. */
  readonly peakRssBytes: number;
}

/** The content of `run.json`: how the run came about. */
export interface RunRecord {
  /** Where it stands. */
  readonly status: RunStatus;
  /** Of this program, Deno, the engine and packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** The engine's name. */
  readonly engine: string;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** What it was trained on. */
  readonly data: {
    readonly path: string;
    readonly sha256: string;
    /** Feature width of each modality in use. */
    readonly widths: Readonly<Record<string, number>>;
    /** Steps of each of them, padding included; absent in old runs. */
    readonly steps?: Readonly<Record<string, number>>;
    /** Feature values that were not finite and became 0, by split and modality. */
    readonly zeroed: unknown;
    /** How the data were read, where that was said. */
    readonly source?: SourceOptions;
    /** Videos that were taken out of train to be the valid split. */
    readonly validVideos?: readonly string[];
    /** How the features were made from clips; absent where nobody knows. */
    readonly recipe?: FeatureRecipe;
  };
  /** The BERT that training started from. */
  readonly bert?: { readonly path: string; readonly sha256: string };
  /** Of all random draws. */
  readonly seed: number;
  /** Whether every other seed gives the same model; absent where it does not, and in old runs. */
  readonly isSeedless?: boolean;
  /** The split that decided which epoch is kept and, in a search, which settings; absent in old runs. */
  readonly selectedOn?: "valid" | "test";
  /** Of the working folder; null outside of a repository. */
  readonly gitCommit: string | null;
  /** As typed; empty for a run of a script. */
  readonly commandLine: readonly string[];
  /** ISO time. */
  readonly started: string;
  /** ISO time; null while it runs. */
  readonly ended: string | null;
  /** Why it failed or stopped. */
  readonly message?: string;
  /** Set when it is finished. */
  readonly summary?: RunSummary;
}

/** A look at a split after the training: a line of `reads.jsonl`. */
export interface SplitRead {
  /** ISO time. */
  readonly at: string;
  /** Which split. */
  readonly split: string;
  /** Of which data. */
  readonly data: string;
  /** What was done to the split and what came of it, where it was not read as it is. */
  readonly corruptions?: readonly CorruptedRead[];
}

/** The split with modalities missing or noisy. */
export interface CorruptedRead {
  /** Modalities that were missing. */
  readonly drop: readonly string[];
  /** Noise by modality, in standard deviations of each feature on train. */
  readonly noise: Readonly<Record<string, number>>;
  /** By key; absent in reads of version 0.1. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * The folder of a run: where its files are, and reading and writing its record.
 */
export class RunFolder {
  /** The run's folder. */
  readonly path: string;

  /** Touches nothing yet. */
  constructor(path: string) {
    this.path = path;
  }

  /** `OUT/MODEL/DATASET/SEED`, or `SEED~VARIANT` for another configuration than the first. */
  static at(out: string, model: string, dataset: string, seed: number, variant = ""): RunFolder {
    const name = variant === "" ? String(seed) : `${seed}~${variant}`;
    return new RunFolder(join(out, model, dataset, name));
  }

  /** VARIANT of its name; empty for that of the first configuration. */
  get variant(): string {
    // A name that is none, as ".", is asked for by its whole path; that costs more.
    const name = basename(this.path);
    return /^\d+~(.+)$/s.exec(/\d/.test(name) ? name : basename(resolve(this.path)))?.[1] ?? "";
  }

  /** The path of one of its files, for example `config.json`. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** The folder of the run's BERT: configuration and tokenizer. */
  get bert(): string {
    return this.file("bert");
  }

  /** The checkpoint file. */
  get checkpoint(): string {
    return join(this.path, "checkpoint", "state.safetensors");
  }

  /** The configuration; null where there is none. @throws {RunError} when it is damaged. */
  readConfig(): Config | null {
    return this.#readJson<Config>("config.json");
  }

  /** The record; null where there is none. @throws {RunError} when it is damaged. */
  readRecord(): RunRecord | null {
    return this.#readJson<RunRecord>("run.json");
  }

  /** What a finished run was and how it came about. @throws {RunError} when there is none. */
  readFinished(): { readonly config: Config; readonly record: RunRecord } {
    const config = this.readConfig();
    const record = this.readRecord();
    if (config !== null && record?.status === "finished") return { config, record };
    const state = record === null ? "it holds no run" : `its run is ${record.status}`;
    throw new RunError(
      `Cannot open "${this.path}": ${state}, expected the folder of a finished run`,
    );
  }

  /** Writes `run.json`. */
  writeRecord(record: RunRecord): void {
    writeJsonAtomic(this.file("run.json"), record);
  }

  /** Notes in `reads.jsonl` that a split was looked at after the training. */
  noteRead(read: Omit<SplitRead, "at">): void {
    const line = JSON.stringify({ at: new Date().toISOString(), ...read });
    Deno.writeTextFileSync(this.file("reads.jsonl"), `${line}\n`, { append: true });
  }

  /** Looks at splits after the training, in their order; the last line of a killed process may be none. */
  readReads(): SplitRead[] {
    const path = this.file("reads.jsonl");
    if (!exists(path)) return [];
    return Deno.readTextFileSync(path).split("\n").flatMap((line) => {
      try {
        const read = JSON.parse(line);
        return typeof read?.split === "string" ? [read as SplitRead] : [];
      } catch {
        return [];
      }
    });
  }

  /**
   * Whether the folder holds this very run, finished.
   *
   * @param config what is about to be trained
   * @param sha256 of the data
   * @param resume whether an unfinished run may be continued
   * @param defaults of the settings: one that an older run does not know had its default's effect
   * @param isFixed whether the run can have no other name, as in a study
   * @throws {RunError} when it holds another run, naming the settings that differ, or an unfinished
   * one that was not asked to be continued.
   */
  claim(
    config: Config,
    sha256: string,
    resume: boolean,
    defaults: Config = {},
    isFixed = false,
  ): boolean {
    const others = isFixed
      ? "or another folder with --out"
      : "another --name or --out, or --overwrite to replace it";
    const found = this.readConfig();
    const record = this.readRecord();
    if (found === null || record === null) return false;
    const differing = differingSettings(found, config, defaults);
    if (record.data.sha256 !== sha256) differing.push("the data file's content");
    if (differing.length > 0) {
      throw new RunError(
        `Cannot train into "${this.path}": it holds a run with another configuration ` +
          `(${differing.join(", ")}), expected the same, ${others}`,
      );
    }
    if (record.status === "finished") return true;
    if (!resume) {
      throw new RunError(
        `Cannot train into "${this.path}": it holds an unfinished run (${record.status}), ` +
          `expected --resume to continue it, ${others}`,
      );
    }
    return false;
  }

  /** Removes all that it holds but its lock. */
  clear(): void {
    for (const { name } of Deno.readDirSync(this.path)) {
      if (name !== LOCK_FILE) Deno.removeSync(this.file(name), { recursive: true });
    }
  }

  #readJson<T>(name: string): T | null {
    const path = this.file(name);
    if (!exists(path)) return null;
    try {
      return JSON.parse(Deno.readTextFileSync(path)) as T;
    } catch (error) {
      throw new RunError(`Cannot read "${path}": ${messageOf(error)}, expected JSON`);
    }
  }
}

/** `key: found, wanted` for each setting that differs. */
function differingSettings(found: Config, wanted: Config, defaults: Config): string[] {
  const there = identityOf(found, defaults);
  return differencesOf(there, identityOf(wanted))
    .map(([key, value]) => `${key}: there ${show(there[key])}, wanted ${show(value)}`);
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
