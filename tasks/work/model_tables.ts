/** What MODELS.md and CITATION.cff say of the models, from their definitions. @module */

import { markdownCode, markdownTable } from "../../lib/display/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  type ModelDefinition,
  MODELS,
  needsText,
  type SettingRules,
} from "../../lib/models/mod.ts";
import { modelFacts, parameterCounts, settingsOf, settingsTable } from "../../lib/training/mod.ts";

let table: Promise<string> | undefined;

/** A row a model, with its size on each published dataset: made once, since networks are made for it. */
export function modelsTable(): Promise<string> {
  return table ??= makeModelsTable();
}

async function makeModelsTable(): Promise<string> {
  await openEngine({ engine: "cpu" });
  const rows = MODELS.map((model) => {
    const { name, year, needs, summary } = model;
    const counts = Object.entries(parameterCounts(model));
    return {
      datasets: counts.map(([dataset]) => dataset),
      cells: [
        `[${markdownCode(name)}](#${name})`,
        String(year ?? ""),
        needsText(needs),
        ...counts.map(([, count]) => count?.toLocaleString("en-US") ?? ""),
        summary,
      ],
    };
  });
  const header = ["model", "year", "needs", ...rows[0]!.datasets, "is"];
  return markdownTable([header, ...rows.map(({ cells }) => cells)]);
}

/** The settings that networks have without declaring them. */
export function sharedSettingsTable(): string {
  const networks = MODELS.filter(({ kind }) => kind === "network");
  return settingsTable(Object.assign({}, ...networks.map(sharedRules)));
}

/** Those that a model does not declare; `preset` is told of each model by itself. */
function sharedRules(model: ModelDefinition): SettingRules {
  const { preset: _, ...rules } = settingsOf(model);
  return Object.fromEntries(
    Object.entries(rules).filter(([key]) => !Object.hasOwn(model.settings, key)),
  );
}

/** A section a model: what it is, where it is from, what can be set. */
export function modelSections(): string {
  return MODELS.map((model) =>
    [`### ${markdownCode(model.name)}`, modelFacts(model), settingsTable(model.settings)]
      .join("\n\n")
  ).join("\n\n");
}

/** A paper behind a model, as its card names it. */
interface Paper {
  readonly authors: readonly string[];
  readonly title: string;
  readonly venue: string;
  readonly year: number;
}

/**
 * The paper that a card's source begins with: `Authors: Title, VENUE YEAR`; null where it names none.
 */
export function paperOf(source: string): Paper | null {
  const cited = source.split(";")[0]!.replace(/, as \w+ cites it$/, "");
  const parts = /^((?:[\p{L}-]+, )+[\p{L}-]+): (.+), ([^,]+?)(?: \d+,)? (\d{4})$/u.exec(cited);
  if (parts === null) return null;
  const [, authors = "", title = "", venue = "", year] = parts;
  return { authors: authors.split(", "), title, venue, year: Number(year) };
}

/** The papers behind the models as references of CITATION.cff, each once. */
export function references(): string {
  const papers = MODELS.flatMap(({ card }) => paperOf(card?.source ?? "") ?? []);
  const byTitle = new Map(papers.map((paper) => [paper.title, paper]));
  return [...byTitle.values()].map(({ authors, title, venue, year }) => {
    const isArticle = /^(IEEE Transactions|Pattern Recognition)/.test(venue);
    return [
      `  - type: ${isArticle ? "article" : "conference-paper"}`,
      `    title: ${JSON.stringify(title)}`,
      "    authors:",
      ...authorLines(authors),
      `    ${isArticle ? "journal" : "collection-title"}: ${JSON.stringify(venue)}`,
      `    year: ${year}`,
    ].map((line) => `${line}\n`).join("");
  }).join("");
}

/** Each author; CFF refuses two of one name, and cards have no first names: from the second on, others. */
function authorLines(authors: readonly string[]): string[] {
  const second = authors.findIndex((name, i) => authors.indexOf(name) < i);
  const named = second < 0 ? authors : authors.slice(0, second);
  return [
    ...named.map((name) => `      - family-names: ${name}`),
    ...(second < 0 ? [] : ["      - name: others"]),
  ];
}
