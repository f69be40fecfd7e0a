/** The parts of a report that say how good the models are. @module */

import { messageOf, UsageError } from "../../core/errors.ts";
import { protocolOf } from "../../evaluation/mod.ts";
import { compareRuns } from "../comparison/compare.ts";
import type { CompareOptions } from "../comparison/compare_pair.ts";
import { rowNames } from "../comparison/groups.ts";
import { comparisonGrid } from "../comparison/comparison_format.ts";
import {
  comparisonIntervals,
  type Figure,
  learningCurves,
  modalityAblation,
  searchCoordinates,
  searchSettings,
} from "../figures/mod.ts";
import { allMetricKeys } from "../../evaluation/protocols.ts";
import type { RunEntry } from "../../studies/runs/mod.ts";
import { resultsGrid, studyGrids } from "../results/mod.ts";
import { escapeXml } from "../../display/xml.ts";
import { type ReportContent, type ReportedGroup, withoutFolder } from "./content.ts";
import { gridHtml } from "../../display/grid_tables.ts";
import { paragraph, part, section } from "../../display/html.ts";

/** Draws a figure with its description below. */
export async function drawn(figures: readonly Figure[]): Promise<string> {
  const parts = await Promise.all(figures.map(async (figure) => {
    // The description is there as a text already.
    const svg = (await figure.svg()).replace(
      / role="img" aria-label="[^"]*"/,
      ' aria-hidden="true"',
    );
    const width = 12 + Number(/ width="(\d+)"/.exec(svg)![1]);
    return `<figure style="width: ${width}px">${svg}` +
      `<figcaption>${escapeXml(figure.description)}</figcaption></figure>`;
  }));
  return parts.length === 0 ? "" : `<div class="figures">\n${parts.join("\n")}\n</div>`;
}

/** The table of metrics of one dataset; on valid where the runs saw no test. */
export function resultsPart(groups: readonly ReportedGroup[]): string {
  const { metricKeys } = protocolOf(groups[0]!.runs[0]!.entry.config);
  const entries = groups.map((group) => ({
    ...group,
    runs: group.runs.map(({ entry }) => entry),
  }));
  return part("Results", gridHtml(resultsGrid(entries, { metrics: metricKeys })));
}

/** The study's table with what others have published, and what it answers. */
export async function studySection({ study, search, claims }: ReportContent): Promise<string> {
  if (search !== null) {
    const { grid, trials, metric } = search;
    const varied = grid.header.length > 2 && trials.length > 1;
    const figures = varied
      ? [searchSettings(trials, metric), searchCoordinates(trials, metric)]
      : [];
    return section("Trials", gridHtml(grid), await drawn(figures));
  }
  if (study === null) return "";
  const grids = studyGrids({ table: study, source: undefined, claims });
  return section("The study", ...grids.map(gridHtml));
}

/** Learning curves of one dataset, and what each set of modalities is worth. */
export async function trainingPart(groups: readonly ReportedGroup[]): Promise<string> {
  const { nameOf } = rowNames(groups.map(({ label }) => label));
  const curves = groups.flatMap(({ label, runs }) =>
    runs.filter(({ history }) => history.length > 0)
      .map(({ history }) => ({ name: nameOf(label), history }))
  );
  const entries = groups.flatMap(({ runs }) => runs.map(({ entry }) => entry));
  const sets = new Set(entries.map(({ config }) => config["modalities"]));
  const figures = [
    ...curves.length === 0
      ? []
      : [learningCurves(curves, "valid.mae"), learningCurves(curves, "trainLoss")],
    ...sets.size < 2 || !entries.some(({ test }) => hasTest(test))
      ? []
      : [modalityAblation(entries, protocolOf(entries[0]!.config).metrics[0]!.key)],
  ];
  return part("Training", await drawn(figures));
}

/** Verdicts between the models of a dataset, one family of tests. */
export async function comparisonPart(
  groups: readonly ReportedGroup[],
  folder: string,
  metrics: readonly string[],
  options: CompareOptions = {},
): Promise<string> {
  if (groups.length < 2) return "";
  const runs = groups.flatMap((group) => group.runs.map(({ entry }) => entry));
  const title = "Comparisons";
  try {
    const found = compareRuns(runs, ownMetrics(runs[0]!, metrics), options);
    const figures = [...new Set(found.comparisons.map(({ metric }) => metric))]
      .map((key) => comparisonIntervals(found.comparisons, key));
    return part(title, await drawn(figures), gridHtml(comparisonGrid(found)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return part(title, paragraph(withoutFolder(messageOf(error), folder)));
  }
}

/** Those of the metrics that are measured on a dataset; what none has is left to be told as unknown. */
function ownMetrics({ config }: RunEntry, metrics: readonly string[]): string[] | undefined {
  const { metricKeys } = protocolOf(config);
  const known = allMetricKeys();
  const own = metrics.filter((key) => metricKeys.includes(key) || !known.includes(key));
  return own.length > 0 ? own : undefined;
}

/** Groups by their dataset, in the order of the first one of each. */
export function datasetsOf(
  groups: readonly ReportedGroup[],
): { readonly dataset: string; readonly groups: readonly ReportedGroup[] }[] {
  return [...new Set(groups.map(({ dataset }) => dataset))].map((dataset) => ({
    dataset,
    groups: groups.filter((group) => group.dataset === dataset),
  }));
}

function hasTest(metrics: Readonly<Record<string, number>>): boolean {
  return Object.keys(metrics).length > 0;
}
