/** Progress of trainings in one output of a notebook's cell, redrawn in place. @module */

import { CellOutput } from "./notebook.ts";
import { progressLine, type ProgressState } from "./progress_line.ts";
import { escapeForNotebook } from "./xml.ts";

/** Where progress is drawn in a notebook. */
export interface ProgressCell {
  /** Draws a moment of the training that runs. */
  draw(state: ProgressState): void;
  /** Adds a line that stays. */
  note(text: string): void;
  /** The training has ended: its last drawing stays, with its outcome where there is one. */
  end(outcome?: string): void;
  /** Settles when everything is on the screen. */
  shown(): Promise<void>;
}

/** A line of the output, in words and as HTML. */
interface Line {
  readonly text: string;
  readonly html: string;
}

/** One line a training: a bar while it runs, its outcome afterwards; notes between them. */
export class CellProgress implements ProgressCell {
  readonly #output: CellOutput;
  readonly #lines: Line[] = [];
  /** The training that runs; the last line. */
  #state: ProgressState | null = null;

  /** @param output where to draw, a new one of the cell that runs by default */
  constructor(output: CellOutput = new CellOutput()) {
    this.#output = output;
  }

  draw(state: ProgressState): void {
    this.#state = state;
    this.#show();
  }

  note(text: string): void {
    this.#lines.push({ text, html: `<div style="opacity:0.75">${escapeForNotebook(text)}</div>` });
    this.#show();
  }

  end(outcome?: string): void {
    if (this.#state === null) return;
    const line = lineOf(this.#state);
    const { label } = this.#state;
    this.#lines.push(
      outcome === undefined ? line : {
        text: `${label}: ${outcome}`,
        html: `<div>${escapeForNotebook(label)} <span style="opacity:0.75">${
          escapeForNotebook(outcome)
        }</span></div>`,
      },
    );
    this.#state = null;
    this.#show();
  }

  shown(): Promise<void> {
    return this.#output.sent();
  }

  #show(): void {
    const lines = this.#state === null ? this.#lines : [...this.#lines, lineOf(this.#state)];
    this.#output.show({
      "text/plain": lines.map(({ text }) => text).join("\n"),
      "text/html": lines.map(({ html }) => html).join(""),
    });
  }
}

/** A training that runs, or was stopped where the bar stands. */
function lineOf(state: ProgressState): Line {
  const text = progressLine(state);
  const { label, epoch, epochs, fraction } = state;
  // Without a limit, the bar is that of the epoch.
  const done = epochs === null ? fraction : (epoch - 1 + fraction) / epochs;
  const bar = `<progress max="1" value="${done.toFixed(4)}" style="width:12em"></progress>`;
  const rest = escapeForNotebook(text.slice(label.length + 2));
  return {
    text,
    html: `<div>${escapeForNotebook(label)} ${bar} <span style="opacity:0.75">${rest}</span></div>`,
  };
}
