/** A quantity by epoch as a small drawing, in the colours of the page. @module */

import { escapeXml } from "../display/xml.ts";

/** Sizes of the drawing, in its own units. */
const WIDTH = 320, HEIGHT = 120;
/** What is left for the numbers at the axes. */
const LEFT = 52, BOTTOM = 20, TOP = 8, RIGHT = 10;

/** A point of a curve. */
export interface CurvePoint {
  /** From 1. */
  readonly epoch: number;
  readonly value: number;
}

/**
 * A curve with its least and greatest value, its first and last epoch, and a mark at the best.
 *
 * @param marked the epoch that is marked; null for none
 * @returns SVG; nothing without points
 *
 * @example
 * ```ts
 * import { curve } from "./curve.ts";
 * import { assertMatch } from "@std/assert";
 * const points = [{ epoch: 1, value: 1.5 }, { epoch: 2, value: 1 }];
 * assertMatch(curve("MAE on valid", points, 2), /aria-label="MAE on valid: 1.500 in epoch 1, 1.000 in/);
 * ```
 */
export function curve(title: string, points: readonly CurvePoint[], marked: number | null): string {
  const known = points.filter(({ value }) => Number.isFinite(value));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return "";
  const values = known.map(({ value }) => value);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const x = (epoch: number) =>
    LEFT + (WIDTH - LEFT - RIGHT) *
      (first.epoch === last.epoch ? 0.5 : (epoch - first.epoch) / (last.epoch - first.epoch));
  const y = (value: number) =>
    TOP + (HEIGHT - TOP - BOTTOM) *
      (least === greatest ? 0.5 : (greatest - value) / (greatest - least));
  const place = ({ epoch, value }: CurvePoint) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`;
  const chosen = known.find(({ epoch }) => epoch === marked) ?? last;
  const words = `${title}: ${told(first.value)} in epoch ${first.epoch}, ${told(last.value)} in ` +
    `epoch ${last.epoch}` +
    (chosen === last ? "" : `, ${told(chosen.value)} in epoch ${chosen.epoch}, which is kept`);
  const label = (at: number, value: number) =>
    `<text x="${LEFT - 6}" y="${at}" text-anchor="end">${told(value)}</text>`;
  const epoch = (at: number, anchor: string, value: number) =>
    `<text x="${at}" y="${HEIGHT - 4}" text-anchor="${anchor}">${value}</text>`;
  return [
    `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(words)}">`,
    `<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    label(TOP + 8, greatest),
    ...(least === greatest ? [] : [label(HEIGHT - BOTTOM, least)]),
    epoch(LEFT, "start", first.epoch),
    ...(first.epoch === last.epoch ? [] : [epoch(WIDTH - RIGHT, "end", last.epoch)]),
    `<polyline points="${known.map(place).join(" ")}"/>`,
    `<circle cx="${x(chosen.epoch).toFixed(1)}" cy="${y(chosen.value).toFixed(1)}" r="3"/>`,
    `</svg><figcaption>${escapeXml(title)}</figcaption></figure>`,
  ].join("");
}

function told(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e4 || size < 1e-3) ? value.toExponential(1) : value.toPrecision(4);
}
