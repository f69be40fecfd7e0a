/**
 * The packages vega and vega-lite, loaded when the first figure is drawn, and SVG from them without
 * a browser.
 *
 * @module
 */

import { loadPackage } from "../../core/packages.ts";
import { escapeXml } from "../../display/xml.ts";
import { textWidth } from "./text_width.ts";

/** A plain Vega-Lite specification. */
export type FigureSpec = Readonly<Record<string, unknown>>;

/** What is used of vega-lite. */
interface VegaLite {
  compile(spec: FigureSpec): { readonly spec: unknown };
}

/** What is used of vega. */
interface Vega {
  readonly View: new (runtime: unknown, options: { readonly renderer: "none" }) => {
    toSVG(): Promise<string>;
    finalize(): void;
  };
  readonly textMetrics: {
    width(item: { readonly fontSize?: number }, text: string): number;
  };
  parse(spec: unknown): unknown;
  resetSVGDefIds(): void;
}

/** An attribute that says where something is, not what it is called. */
const PLACE = / (?!aria-)[\w-]+="[^"]*"/g;

/** Hundredths of a pixel are enough for anybody. */
function roundedPlace(attribute: string): string {
  return attribute.replace(
    /\d+\.\d{3,}(?:e-\d+)?/g,
    (number) => String(Number(Number(number).toFixed(2))),
  );
}

/**
 * Draws a specification. The same one gives the same bytes everywhere: widths of texts come from a
 * table and not from the fonts of the machine, numbers are rounded to hundredths of a pixel.
 *
 * @throws {DataError} the packages cannot be loaded, for example without network at the first use
 */
export async function toSvg(spec: FigureSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([
    loadPackage<Vega>("vega"),
    loadPackage<VegaLite>("vega-lite"),
  ]);
  vega.textMetrics.width = (item, text) => textWidth(text, item.fontSize ?? 11);
  // Notebooks know version 5 of the schema; the package is newer and would warn.
  const { $schema: _, ...plain } = spec;
  const view = new vega.View(vega.parse(vegaLite.compile(plain).spec), { renderer: "none" });
  // Numbered by a counter of the package.
  vega.resetSVGDefIds();
  const svg = await view.toSVG();
  view.finalize();
  const name = escapeXml(String(spec["description"] ?? "figure"));
  // A page has several drawings: what one refers to within itself is no other's.
  const own = name.replace(/\W+/g, "").slice(0, 60);
  return svg
    .replace(/(?<=id="|url\(#)((?:clip|gradient_)\d+)/g, `$1-${own}`)
    .replace(/<[^>]*>/g, (tag) => tag.replace(PLACE, roundedPlace))
    .replace("<svg ", `<svg role="img" aria-label="${name}" `);
}
