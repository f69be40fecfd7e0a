/** What a search tells of its settings: which matter, and where they are good. @module */

import { findMetric, metricName, metricWithDirection } from "../../evaluation/protocols.ts";
import type { Setting } from "../../models/mod.ts";
import { isConstant, mean } from "../../statistics/descriptive.ts";
import { spearmanTest } from "../../statistics/correlation.ts";
import { legendOf } from "./bands.ts";
import { Figure } from "./figure.ts";
import { COLORS, WIDTH } from "./theme.ts";

/** A trial: what was set, and what came of it. */
export interface ScoredTrial {
  /** Its settings. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** The metric on valid. */
  readonly score: number;
}

/** A setting that differs between trials. */
interface Axis {
  readonly key: string;
  readonly isNumber: boolean;
  /** Whether its values are small, of many sizes, and have to be told by powers of ten. */
  readonly isLog: boolean;
  /** From 0, of no use, to 1: Spearman's correlation without its sign; of names the correlation ratio. */
  readonly importance: number;
}

/** Small numbers whose largest is so many times the smallest are drawn on a logarithmic axis, as rates are. */
const WIDE = 20;
/** Below this, numbers are small. */
const SMALL = 0.1;
/** The share of trials that are shown as the best. */
const BEST = 0.25;
/** What the lines of trials are called. */
const GROUPS = ["best quarter", "others"];
const PALE = "#bdbdbd";
/** Panels beside each other, and their size in pixels. */
const [ACROSS, PANEL] = [2, { width: 116, height: 92 }];

/**
 * The score by each setting, the most important first. The importance is Spearman's correlation of the
 * setting with the score, for names the correlation ratio; with few trials chance alone makes it large.
 *
 * @param metric that the scores are of
 * @throws {TypeError} there are no two trials that differ
 *
 * @example
 * ```ts
 * import { searchSettings } from "./search_settings.ts";
 * import { assertMatch } from "@std/assert";
 * const trials = [0.1, 0.2, 0.3].map((rate) => ({ settings: { rate }, score: 1 - rate }));
 * assertMatch(searchSettings(trials, "mae").description, /rate \(1\.00\)/);
 * ```
 */
export function searchSettings(trials: readonly ScoredTrial[], metric: string): Figure {
  const axes = axesOf(trials);
  const score = { field: "score", type: "quantitative", scale: { zero: false } };
  const panels = axes.map(({ key, isNumber, isLog }, i) => ({
    ...PANEL,
    data: { values: trials.map(({ settings, score }) => ({ setting: settings[key], score })) },
    mark: { type: "point", size: 22, filled: true, opacity: 0.7, color: COLORS[0] },
    encoding: {
      x: isNumber
        ? {
          field: "setting",
          type: "quantitative",
          title: key,
          scale: isLog ? { type: "log" } : { type: "linear", zero: false },
          axis: { tickCount: 3, labelOverlap: true, grid: false, format: isLog ? "~e" : "~g" },
        }
        : { field: "setting", type: "nominal", title: key, axis: { labelAngle: 0 } },
      y: {
        ...score,
        title: i % ACROSS === 0 ? `valid ${metricName(metric)}` : null,
        axis: { tickCount: 4 },
      },
    },
  }));
  const order = axes.map(({ key, importance }) => `${key} (${importance.toFixed(2)})`).join(", ");
  return new Figure({
    description: `${metricWithDirection(metric)} on valid of ${trials.length} trials by their ` +
      `settings, with their importance: ${order}`,
    columns: ACROSS,
    spacing: 12,
    concat: panels,
  });
}

/**
 * Every trial as a line through its settings, from the most important one to the score.
 *
 * @param metric that the scores are of
 * @throws {TypeError} there are no two trials that differ
 */
