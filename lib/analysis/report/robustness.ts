/** The part of a report on missing and noisy modalities: what `evaluate` found, as the runs note it. @module */

import { type Figure, robustnessCurves } from "../figures/mod.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { rowNames } from "../comparison/groups.ts";
import type { ReportedGroup, ReportedRun } from "./content.ts";
import { paragraph, part, table } from "../../display/html.ts";
import { drawn } from "./results.ts";
import { spreadText } from "../spread.ts";

/** Metrics of a run on test under one corruption. */
interface Trial {
  readonly drop: readonly string[];
  /** Levels above 0. */
  readonly noise: readonly (readonly [modality: string, level: number])[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Curves over noise and a table of all corruptions on one dataset; nothing where no run was tried so. */
export async function robustnessPart(
  groups: readonly ReportedGroup[],
  metrics: readonly string[],
): Promise<string> {
  const { model, nameOf } = rowNames(groups.map(({ label }) => label));
  const rows = groups.flatMap((group) => rowsOf(nameOf(group.label), group, metrics));
  if (rows.length === 0) return "";
  const header = metrics.flatMap((key) => [metricName(key), `change of ${metricName(key)}`]);
  const note =
    "As evaluate --drop and --noise found it on test, for the seeds that were tried so. Noise is in " +
    "standard deviations of each feature on train. Means ± standard " +
    "deviations over seeds; a change is against the same runs without it, seed by seed.";
  return part(
    "Robustness",
    await drawn(curvesOf(groups, nameOf, metrics)),
    table([model === null ? "model" : "setting", "with", "seeds", ...header], rows),
    paragraph(note, true),
  );
}

/** A line for each corruption, the mildest first. */
function rowsOf(name: string, { runs }: ReportedGroup, metrics: readonly string[]): string[][] {
  const trials = runs.map((run) => trialsOf(run));
  const kinds = new Map(trials.flatMap((found) => [...found]));
  return [...kinds].sort(([, a], [, b]) => compareTrials(a, b)).map(([kind, trial]) => {
    const pairs = runs.flatMap(({ entry }, i) => {
      const found = trials[i]!.get(kind);
      return found === undefined ? [] : [{ clean: entry.test, found: found.metrics }];
    });
    const cells = metrics.flatMap((key) => {
      const known = pairs.filter(({ clean, found }) => key in clean && key in found);
      if (known.length === 0) return ["", ""];
      return [
        spreadText(known.map(({ found }) => found[key]!)),
        spreadText(known.map(({ clean, found }) => found[key]! - clean[key]!)),
      ];
    });
    return [name, describe(trial), String(pairs.length), ...cells];
  });
}

/** A figure for each modality and metric, from the runs that noise was tried on. */
function curvesOf(
  groups: readonly ReportedGroup[],
  nameOf: (label: string) => string,
  metrics: readonly string[],
): Figure[] {
  const points = groups.flatMap(({ label, runs }) =>
    runs.flatMap((run) => {
      const noisy = [...trialsOf(run).values()]
        .filter(({ drop, noise }) => drop.length === 0 && noise.length === 1)
        .map(({ noise, metrics }) => ({ modality: noise[0]![0], level: noise[0]![1], metrics }));
      const clean = [...new Set(noisy.map(({ modality }) => modality))]
        .map((modality) => ({ modality, level: 0, metrics: run.entry.test }));
      return [...clean, ...noisy].map((point) => ({ ...point, name: nameOf(label) }));
    })
  );
  return [...new Set(points.map(({ modality }) => modality))].sort().flatMap((modality) =>
    metrics.flatMap((key) => {
      const own = points.filter((point) => point.modality === modality && key in point.metrics)
        .map(({ name, level, metrics }) => ({ name, strength: level, value: metrics[key]! }));
      if (own.length === 0) return [];
      return [robustnessCurves(own, `noise on ${modality} (standard deviations)`, key)];
    })
  );
}

/** What was tried on the run's own test split, the last of each kind. */
function trialsOf({ reads, record }: ReportedRun): Map<string, Trial> {
  const trials = reads.filter(({ split, data }) => split === "test" && data === record.data.path)
    .flatMap(({ corruptions = [] }) => corruptions)
    .flatMap(({ drop, noise, metrics }): Trial[] => {
      const levels = Object.entries(noise).filter(([, level]) => level > 0).sort();
      const isNone = drop.length + levels.length === 0;
      return isNone || metrics === undefined
        ? []
        : [{ drop: drop.toSorted(), noise: levels, metrics }];
    });
  return new Map(trials.map((trial) => [describe(trial), trial]));
}

/** `audio noise 0.3, no vision` */
function describe({ drop, noise }: Trial): string {
  return [
    ...noise.map(([modality, level]) => `${modality} noise ${level}`),
    ...drop.map((modality) => `no ${modality}`),
  ].join(", ");
}

function compareTrials(a: Trial, b: Trial): number {
  const names = ({ drop, noise }: Trial) =>
    [...noise.map(([modality]) => modality), "", ...drop].join();
  const levels = ({ noise }: Trial) => noise.map(([, level]) => level);
  const [x, y] = [names(a), names(b)];
  if (a.drop.length !== b.drop.length) return a.drop.length - b.drop.length;
  if (x !== y) return x < y ? -1 : 1;
  const differing = levels(a).findIndex((level, i) => level !== levels(b)[i]);
  return differing < 0 ? 0 : levels(a)[differing]! - levels(b)[differing]!;
}
