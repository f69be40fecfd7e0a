/** A figure: its specification, its drawing, and how a notebook shows it. @module */

import { UsageError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../../display/notebook.ts";
import { NOTEBOOK_THEME, THEME } from "./theme.ts";
import { compactSvg } from "./compact_svg.ts";
import { type FigureSpec, toSvg } from "./vega.ts";

/** Notebooks draw this version by themselves. */
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/**
 * A figure. In a notebook, a cell that ends in one shows it.
 *
 * @example
 * ```ts
 * import { Figure } from "./figure.ts";
 * import { assertMatch } from "@std/assert";
 * const figure = new Figure({
 *   description: "One point",
 *   data: { values: [{ x: 1 }] },
 *   mark: "point",
 *   encoding: { x: { field: "x", type: "quantitative" } },
 * });
 * assertMatch(await figure.svg(), /^<svg /);
 * const path = Deno.makeTempFileSync({ suffix: ".svg" });
 * await figure.save(path);
 * assertMatch(Deno.readTextFileSync(path), /^<svg /);
 * Deno.removeSync(path);
 * ```
 */
export class Figure implements Displayable {
  /** A plain Vega-Lite specification, data included; change it, or hand it to another tool. */
  readonly spec: FigureSpec;
  readonly #notebookWidth: number | null;

  /**
   * Makes a figure; nothing is drawn yet.
   *
   * @param spec everything but the schema and the theme; `description` is read out and printed
   * @param notebookWidth width in a notebook, in pixels, where it is another
   */
  constructor(
    spec: FigureSpec & { readonly description: string },
    notebookWidth: number | null = null,
  ) {
    this.spec = { $schema: SCHEMA, ...spec, config: THEME };
    this.#notebookWidth = notebookWidth;
  }

  /** What it shows, in a sentence. */
  get description(): string {
    return String(this.spec["description"]);
  }

  /** The drawing; the same bytes on every machine. @throws {DataError} vega cannot be loaded */
  async svg(): Promise<string> {
    return compactSvg(await toSvg(this.spec));
  }

  /**
   * Writes the drawing as `.svg`, or the specification as `.json` for other tools. A file that is there
   * is replaced.
   *
   * @throws {UsageError} its name ends otherwise
   * @throws {DataError} vega cannot be loaded
   */
  async save(path: string): Promise<void> {
    if (path.endsWith(".svg")) writeFileAtomic(path, `${await this.svg()}\n`);
    else if (path.endsWith(".json")) writeFileAtomic(path, `${JSON.stringify(this.spec)}\n`);
    else {
      throw new UsageError(
        `Cannot write a figure into "${path}": expected a name that ends in .svg or .json`,
      );
    }
  }

  /** For notebooks: interactive and in the notebook's theme, as a drawing, and in words. */
  async [JUPYTER_DISPLAY](): Promise<MediaBundle> {
    const width = this.#notebookWidth === null ? {} : { width: this.#notebookWidth };
    return {
      "application/vnd.vegalite.v5+json": { ...this.spec, ...width, config: NOTEBOOK_THEME },
      "image/svg+xml": await this.svg(),
      "text/plain": `[figure: ${this.description}]`,
    };
  }
}
