/**
 * Progress of a training for the person who waits: on a terminal a bar that is redrawn in place,
 * elsewhere (a log file, a pipe) plain lines, few enough to read. Goes to stderr, so that stdout
 * holds results only; in a notebook, into an output of the cell.
 *
 * @module
 */

import { isNotebook } from "./notebook.ts";
import { CellProgress, type ProgressCell } from "./cell_progress.ts";
import { inColor, terminalColumns } from "./terminal.ts";
import { progressBar, progressLine, type ProgressState } from "./progress_line.ts";

/** Where progress is written; {@linkcode Deno.stderr} is one. */
export interface ProgressStream {
  /** Writes some of the bytes. @returns how many */
  writeSync(bytes: Uint8Array): number;
}

/** Options of {@linkcode createProgress}. */
export interface ProgressOptions {
  /** Default: stderr. */
  readonly stream?: ProgressStream;
  /** Whether to redraw in place. Default: whether stderr is a terminal. */
  readonly isTerminal?: boolean;
  /** A clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
  /** Width of the terminal in characters. Default: asked at every drawing, 80 when unknown. */
  readonly columns?: () => number;
  /** Show no progress. Notes are still written. Default: false. */
  readonly quiet?: boolean;
  /** Draws in place of the stream. Default: an output of the cell, in a notebook. */
  readonly cell?: ProgressCell | null;
}

/** What a training tells at its start. */
export interface ProgressStart {
  /** What is trained, for example `self-mm seed 1111`. */
  readonly label: string;
  /** Samples in one epoch. */
  readonly samples: number;
  /** Upper limit of epochs; null when early stopping alone decides. */
  readonly epochs: number | null;
  /** Whether it may end before the last of them. Default: false. */
  readonly mayStopEarly?: boolean;
  /** Epochs that an earlier process has finished. Default: 0. */
  readonly finished?: number;
}

/** Milliseconds between two drawings of the bar. */
const REDRAW = 100;
/** Milliseconds between two plain lines, at least: of epochs, and of moments inside one epoch. */
const EPOCH_LINE = 2000;
const STEP_LINE = 15_000;

/**
 * Shows one training after another. Made by {@linkcode createProgress}.
 */
export class Progress implements Disposable {
  readonly #write: (text: string) => void;
  readonly #isTerminal: boolean;
  readonly #now: () => number;
  readonly #columns: () => number;
  readonly #quiet: boolean;
  readonly #cell: ProgressCell | null;

  #state: ProgressState | null = null;
  #limit = { samples: 1, epochs: null as number | null, finished: 0 };
  #startedAt = 0;
  #epochStartedAt = 0;
  #shownAt = -Infinity;
  /** Something was reported that is not on the screen yet. */
  #pending = false;
  #barIsDrawn = false;
  /** What is shown of several trainings at a time. */
  #status: string | null = null;

  /** Use {@linkcode createProgress}. */
  constructor(options: ProgressOptions = {}) {
    const stream = options.stream ?? Deno.stderr;
    this.#write = (text) => writeAll(stream, text);
    this.#cell = options.cell ?? null;
    this.#isTerminal = options.isTerminal ?? (this.#cell !== null || Deno.stderr.isTerminal());
    this.#now = options.now ?? (() => performance.now());
    this.#columns = options.columns ?? terminalColumns;
    this.#quiet = options.quiet ?? false;
  }

  /** Begins a training; an earlier one is ended. */
  start(start: ProgressStart): void {
    this.stop();
    const finished = start.finished ?? 0;
    this.#limit = { samples: Math.max(1, start.samples), epochs: start.epochs, finished };
    this.#startedAt = this.#epochStartedAt = this.#now();
    this.#shownAt = this.#isTerminal ? -Infinity : this.#startedAt;
    this.#state = {
      label: start.label,
      epoch: finished + 1,
      epochs: start.epochs,
      fraction: 0,
      loss: null,
      validMae: null,
      samplesPerSecond: null,
      secondsLeft: null,
      mayStopEarly: start.mayStopEarly ?? false,
    };
    if (this.#isTerminal) this.#show(REDRAW);
  }

