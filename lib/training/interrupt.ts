/**
 * SIGINT and SIGTERM as an abort signal: the first one asks the work to stop at a place from which
 * it can be resumed, a later one ends the process at once. In a notebook, whose interrupt is a
 * SIGINT, it ends the cell and never the kernel, which holds all that was computed.
 *
 * @module
 */

import { isNotebook } from "../display/notebook.ts";

/** The status with which a process ends after a signal. */
const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The reason of an abort by a signal of the operating system.
 */
export class Interrupt extends Error {
  /** Name of the kind of error. */
  override readonly name = "Interrupt";
  /** 130 for SIGINT, 143 for SIGTERM. */
  readonly exitStatus: number;

  /** Says which of the two signals it was. */
  constructor(signal: keyof typeof EXIT_STATUS) {
    super(`Stopped by ${signal}`);
    this.exitStatus = EXIT_STATUS[signal];
    // No mistake was made anywhere: a notebook, which prints stacks, needs one line.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * Milliseconds within which signals are one: of a terminal's Ctrl-C, which goes to every process,
 * `deno task` sends a second one on.
 */
const ONE_SIGNAL = 500;

let isKernelKept = false;

/**
 * From now on an interrupt that nobody listens to does nothing: it would end the kernel, and with it
 * the variables of all cells.
 */
function keepKernel(): void {
  if (!isKernelKept) Deno.addSignalListener("SIGINT", () => {});
  isKernelKept = true;
}

/**
 * Listens to signals until disposed.
 */
export class InterruptListener implements Disposable {
  readonly #controller = new AbortController();
  readonly #handlers: [keyof typeof EXIT_STATUS, () => void][] = [];
  #since = Infinity;

  constructor() {
    const inNotebook = isNotebook();
    if (inNotebook) keepKernel();
    const names: (keyof typeof EXIT_STATUS)[] = Deno.build.os === "windows" || inNotebook
      ? ["SIGINT"]
      : ["SIGINT", "SIGTERM"];
    for (const name of names) {
      const handler = () => {
        const now = performance.now();
        if (now - this.#since > ONE_SIGNAL && !inNotebook) Deno.exit(EXIT_STATUS[name]);
        this.#since = Math.min(this.#since, now);
        this.#controller.abort(new Interrupt(name));
      };
      Deno.addSignalListener(name, handler);
      this.#handlers.push([name, handler]);
    }
  }

  /** Aborted, with an {@linkcode Interrupt} as reason, by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends its use. */
  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) Deno.removeSignalListener(name, handler);
  }
}