export function searchCoordinates(trials: readonly ScoredTrial[], metric: string): Figure {
  const scoreAxis = { key: metricName(metric), isNumber: true, isLog: false };
  const axes = [...axesOf(trials), scoreAxis];
  const valueOf = (trial: ScoredTrial, i: number) =>
    i === axes.length - 1 ? trial.score : trial.settings[axes[i]!.key]!;
  const places = axes.map(({ isNumber, isLog }, i) => {
    const values = trials.map((trial) => valueOf(trial, i));
    const names = [...new Set(values)];
    return unitOf(
      values.map((value) =>
        !isNumber ? names.indexOf(value) : isLog ? Math.log(Number(value)) : Number(value)
      ),
    );
  });
  const sign = findMetric(metric)?.higherIsBetter ? -1 : 1;
  const order = [...trials.keys()].sort((i, j) => sign * (trials[i]!.score - trials[j]!.score));
  const best = new Set(order.slice(0, Math.max(1, Math.round(BEST * trials.length))));
  // The best are drawn last, over the others.
  const points = order.toReversed().flatMap((trial) =>
    axes.map(({ key }, i) => ({
      trial,
      group: best.has(trial) ? GROUPS[0] : GROUPS[1],
      axis: key,
      at: i,
      place: places[i]![trial]!,
      value: String(valueOf(trials[trial]!, i)),
    }))
  );
  return new Figure({
    description:
      `The ${trials.length} trials as lines through their settings, each from its least ` +
      `value to its greatest; in colour: the quarter that is best by ${
        metricName(metric)
      } on valid`,
    width: Math.max(WIDTH, 80 * axes.length),
    height: 200,
    autosize: { type: "fit", contains: "padding" },
    data: { values: points },
    mark: { type: "line", opacity: 0.6, strokeWidth: 1.2 },
    encoding: {
      x: {
        field: "axis",
        type: "nominal",
        sort: axes.map(({ key }) => key),
        title: null,
        scale: { type: "point", padding: 0.3 },
        axis: { labelAngle: 0, grid: true, domain: false },
      },
      y: { field: "place", type: "quantitative", title: null, axis: null },
      detail: { field: "trial" },
      order: { field: "at", type: "quantitative" },
      color: {
        field: "group",
        type: "nominal",
        scale: { domain: GROUPS, range: [COLORS[0], PALE] },
        legend: legendOf(GROUPS),
      },
    },
  });
}

/** The settings that differ, the most important first. */
function axesOf(trials: readonly ScoredTrial[]): Axis[] {
  const keys = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))];
  const axes = keys.flatMap((key): Axis[] => {
    const values = trials.map(({ settings }) => settings[key]);
    if (values.includes(undefined) || new Set(values).size < 2) return [];
    const isNumber = values.every((value) => typeof value === "number");
    const numbers = values.map(Number);
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const isLog = isNumber && least > 0 && most < SMALL && most >= WIDE * least;
    const scores = trials.map(({ score }) => score);
    const importance = isConstant(scores)
      ? 0
      : isNumber
      ? Math.abs(spearmanTest(numbers, scores).rho)
      : correlationRatio(values.map(String), scores);
    return [{ key, isNumber, isLog, importance }];
  });
  if (axes.length > 0) return axes.sort((a, b) => b.importance - a.importance);
  throw new TypeError("Cannot draw a search: expected two trials or more whose settings differ");
}

/** The share of the scores' deviation that the names account for, 0 to 1. */
function correlationRatio(names: readonly string[], scores: readonly number[]): number {
  const middle = mean(scores);
  const squares = (values: readonly number[], around: number) =>
    values.reduce((sum, value) => sum + (value - around) ** 2, 0);
  const groups = [...Map.groupBy(scores.keys(), (i) => names[i]!).values()]
    .map((places) => places.map((i) => scores[i]!));
  const within = groups.reduce((sum, values) => sum + squares(values, mean(values)), 0);
  return Math.sqrt(1 - within / squares(scores, middle));
}

/** From 0 to 1. */
function unitOf(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => high === low ? 0.5 : (value - low) / (high - low));
}
