/** Representations of samples in two dimensions, coloured by label. @module */

import { type ProtocolName } from "../../data/mod.ts";
import { type Protocol, protocolNamed } from "../../evaluation/mod.ts";
import { Figure } from "./figure.ts";
import { COLORS } from "./theme.ts";

/** Points of samples, for example a modality's. */
export interface MapPanel {
  /** Above the panel; short, as it is no wider. */
  readonly title: string;
  /** [samples] */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Whose points they are. */
export interface MapSamples {
  /** [samples] */
  readonly ids: readonly string[];
  /** [samples] */
  readonly labels: ArrayLike<number>;
}

/** Panels beside each other, and their size in pixels. */
const [ACROSS, PANEL] = [2, { width: 148, height: 126 }];
/** Between the ends of the labels' scale; told apart from both, on light and on dark. */
const NEUTRAL = "#b8b8b8";

/**
 * A panel for each set of points, coloured by the samples' labels. Axes have no numbers: only
 * what lies near what is of interest.
 *
 * @param what the points are, for the description
 * @throws {TypeError} a panel has not a point a sample
 *
 * @example
 * ```ts
 * import { representationMap } from "./representation_map.ts";
 * import { assertMatch } from "@std/assert";
 * const samples = { ids: ["a", "b"], labels: [-2, 2] };
 * const figure = representationMap([{ title: "text", points: [[0, 1], [1, 0]] }], samples, {
 *   what: "PCA",
 *   protocol: "mosi",
 * });
 * assertMatch(figure.description, /^PCA of 2 samples by text/);
 * ```
 */
export function representationMap(
  panels: readonly MapPanel[],
  { ids, labels }: MapSamples,
  { what, protocol }: { readonly what: string; readonly protocol: ProtocolName | Protocol },
): Figure {
  const { low, high } = protocolNamed(protocol).labels;
  const wrong = panels.find(({ points }) => points.length !== ids.length);
  if (panels.length === 0 || wrong !== undefined) {
    throw new TypeError(
      `Cannot draw ${wrong?.points.length ?? "no"} points of ${ids.length} samples: ` +
        "expected one a sample in each panel",
    );
  }
  const ends = [low, (low + high) / 2, high];
  const color = {
    field: "label",
    type: "quantitative",
    scale: { domain: ends, range: [COLORS[1], NEUTRAL, COLORS[0]] },
    legend: { type: "symbol", symbolType: "circle", values: ends },
  };
  const axis = (field: string) => ({
    field,
    type: "quantitative",
    scale: { zero: false },
    axis: { title: null, labels: false, ticks: false, tickCount: 4, grid: false },
  });
  const names = panels.map(({ title }) => title).join(", ");
  return new Figure({
    description: `${what} of ${ids.length} samples by ${names}; the colour is the label`,
    columns: ACROSS,
    spacing: 12,
    data: {
      values: ids.map((id, i) => ({
        id,
        label: short(labels[i]!),
        ...Object.fromEntries(panels.flatMap(({ points }, k) => [
          [`x${k}`, short(points[i]![0])],
          [`y${k}`, short(points[i]![1])],
        ])),
      })),
    },
    concat: panels.map(({ title }, k) => ({
      title: { text: title, fontSize: 11, fontWeight: "normal", anchor: "start" },
      ...PANEL,
      mark: { type: "circle", size: 14, opacity: 1, fillOpacity: 0.75 },
      encoding: {
        x: axis(`x${k}`),
        y: axis(`y${k}`),
        color,
        tooltip: ["id", "label"].map((field) => ({ field })),
      },
    })),
  });
}

/** Few characters: there are hundreds, and all are written into notebooks. */
function short(value: number): number {
  return Number(value.toPrecision(3));
}
