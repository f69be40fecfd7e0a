/** The parts of a report that say how good the models are. @module */

import { messageOf, UsageError } from "../../core/errors.ts";
import { PROTOCOLS } from "../../evaluation/mod.ts";
import { compareRuns } from "../comparison/compare.ts";
import { rowNames } from "../comparison/groups.ts";
import { headerOf, notesOf, rowsOf } from "../comparison/comparison_format.ts";
import {
  comparisonIntervals,
  type Figure,
  learningCurves,
  modalityAblation,
} from "../figures/mod.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { mean, standardDeviation } from "../../statistics/mod.ts";
import { isConstant } from "../../statistics/descriptive.ts";
import type { StudyTable } from "../../studies/study/mod.ts";
import { escapeXml } from "../../display/xml.ts";
import { type ReportContent, type ReportedGroup, withoutFolder } from "./content.ts";
import { heading, list, paragraph, section, table } from "../../display/html.ts";

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

/**
 * A mean and the standard deviation over seeds, `0.713 ± 0.012`, as terminals and papers have it; the
 * value alone where there is one seed, or the same value for each.
 */
export function spreadText(values: readonly number[]): string {
  // A small negative value is not printed as -0.000.
  const rounded = (value: number) => value.toFixed(3).replace(/^-(0\.0*)$/, "$1");
  if (values.length < 2 || isConstant(values)) return rounded(values[0]!);
  return `${rounded(mean(values))} ± ${rounded(standardDeviation(values))}`;
}

/** Tables of metrics on test, one a dataset; on valid where the runs saw no test. */
export function resultTables({ groups }: ReportContent): string {
  const tables = datasetsOf(groups).map(({ dataset, groups }) => {
    const split = groups.some(({ runs }) => runs.some(({ entry }) => hasTest(entry.test)))
      ? "test"
      : "valid";
    const { metrics } = PROTOCOLS[groups[0]!.runs[0]!.entry.protocol];
    const { model, nameOf } = rowNames(groups.map(({ label }) => label));
    const rows = groups.map(({ label, runs }) => [
      nameOf(label),
      String(runs.length),
      ...metrics.map(({ key }) => {
        const values = runs.map(({ entry }) => entry[split][key]).filter((v) => v !== undefined);
        return values.length === 0 ? "" : spreadText(values);
      }),
    ]);
    return heading(`${model === null ? "" : `${model} on `}${dataset}, ${split}`) +
      table(
        [model === null ? "model" : "setting", "seeds", ...metrics.map(({ name }) => name)],
        rows,
      );
  });
  const note =
    "Mean ± standard deviation over seeds, which tells what another seed would change, not other " +
    "test samples. Without ±, there is one seed or all gave the same.";
  return section("Results", ...tables, paragraph(note, true));
}

/** The study's table with what others have published. */
export function studySection(study: StudyTable | null): string {
  if (study === null) return "";
  const rows = study.rows.flatMap((row) => [
    [
      row.name,
      String(row.seeds.length),
      ...study.metrics.map((key) => {
        const ours = row.ours[key];
        if (ours === undefined) return "";
        const { mean, deviation } = ours;
        return mean.toFixed(3) + (deviation ? ` ± ${deviation.toFixed(3)}` : "");
      }),
    ],
    ...row.published.map(({ label, values }) => [
      `${label}`,
      "",
      ...study.metrics.map((key) => {
        const found = values[key];
        if (found === undefined) return "";
        return found.value.toFixed(3) +
          (found.isInside === null ? "" : found.isInside ? " +" : " −");
      }),
    ]),
  ]);
  const isMarked = study.rows.some(({ published }) =>
    published.some(({ values }) => Object.values(values).some(({ isInside }) => isInside !== null))
  );
  const marks = isMarked ? ["Published: + inside, − outside our 95 % interval over seeds"] : [];
  const missing = study.missing.map((name) => `Not finished: ${name}`);
  return section(
    "The study",
    paragraph(`Mean ± standard deviation over seeds on ${study.split}`, true),
    table(["row", "seeds", ...study.metrics.map(metricName)], rows),
    list([...marks, ...study.notes, ...missing]),
  );
}

/** Learning curves, and what each set of modalities is worth. */
export async function trainingSection({ groups }: ReportContent): Promise<string> {
  const figures = datasetsOf(groups).flatMap(({ groups }) => {
    const { nameOf } = rowNames(groups.map(({ label }) => label));
    const curves = groups.flatMap(({ label, runs }) =>
      runs.filter(({ history }) => history.length > 0)
        .map(({ history }) => ({ name: nameOf(label), history }))
    );
    const entries = groups.flatMap(({ runs }) => runs.map(({ entry }) => entry));
    const sets = new Set(entries.map(({ config }) => config["modalities"]));
    return [
      ...curves.length === 0
        ? []
        : [learningCurves(curves, "valid.mae"), learningCurves(curves, "trainLoss")],
      ...sets.size < 2 || !entries.some(({ test }) => hasTest(test))
        ? []
        : [modalityAblation(entries, "mae")],
    ];
  });
  return section("Training", await drawn(figures));
}

/** Verdicts between the models of each dataset, one family of tests a dataset. */
export async function comparisonSection(
  { groups, folder }: ReportContent,
  metrics: readonly string[],
): Promise<string> {
  const parts = await Promise.all(
    datasetsOf(groups).map(async ({ dataset, groups }) => {
      if (groups.length < 2) return "";
      const runs = groups.flatMap((group) => group.runs.map(({ entry }) => entry));
      try {
        const found = compareRuns(runs, metrics);
        const figures = metrics.filter((key) => found.comparisons.some((c) => c.metric === key))
          .map((key) => comparisonIntervals(found.comparisons, key));
        return heading(dataset) + await drawn(figures) + table(headerOf(found), rowsOf(found)) +
          list(notesOf(found));
      } catch (error) {
        if (error instanceof UsageError) throw error;
        return heading(dataset) + paragraph(withoutFolder(messageOf(error), folder));
      }
    }),
  );
  return section("Comparisons", ...parts);
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
