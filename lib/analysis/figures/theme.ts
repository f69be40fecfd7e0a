/** How all figures look. @module */

/** Width of a figure in pixels: a column of a paper, 85 mm. */
export const WIDTH = 320;
/**
 * Width of curves in a notebook, whose cells are 700 to 900 pixels wide. A number, since JupyterLab
 * makes what is as wide as its `container` wider and wider.
 */
export const NOTEBOOK_WIDTH = 640;

/**
 * Colours that people with any colour vision tell apart, also in grey next to dashes. Source: Okabe
 * and Ito, "Color universal design", without its yellow, which is too pale for a line.
 */
export const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** Dashes of lines. */
export const DASHES = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 3]];

/** Of what is there for orientation only. */
export const GREY = "#767676";

/** Size of the text beside an axis and in a legend, in pixels. */
export const LABEL_SIZE = 10;

const FONT = "Helvetica, Arial, sans-serif";

/** The `config` of a Vega-Lite specification. */
export const THEME = {
  background: "#ffffff",
  font: FONT,
  padding: 4,
  aria: false,
  view: { stroke: null },
  // Of points, bars and lines under the pointer, in notebooks.
  mark: { tooltip: true },
  range: { category: COLORS },
  axis: {
    labelFontSize: LABEL_SIZE,
    titleFontSize: 11,
    titleFontWeight: "normal",
    labelColor: "#333333",
    titleColor: "#000000",
    gridColor: "#e6e6e6",
    domainColor: "#999999",
    tickColor: "#999999",
    tickSize: 3,
    labelLimit: 130,
  },
  legend: {
    orient: "top",
    direction: "horizontal",
    columns: 3,
    title: null,
    labelFontSize: LABEL_SIZE,
    // As it is without being said, unless a notebook's dark theme makes it white on our white.
    labelColor: "#000",
    labelLimit: 130,
    symbolSize: 60,
    symbolStrokeWidth: 2,
    symbolOpacity: 1,
    offset: 4,
    columnPadding: 8,
  },
  header: {
    labelFontSize: LABEL_SIZE,
    labelColor: "#000",
    titleFontSize: 11,
    titleFontWeight: "normal",
    titleColor: "#000",
    labelPadding: 3,
  },
};

/**
 * What each colour of texts, axes and ground is on a dark page. Of the colours of data, people tell
 * all but two apart on both grounds.
 */
export const DARK_COLORS: Readonly<Record<string, string>> = {
  "#ffffff": "#161616",
  "#000000": "#e8e8e8",
  "#000": "#e8e8e8",
  "#333333": "#d0d0d0",
  [GREY]: "#a0a0a0",
  "#999999": "#8a8a8a",
  "#bdbdbd": "#5c5c5c",
  "#e6e6e6": "#363636",
  "#0072b2": "#3a94d0",
};

/** Keys that say which colours texts, axes and the ground have. */
const COLOUR_KEYS = [
  "background",
  "labelColor",
  "titleColor",
  "gridColor",
  "domainColor",
  "tickColor",
];

/** The same for a notebook, whose own theme, light or dark, says what {@linkcode COLOUR_KEYS} say here. */
export const NOTEBOOK_THEME: Readonly<Record<string, unknown>> = withoutColours(THEME);

function withoutColours(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([key]) => !COLOUR_KEYS.includes(key)).map(([key, value]) => [
      key,
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? withoutColours(value as Record<string, unknown>)
        : value,
    ]),
  );
}
