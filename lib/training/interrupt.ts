/**
 * SIGINT and SIGTERM as an abort signal: the first one asks the work to stop at a place from which
 * it can be resumed, a second one ends the process at once.
 *
 * @module
 */

/** The status with which a process ends after a signal. */
const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The reason of an abort by a signal of the operating system. */
export class Interrupt extends Error {
  override readonly name = "Interrupt";
  /** 130 for SIGINT, 143 for SIGTERM. */
  readonly exitStatus: number;

  constructor(signal: keyof typeof EXIT_STATUS) {
    super(`Stopped by ${signal}`);
    this.exitStatus = EXIT_STATUS[signal];
  }
}

/** Listens to signals until disposed. */
export class InterruptListener implements Disposable {
  readonly #controller = new AbortController();
  readonly #handlers: [keyof typeof EXIT_STATUS, () => void][] = [];

  constructor() {
    const names: (keyof typeof EXIT_STATUS)[] = Deno.build.os === "windows"
      ? ["SIGINT"]
      : ["SIGINT", "SIGTERM"];
    for (const name of names) {
      const handler = () => {
        if (this.#controller.signal.aborted) Deno.exit(EXIT_STATUS[name]);
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

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) Deno.removeSignalListener(name, handler);
  }
}
