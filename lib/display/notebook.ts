/**
 * A Jupyter notebook on Deno's kernel: how a value shows itself there, and an output that changes
 * in place.
 *
 * @module
 */

/**
 * The method by which Deno's kernel asks the value of a cell for its {@linkcode MediaBundle}.
 *
 * @example An object that shows itself in a cell
 * ```ts
 * import { JUPYTER_DISPLAY } from "./notebook.ts";
 * import { assertEquals } from "@std/assert";
 * class Score {
 *   constructor(readonly value: number) {}
 *   [JUPYTER_DISPLAY]() {
 *     return { "text/html": `<b>${this.value.toFixed(2)}</b>` };
 *   }
 * }
 * assertEquals(new Score(0.713)[JUPYTER_DISPLAY](), { "text/html": "<b>0.71</b>" });
 * ```
 */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** One content by MIME type; the frontend shows the richest that it knows. */
export type MediaBundle = Readonly<Record<string, unknown>>;

/** A value that shows itself in a notebook. */
export interface Displayable {
  /** What is shown, or a promise of it. */
  [JUPYTER_DISPLAY](): MediaBundle | Promise<MediaBundle>;
}

/**
 * Whether this process is Deno's kernel of a notebook.
 */
export function isNotebook(): boolean {
  try {
    // Elsewhere the very access throws.
    return typeof Deno.jupyter.broadcast === "function";
  } catch {
    return false;
  }
}

/** The part of Deno's kernel that shows the value of a cell. */
interface ResultKernel {
  broadcastResult(count: number, value: unknown): Promise<void>;
}

/**
 * Lets the kernel wait until the value of a cell is shown.
 *
 * It waits for values that show themselves later, but not for those that do so at once: when several
 * cells are run one after another, such a value often appears below the next cell (seen with Deno
 * 2.9.6, in JupyterLab too). Every value being a later one, none did in hundreds of trials.
 */
function showResultsInTheirCell(): void {
  try {
    const internals = Deno as unknown as Record<symbol, { readonly jupyter: ResultKernel }>;
    const kernel = internals[(Deno as unknown as { readonly internal: symbol }).internal]!.jupyter;
    const broadcast = kernel.broadcastResult;
    kernel.broadcastResult = async (count, value) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await broadcast(count, value);
    };
  } catch {
    // A kernel that is made otherwise: outputs are where it puts them.
  }
}

/** What V8 tells of a frame, as far as it is used here. */
export interface StackFrame {
  /** Where it is; empty or null in a cell. */
  getFileName(): string | null | undefined;
  /** As in a stack. */
  toString(): string;
}

/** The folder of this library, as frames name it. */
const LIBRARY = new URL("../", import.meta.url).pathname;

/** Whether a frame is code of this library, of a package or of Deno, and not the person's. */
function isInternal(frame: StackFrame): boolean {
  const file = frame.getFileName() ?? "";
  return file.replace(/^file:\/\//, "").startsWith(LIBRARY) ||
    /^(ext|node|npm):|\/npm\//.test(file);
}

/**
 * The stack of an error as a notebook shows it. Errors of this library's own classes say what is wrong,
 * and errors in the person's code are there: both have the person's frames alone. Others that come from
 * inside are faults of ours, and keep all.
 */
export function stackInNotebook(error: Error, frames: readonly StackFrame[]): string {
  const isBuiltIn = Object.hasOwn(globalThis, error.name);
  const isFault = isBuiltIn && frames[0] !== undefined && isInternal(frames[0]);
  const shown = isFault ? frames : frames.filter((frame) => !isInternal(frame));
  return [`${error.name}: ${error.message}`, ...shown.map((frame) => `    at ${frame}`)].join("\n");
}

if (isNotebook()) {
  showResultsInTheirCell();
  const hook = Error as unknown as { prepareStackTrace?: typeof stackInNotebook };
  hook.prepareStackTrace ??= stackInNotebook;
}

/** Sends a message to the frontend of the notebook. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/**
 * An output of a cell whose content can be replaced, as long as the kernel lives.
 */
export class CellOutput {
  readonly #id: string = crypto.randomUUID();
  readonly #broadcast: Broadcast;
  #sent: Promise<void> | null = null;

  /**
   * An output of the cell that runs.
   *
   * @param broadcast stands in for the kernel's in tests
   */
  constructor(broadcast: Broadcast = (type, content) => Deno.jupyter.broadcast(type, content)) {
    this.#broadcast = broadcast;
  }

  /** Shows the content in place of the one before. */
  show(data: MediaBundle): void {
    const type = this.#sent === null ? "display_data" : "update_display_data";
    const message = { data, metadata: {}, transient: { display_id: this.#id } };
    // One after another: an update that overtakes a later one would be the last word.
    this.#sent = (this.#sent ?? Promise.resolve()).then(() => this.#broadcast(type, message));
  }

  /** Settles when everything is sent; a cell that ends before loses the rest. */
  async sent(): Promise<void> {
    await this.#sent;
  }
}
