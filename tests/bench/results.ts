/** What benches return, and what they share. */

import { join } from "node:path";

/** This folder. */
export const HERE: string = import.meta.dirname!;
/** The checkout. */
export const ROOT: string = join(HERE, "..", "..");

/** A measured value, beside that of the other side. */
export interface Result {
  readonly name: string;
  /** "none" where the bench needs no engine. */
  readonly engine: string;
  /** Median of the pairs. */
  readonly value: number;
  readonly unit: string;
  /** Median of the other side; null where there is none. */
  readonly peer: number | null;
  /** Median of ours / theirs of each pair. */
  readonly ratio: number | null;
  /** Least and largest of the pairs: of the ratio, or of the value where there is no other side. */
  readonly range: readonly [least: number, largest: number];
}

/** What a bench works with. */
export interface BenchOptions {
  /** A folder of its own for data; it need not exist. */
  readonly folder: string;
  readonly engine: string;
  readonly pairs: number;
  /** That networks compute with, on both sides. */
  readonly threads: number;
  readonly packed: boolean;
  /** Names of the models that are measured one by one; null for all. */
  readonly models: readonly string[] | null;
  /** Names of the data that Self-MM is measured on; null for those that the engine has time for. */
  readonly shapes: readonly string[] | null;
}

/** A named group of measurements. */
export interface Bench {
  readonly name: string;
  /** Runs once, whatever engines were asked for. */
  readonly withoutEngine?: boolean;
  /** Measures, and hands out each result as soon as it is there. */
  run(options: BenchOptions): AsyncIterable<Result>;
}

/** Middle of the sorted values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** A result from paired measurements. */
export function resultOf(
  name: string,
  engine: string,
  unit: string,
  ours: readonly number[],
  peers: readonly number[],
): Result {
  const ratios = peers.map((peer, i) => ours[i]! / peer);
  const compared = peers.length === 0 ? ours : ratios;
  return {
    name,
    engine,
    unit,
    value: median(ours),
    peer: peers.length === 0 ? null : median(peers),
    ratio: ratios.length === 0 ? null : median(ratios),
    range: [Math.min(...compared), Math.max(...compared)],
  };
}

/** Arguments of `deno` that run a script of this folder. */
export function script(name: string, args: readonly (string | number)[]): string[] {
  return ["run", "--lock=deno.full.lock", "--allow-all", join(HERE, name), ...args.map(String)];
}

/** Ends what runs, and lets nothing else start. */
export const stop: AbortController = new AbortController();

/** Where a command runs. */
type Place = Pick<Deno.CommandOptions, "cwd" | "env">;

async function output(command: string, args: readonly string[], place: Place): Promise<string> {
  const { signal } = stop;
  signal.throwIfAborted();
  const options = { args: [...args], signal, ...place };
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  signal.throwIfAborted();
  const text = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/**
 * Runs a command and reads the JSON in the last line of its output.
 *
 * @throws {Error} if it fails
 * @throws the reason of {@linkcode stop}, which ends the command too
 */
export async function runJson<T>(command: string, args: readonly string[]): Promise<T> {
  return JSON.parse((await output(command, args, { cwd: ROOT })).trim().split("\n").at(-1)!);
}

/** Seconds that a command takes, from start to exit. @throws as {@linkcode runJson} does. */
export async function timeOf(
  command: string,
  args: readonly string[],
  place: Place = { cwd: ROOT },
): Promise<number> {
  const started = performance.now();
  await output(command, args, place);
  return (performance.now() - started) / 1000;
}

/** Whether there is a python3 that has a module. */
export async function hasPython(module: string): Promise<boolean> {
  const probe = `import importlib.util as u, sys; sys.exit(u.find_spec("${module}") is None)`;
  try {
    return (await new Deno.Command("python3", { args: ["-c", probe] }).output()).success;
  } catch {
    return false;
  }
}

/** Whether python3 has PyTorch. */
export async function hasTorch(): Promise<boolean> {
  return await hasPython("torch");
}
