/** A page of help, which shows itself. @module */

import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { escapeForNotebook } from "../display/xml.ts";

/** How `console.log` asks a value for its text. */
const INSPECT: unique symbol = Symbol.for("Deno.customInspect") as never;

/** A text that shows itself in a notebook and in a terminal. */
export class HelpPage implements Displayable {
  readonly #text: string;
  readonly #kind: "markdown" | "text";

  /** Made by {@linkcode help}. */
  constructor(text: string, kind: "markdown" | "text") {
    this.#text = text;
    this.#kind = kind;
  }

  /** The text alone. */
  toString(): string {
    return this.#text;
  }

  /** For a terminal. */
  [INSPECT](): string {
    return this.#text;
  }

  /** For notebooks: Markdown, or lines as they are. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const rich = this.#kind === "markdown"
      ? { "text/markdown": this.#text }
      : { "text/html": `<pre>${escapeForNotebook(this.#text)}</pre>` };
    return { "text/plain": this.#text, ...rich };
  }
}
