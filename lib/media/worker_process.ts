/** A process that extracts, with rights to no more than it needs. @module */

import { resolve } from "node:path";
import { DataError } from "../core/errors.ts";
import { readLines } from "../core/json_lines.ts";
import { openSmileFolder } from "./audio/opensmile_files.ts";
import { ffmpegPath } from "./decode/ffmpeg_path.ts";
import type {
  ClipFailure,
  ClipJob,
  MediaOrder,
  MediaReport,
  MediaWorkerOptions,
} from "./messages.ts";
import type { ClipNote } from "./clip_files.ts";

/** What only these processes use is in locks of their own; encoders need a large package more. */
const LOCK = new URL("../../deno.media.lock", import.meta.url);
const ENCODER_LOCK = new URL("../../deno.encoders.lock", import.meta.url);

/** Where Deno keeps packages, which hold the networks' weights. */
async function packageCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

/** The lock and the rights of a process: no more than its settings need. */
async function rightsFor({ data, work, settings }: MediaWorkerOptions): Promise<string[]> {
  const packages = await packageCache();
  const { audioEncoder, visionEncoder, transcriber } = settings;
  const encoders = [audioEncoder, visionEncoder, transcriber].flatMap((path) => path ?? []);
  const hasSmile = settings.audio.includes("egemaps");
  const lock = encoders.length > 0 ? ENCODER_LOCK : LOCK;
  const read = [data, work, packages, ...encoders, ...(hasSmile ? [openSmileFolder()] : [])];
  // openSMILE and onnxruntime are libraries; pointers need the right to all of them.
  const hasLibraries = hasSmile || encoders.length > 0;
  return [
    ...(lock.protocol === "file:" ? [`--lock=${Deno.realPathSync(lock)}`] : []),
    `--allow-read=${listOf(read)}`,
    `--allow-write=${listOf([work])}`,
    ...(hasLibraries ? ["--allow-ffi"] : []),
    `--allow-run=${ffmpegPath()}`,
    "--allow-env",
    "--allow-sys",
  ];
}

/** Paths as a flag takes them. */
function listOf(paths: readonly string[]): string {
  return paths.map((path) => resolve(path).replaceAll(",", ",,")).join(",");
}

/** Extracts clips one after the other. */
export class MediaProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reports: AsyncGenerator<MediaReport>;

  private constructor(child: Deno.ChildProcess, options: MediaWorkerOptions) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#reports = readLines<MediaReport>(child.stdout);
    this.#order({ open: options });
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @throws {DataError} it cannot work, for example because a package cannot be downloaded
   */
  static async start(options: MediaWorkerOptions): Promise<MediaProcess> {
    const entry = new URL("./worker.ts", import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", ...await rightsFor(options)],
        entry.protocol === "file:" ? Deno.realPathSync(entry) : entry.href,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      env: { MSA_FFMPEG: ffmpegPath() },
    }).spawn();
    const process = new MediaProcess(child, options);
    const report = await process.#next();
    if (report !== null && "ready" in report) return process;
    const why = report !== null && "unusable" in report ? report.unusable : await process.#cause();
    throw new DataError(`Cannot extract features: ${why}`);
  }

  /** Extracts one clip; after a failure with `isAlive` false the process is no more. */
  async extract(
    clip: ClipJob,
  ): Promise<{ readonly note: ClipNote } | { readonly failure: ClipFailure; isAlive: boolean }> {
    this.#order({ clip });
    const report = await this.#next();
    if (report !== null && "done" in report) return { note: report.done };
    if (report !== null && "failed" in report) return { failure: report.failed, isAlive: true };
    if (report !== null && "unusable" in report) {
      throw new DataError(`Cannot extract features of "${clip.path}": ${report.unusable}`);
    }
    const reason = `${await this.#cause()}; it may have run out of memory`;
    return { failure: { id: clip.id, stage: "features", reason, hint: null }, isAlive: false };
  }

  /** Ends it, whatever it is at. */
  async end(): Promise<void> {
    await this.#input.close().catch(() => {});
    while (await this.#next() !== null);
    await this.#child.status;
  }

  #order(order: MediaOrder): void {
    // A process that has died is told by its missing answer.
    this.#input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  }

  async #next(): Promise<MediaReport | null> {
    const { done, value } = await this.#reports.next();
    return done ? null : value;
  }

  async #cause(): Promise<string> {
    const { code, signal } = await this.#child.status;
    return signal === null
      ? `its process ended with status ${code}`
      : `${signal} ended its process`;
  }
}