  /**
   * One batch is done.
   *
   * @param epoch from 1
   * @param samples done in this epoch, this batch included
   * @param loss mean training loss of the epoch so far
   */
  step(epoch: number, samples: number, loss: number): void {
    if (this.#state === null) return;
    const seconds = (this.#now() - this.#epochStartedAt) / 1000;
    const samplesPerSecond = seconds > 0 ? samples / seconds : null;
    const fraction = Math.min(1, samples / this.#limit.samples);
    this.#state = { ...this.#state, epoch, loss, fraction, samplesPerSecond };
    this.#show(this.#isTerminal ? REDRAW : STEP_LINE);
  }

  /**
   * An epoch is done, validation included.
   *
   * @param epoch from 1
   * @param loss mean training loss of the epoch
   * @param validMae mean absolute error on the validation split
   */
  epoch(epoch: number, loss: number, validMae: number): void {
    if (this.#state === null) return;
    this.#state = { ...this.#state, epoch, loss, validMae, fraction: 1 };
    this.#epochStartedAt = this.#now();
    // The first epoch is shown at once: it tells that all is well.
    const isFirst = epoch === this.#limit.finished + 1;
    this.#show(this.#isTerminal || isFirst ? 0 : EPOCH_LINE);
  }

  /** Writes a line that stays, such as a warning, above the bar. */
  note(text: string): void {
    if (this.#cell !== null) return this.#cell.note(text);
    const shown = text.replace(
      /^warning:/,
      (word) => inColor(word, "warning", { isTerminal: () => this.#isTerminal }),
    );
    this.#write(`${this.#barIsDrawn ? "\r\x1b[K" : ""}${shown}\n`);
    if (this.#barIsDrawn) this.#draw();
  }

  /**
   * Shows how several trainings stand, in a line that is redrawn in place. Only a terminal has room for
   * one: elsewhere there are notes.
   *
   * @returns whether there is a terminal
   */
  status(line: string): boolean {
    if (!this.#isTerminal || this.#cell !== null || this.#quiet) return false;
    this.#status = line.slice(0, this.#columns() - 1);
    this.#draw();
    return true;
  }

  /**
   * Ends the training. Without an outcome its last state stays on the screen.
   *
   * @param outcome what is shown of it from then on
   */
  stop(outcome?: string): void {
    if (this.#pending) this.#show(0);
    const line = this.#state === null || outcome === undefined || this.#quiet
      ? null
      : `${this.#state.label}: ${outcome}`;
    if (this.#cell !== null) this.#cell.end(outcome);
    else if (line !== null) this.#write(`${this.#barIsDrawn ? "\r\x1b[K" : ""}${line}\n`);
    else if (this.#status !== null) this.#write("\r\x1b[K");
    else if (this.#barIsDrawn) this.#write("\n");
    this.#barIsDrawn = false;
    this.#state = this.#status = null;
  }

  /** Settles when everything is on the screen; a cell that ends before loses the rest. */
  async shown(): Promise<void> {
    await this.#cell?.shown();
  }

  /** As {@linkcode Progress.stop}. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /** Draws, unless the last drawing is less than `interval` milliseconds ago. */
  #show(interval: number): void {
    if (this.#quiet || this.#state === null) return;
    this.#pending = this.#now() - this.#shownAt < interval;
    if (this.#pending) return;
    this.#shownAt = this.#now();
    this.#state = { ...this.#state, secondsLeft: this.#secondsLeft(this.#state) };
    this.#draw();
  }

  #draw(): void {
    if (this.#status !== null) {
      this.#write(`\r${this.#status}\x1b[K`);
      this.#barIsDrawn = true;
      return;
    }
    if (this.#state === null) return;
    if (this.#cell !== null) {
      this.#cell.draw(this.#state);
    } else if (this.#isTerminal) {
      // One column less than the terminal has, or the line would wrap and pile up.
      this.#write(`\r${progressBar(this.#state, this.#columns() - 1)}\x1b[K`);
    } else {
      this.#write(progressLine(this.#state) + "\n");
    }
    this.#barIsDrawn = this.#isTerminal;
  }

  /** From the mean speed of this process; null before the first batch or without a limit. */
  #secondsLeft({ epoch, fraction }: ProgressState): number | null {
    const { epochs, finished } = this.#limit;
    const done = epoch - 1 + fraction - finished;
    if (epochs === null || done <= 0) return null;
    const elapsed = (this.#now() - this.#startedAt) / 1000;
    return elapsed * Math.max(0, epochs - finished - done) / done;
  }
}

/**
 * Progress on stderr, or where the options say.
 */
export function createProgress(options: ProgressOptions = {}): Progress {
  const cell = options.stream === undefined && isNotebook() ? new CellProgress() : null;
  return new Progress({ cell, ...options });
}

function writeAll(stream: ProgressStream, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    // The reader of stderr is gone (`… 2>&1 | head`): a training must not die of that.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
