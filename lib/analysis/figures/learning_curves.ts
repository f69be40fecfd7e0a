/** Learning curves with a band over seeds. @module */

import { UsageError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";
import { type EpochRecord, readHistory, RunFolder } from "../../training/mod.ts";
import { groupRuns } from "../comparison/groups.ts";
import { type HasRuns, requireList, runsOf } from "../has_runs.ts";
import { bandLayers, type BandPoint, bandPoint, legendHeight, legendOf } from "./bands.ts";
import { Figure } from "./figure.ts";
import { metricBounds, metricName } from "../../evaluation/protocols.ts";
import { NOTEBOOK_WIDTH, WIDTH } from "./theme.ts";

/** The epochs of one run. Runs with the same name are seeds of one model. */
export interface LearningCurve {
  /** What the legend calls it. */
  readonly name: string;
  /** One record an epoch. */
  readonly history: readonly EpochRecord[];
}

/** The share of epochs, from the first on, that may lie outside of the axis. */
const EARLY = 0.1;
/** How much of the height the early epochs may take before they are cut off, against all others. */
const FLATTENING = 3;

/**
 * A quantity by epoch: the mean over seeds and its 95 % t interval for as long as every seed
 * trained, and each seed as a thin line to its end, since runs stop early at different epochs. Where
 * the first epochs would flatten all that follows, the axis cuts them off, and the description says so.
 *
 * @param curves what `train` returned, or histories
 * @param asked a metric on valid (`corr`, or `valid.corr`), `trainLoss`, or a part of it
 * (`trainParts.text`)
 * @throws {UsageError} no run has that quantity, with the nearest
 *
 * @example
 * ```ts
 * import { learningCurves } from "./learning_curves.ts";
 * import { assertEquals } from "@std/assert";
 * const epoch = { trainParts: {}, seconds: { train: 1, valid: 1 }, tensors: 9, learningRates: {} };
 * const history = [1.2, 1].map((mae, i) => (
 *   { ...epoch, epoch: i + 1, trainLoss: mae, valid: { mae } }
 * ));
 * const figure = learningCurves([{ name: "cnn", history }]);
 * assertEquals(figure.description, "MAE on valid by epoch: cnn (1 seed)");
 * ```
 */
export function learningCurves(
  curves: readonly (LearningCurve | HasRuns)[],
  asked = "valid.mae",
): Figure {
  const { given, without } = curvesOf(curves);
  const key = keyOf(asked, given);
  const known = given.map((curve) => ({
    name: curve.name,
    points: curve.history.map((record) => ({ x: record.epoch, value: valueOf(record, key) }))
      .filter((point): point is { x: number; value: number } => point.value !== undefined),
  })).filter(({ points }) => points.length > 0);
  const names = [...new Set(known.map(({ name }) => name))];
  const bounds = metricBounds(/^valid\.(.*)/.exec(key)?.[1] ?? key);
  const bands = names.flatMap((name) => {
    const seeds = known.filter((curve) => curve.name === name).map(({ points }) => points);
    const shared = Math.min(...seeds.map((points) => points.length));
    return seeds[0]!.slice(0, shared).map(({ x }, i) =>
      bandPoint(name, x, seeds.map((points) => points[i]!.value), bounds)
    );
  });
  const lines = known.flatMap(({ name, points }, run) =>
    points.map((point) => ({ ...point, series: name, run }))
  );
  const domain = domainOf(known.map(({ points }) => points), bands);
  const clip = domain === null ? {} : { clip: true };
  const counts = names.map((name) => {
    const seeds = known.filter((curve) => curve.name === name).length;
    return `${name} (${seeds} seed${seeds === 1 ? "" : "s"})`;
  });
  return new Figure({
    description: `${titleOf(key)} by epoch: ${counts.join(", ")}` +
      (without.length === 0 ? "" : `; without epochs: ${without.join(", ")}`) +
      (domain === null ? "" : "; the first epochs lie outside of the axis"),
    width: WIDTH,
    height: 200 + legendHeight(names),
    autosize: { type: "fit", contains: "padding" },
    encoding: {
      x: {
        title: "epoch",
        scale: { zero: false, nice: false },
        axis: { grid: false, format: "d", tickMinStep: 1 },
      },
      y: { title: titleOf(key), scale: { zero: false, ...domain === null ? {} : { domain } } },
    },
    layer: [
      {
        data: { values: lines },
        mark: { type: "line", strokeWidth: 0.7, opacity: 0.4, ...clip },
        encoding: {
          x: { field: "x", type: "quantitative" },
          y: { field: "value", type: "quantitative" },
          detail: { field: "run" },
          color: {
            field: "series",
            type: "nominal",
            scale: { domain: names },
            legend: legendOf(names),
          },
        },
      },
      ...bandLayers(bands).map((layer) => domain === null ? layer : clipped(layer)),
    ],
  }, NOTEBOOK_WIDTH);
}

/** The quantity that is meant: a metric may be named without where it was measured. */
function keyOf(asked: unknown, curves: readonly LearningCurve[]): string {
  if (curves.length === 0) {
    throw new UsageError("Cannot draw curves: no run has epochs, expected a network's");
  }
  const known = new Set(curves.flatMap(({ history }) => history.flatMap(quantitiesOf)));
  const found = [asked, `valid.${asked}`].find((key) => known.has(key as string));
  if (found !== undefined) return found as string;
  throw new UsageError(
    typeof asked === "string"
      ? unknownName("quantity of the history", asked, known)
      : `Cannot draw ${Deno.inspect(asked)}: expected the name of a quantity, such as "valid.mae"`,
  );
}

function quantitiesOf({ valid, trainParts }: EpochRecord): string[] {
  return [
    ...Object.keys(valid).map((key) => `valid.${key}`),
    "trainLoss",
    ...Object.keys(trainParts).map((key) => `trainParts.${key}`),
  ];
}

/** Histories as they are, and those of the runs of what has runs; and what has runs without epochs. */
function curvesOf(
  curves: readonly (LearningCurve | HasRuns)[],
): { readonly given: readonly LearningCurve[]; readonly without: readonly string[] } {
  requireList(curves);
  const given = curves.filter((curve): curve is LearningCurve => !("entries" in curve));
  const groups = groupRuns(runsOf(curves.filter((curve): curve is HasRuns => "entries" in curve)));
  const trained = groups.flatMap(({ label, runs }) =>
    runs.filter(({ epochs }) => epochs > 0).map(({ path }) => ({
      name: label,
      history: readHistory(new RunFolder(path).file("history.jsonl")),
    }))
  );
  const without = groups.filter(({ runs }) => runs.every(({ epochs }) => epochs === 0));
  return { given: [...given, ...trained], without: without.map(({ label }) => label) };
}

/** The axis without the first epochs, where they take most of it; null where all fits. */
function domainOf(
  curves: readonly (readonly { readonly x: number; readonly value: number }[])[],
  bands: readonly BandPoint[],
): [number, number] | null {
  const all = [
    ...curves.flat(),
    ...bands.flatMap(({ x, low, high }) => [{ x, value: low }, { x, value: high }]),
  ].filter(({ value }) => Number.isFinite(value));
  const last = Math.max(...all.map(({ x }) => x));
  const late = all.filter(({ x }) => x > Math.max(1, EARLY * last)).map(({ value }) => value);
  if (late.length < 2) return null;
  const [low, high] = [Math.min(...late), Math.max(...late)];
  const values = all.map(({ value }) => value);
  const height = Math.max(...values) - Math.min(...values);
  if (high === low || height <= FLATTENING * (high - low)) return null;
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}

/** A layer that does not draw beyond the axes. */
function clipped(layer: unknown): unknown {
  const { mark, ...rest } = layer as { readonly mark: Readonly<Record<string, unknown>> };
  return { ...rest, mark: { ...mark, clip: true } };
}

function valueOf(record: EpochRecord, key: string): number | undefined {
  if (key.startsWith("valid.")) return record.valid[key.slice("valid.".length)];
  if (key.startsWith("trainParts.")) return record.trainParts[key.slice("trainParts.".length)];
  return key === "trainLoss" ? record.trainLoss : undefined;
}

function titleOf(key: string): string {
  if (key.startsWith("valid.")) return `${metricName(key.slice("valid.".length))} on valid`;
  return key === "trainLoss" ? "loss on train" : `loss on train: ${key.split(".")[1]}`;
}
