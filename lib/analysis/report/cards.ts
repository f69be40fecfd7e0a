/** Model cards: what a model is, how it was trained, what it does, where it ends. @module */

import { DataError } from "../../core/errors.ts";
import { protocolOf, readPredictions, selectSplit } from "../../evaluation/mod.ts";
import { findModel, MODELS, needsText } from "../../models/mod.ts";
import { defaultsFor } from "../../training/config.ts";
import { resolveConfig, RunFolder } from "../../training/mod.ts";
import { medianRun } from "../comparison/compare_pair.ts";
import {
  coarseLabels,
  confusionMatrix,
  type Figure,
  labelDiagnostics,
  labelHistograms,
  predictedAgainstTrue,
  residualsByLabel,
} from "../figures/mod.ts";
import { ERRORS_FILE, forPage, RunErrors } from "../errors/mod.ts";
import { type ReportedGroup, type ReportedRun, withoutFolder } from "./content.ts";
import { largestErrors } from "./largest_errors.ts";
import { facts, heading, paragraph, part, table } from "../../display/html.ts";
import { drawn } from "./results.ts";
import { spreadText } from "../spread.ts";

/** What holds for every model. */
const GENERAL_LIMITS =
  "Trained and tested on the dataset named, in its language and with its raters' scale; scores may " +
  "lie beyond the scale. Not made to judge people";

/** Keys of a configuration that say what was trained, not how. */
const IDENTITY = ["model", "dataset", "protocol", "modalities", "nonfinite", "seed"];

/** A card for each model. */
export async function cardParts(
  groups: readonly ReportedGroup[],
  folder: string,
): Promise<string> {
  const cards: string[] = [];
  for (const group of groups) cards.push(await cardOf(group, folder));
  return cards.join("\n");
}

async function cardOf(group: ReportedGroup, folder: string): Promise<string> {
  const { label, model, dataset, runs } = group;
  const { config, protocol } = runs[0]!.entry;
  const definition = MODELS.find(({ name }) => name === model);
  const card = definition?.card;
  const { parameters } = runs[0]!.record.summary ?? {};
  const lines = [
    ["What it is", definition?.summary ?? "a model that this version does not know"],
    ["Source", card?.source],
    ["Published", definition?.year?.toString()],
    ["Made for data with", needsText(definition?.needs ?? [])],
    ["Parameters", parameters?.toLocaleString("en-US")],
    ["Our reading", card?.reading],
    ["Limits", [card?.limits, GENERAL_LIMITS].filter((text) => text !== undefined).join(". ")],
    ["Data", `${dataset}, judged as ${protocol}, from ${config["modalities"]}`],
    ["Seeds", runs.map(({ entry }) => entry.seed).join(", ")],
    ["Settings that differ from the defaults", changedSettings(runs[0]!)],
  ].filter((row): row is [string, string] => row[1] !== undefined && row[1] !== "");
  const [first] = protocolOf(config).metrics;
  const median = runs[medianRun(runs.map(({ entry }) => entry.valid[first!.key]))]!;
  const shown = shownOrReason(median, [median, ...runs]);
  return part(
    `${label} on ${dataset}`,
    facts(lines),
    metricTable(group),
    heading(`The run of median ${first!.name} on valid: seed ${median.entry.seed}`, 4),
    ...typeof shown === "string"
      ? [paragraph(withoutFolder(shown, folder))]
      : [await drawn(shown.figures), shown.errors],
    paragraph(`All settings: ${settingsText(config)}`, true),
  );
}

/** Settings of a run that are not the defaults of its model; nothing for an unknown model. */
function changedSettings({ entry }: ReportedRun): string {
  const { config, model, dataset, protocol } = entry;
  if (!MODELS.some(({ name }) => name === model)) return "";
  let defaults: Readonly<Record<string, unknown>>;
  try {
    const { preset } = config;
    const given = preset === undefined ? {} : { preset };
    defaults = resolveConfig(findModel(model), defaultsFor(dataset, protocol), given);
  } catch {
    // Settings of another version.
    return "not known: the defaults of this version are others";
  }
  const keys = Object.keys(config).filter((key) =>
    !IDENTITY.includes(key) && config[key] !== defaults[key]
  );
  return keys.map((key) => `${key} = ${config[key]}`).join(", ") || "none";
}

function settingsText(config: Readonly<Record<string, unknown>>): string {
  return Object.entries(config).filter(([key]) => !IDENTITY.includes(key))
    .map(([key, value]) => `${key} = ${value}`).join(", ");
}

/** Metrics by split with their spread and what they are. */
function metricTable({ runs }: ReportedGroup): string {
  const { config } = runs[0]!.entry;
  const rows = protocolOf(config).metrics.map(({ key, name, definition }) => {
    const cell = (split: "valid" | "test") => {
      const values = runs.map(({ entry }) => entry[split][key]).filter((v) => v !== undefined);
      return values.length === 0 ? "" : spreadText(values);
    };
    return [name, cell("valid"), cell("test"), definition];
  });
  return table(["metric", "valid", "test", "what it is"], rows);
}

/** What a card shows of a run. */
interface ShownRun {
  readonly figures: readonly Figure[];
  /** A table of the largest errors; empty where there are no scores. */
  readonly errors: string;
}

/** Figures and errors of a run; a text where its predictions are missing or damaged. */
function shownOrReason(run: ReportedRun, runs: readonly ReportedRun[]): ShownRun | string {
  try {
    return shownOf(run, runs);
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

function shownOf({ entry, history }: ReportedRun, runs: readonly ReportedRun[]): ShownRun {
  const rows = readPredictions(new RunFolder(entry.path).file("predictions.csv"));
  const split = rows.some(({ split }) => split === "test") ? "test" : "valid";
  const scores = rows.some((row) => row.split === split && row.label === null)
    ? null
    : selectSplit(rows, split);
  const protocol = protocolOf(entry.config);
  const matrices = protocol.metrics.filter(({ kind, classes }) =>
    kind === "share" && classes !== undefined
  );
  const labels = history.some(({ unimodalLabels }) => unimodalLabels !== undefined);
  const isScored = scores !== null && entry.config["classes"] === undefined;
  const figures = [
    ...isScored ? [predictedAgainstTrue(scores, protocol), residualsByLabel(scores, protocol)] : [],
    ...scores === null ? [] : matrices.map(({ key }) => confusionMatrix(scores, protocol, key)),
    ...labels ? [labelHistograms(coarseLabels(history)), labelDiagnostics(history)] : [],
  ];
  const errors = isScored
    ? keptErrors(runs, split) ??
      heading(`The largest errors on ${split}`, 4) + largestErrors(scores)
    : "";
  return { figures, errors };
}

function readErrors({ path }: ReportedRun["entry"]): RunErrors | "damaged" | null {
  try {
    return RunErrors.read(new RunFolder(path).file(ERRORS_FILE));
  } catch (error) {
    if (error instanceof DataError) return "damaged"; // Figures stand without it.
    throw error;
  }
}

/** What `evaluate --errors` found on the split that the run was made for; null where it was not asked. */
function keptErrors(runs: readonly ReportedRun[], split: string): string | null {
  for (const { entry, record } of runs) {
    const found = readErrors(entry);
    if (found === "damaged") {
      return paragraph(`${ERRORS_FILE} of seed ${entry.seed} is damaged, and not shown`);
    }
    if (found === null || found.split !== split || found.data !== record.data.path) continue;
    return heading(`The largest errors on ${split}: seed ${entry.seed}`, 4) + forPage(found);
  }
  return null;
}
