/**
 * A report: everything that a study shows, and what is needed to doubt it, in one file.
 *
 * @module
 */

import type { CompareOptions } from "../comparison/compare_pair.ts";
import { cardParts } from "./cards.ts";
import { DARK_COLORS } from "../figures/theme.ts";
import { readReport } from "./content.ts";
import { list, page, paragraph, section } from "../../display/html.ts";
import { dataSection, readsSection, runsSection, skippedSection } from "./provenance.ts";
import { robustnessPart } from "./robustness.ts";
import { comparisonPart, datasetsOf, resultsPart, studySection, trainingPart } from "./results.ts";

/**
 * Makes a page of a folder of runs: tables, verdicts, figures, model cards, data, reads of test,
 * settings, versions. It holds all that it shows, asks nothing of the network, and is the same bytes
 * for the same folder.
 *
 * @param folder `OUT/STUDY`, or any folder of runs
 * @param metrics that models are compared by
 * @param options how they are compared, for example with margins of equivalence
 * @throws {RunError} there is no finished run in it
 * @throws {DataError} the study's definition is damaged, or vega cannot be loaded
 * @throws {UsageError} a metric is unknown, or a margin does not fit it
 *
 * @example
 * ```ts
 * import { train } from "../../session/mod.ts";
 * import { makeReport } from "./report.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * await train({ model: "constant", data: "synthetic:n=32", runs: 1, engine: "cpu", out });
 * const html = await makeReport(out); // for a file, or an iframe
 * assertMatch(html, /1 model, 1 dataset, 1 finished run/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function makeReport(
  folder: string,
  metrics: readonly string[] = ["mae"],
  options: CompareOptions = {},
): Promise<string> {
  const content = readReport(folder);
  const { groups, search, skipped } = content;
  const runs = groups.flatMap((group) => group.runs);
  const ended = runs.map(({ record }) => record.ended ?? "").sort().at(-1)!.slice(0, 10);
  const count = (values: readonly unknown[], name: string) => {
    const { size } = new Set(values);
    return `${size} ${name}${size === 1 ? "" : "s"}`;
  };
  const summary = [
    count(groups.map(({ model }) => model), "model"),
    count(groups.map(({ dataset }) => dataset), "dataset"),
    count(runs, "finished run"),
  ].join(", ") + (ended === "" ? "" : `; the last one ended on ${ended}`);
  const warning = skipped.length === 0
    ? []
    : [`${skipped.length} folders were passed over; see the end`];
  return page(
    content.title,
    [
      paragraph(summary),
      list(warning),
      await studySection(content),
      ...await Promise.all(
        // Of a search, its table tells all trials; there is no use in a card of each.
        datasetsOf(search?.best ?? groups).map(async ({ dataset, groups }) =>
          section(
            dataset,
            ...search === null
              ? [resultsPart(groups), await comparisonPart(groups, folder, metrics, options)]
              : [],
            await trainingPart(groups),
            await robustnessPart(groups, metrics),
            await cardParts(search === null ? groups : groups.slice(0, 1), folder),
          )
        ),
      ),
      dataSection(content),
      readsSection(content),
      runsSection(content),
      skippedSection(content),
    ].filter((part) => part !== "").join("\n"),
    DARK_FIGURES,
  );
}

/** Drawings on a dark page. */
const DARK_FIGURES = `@media screen and (prefers-color-scheme: dark) {
${
  Object.entries(DARK_COLORS).flatMap(([light, dark]) =>
    ["fill", "stroke"].map((key) => `figure svg [${key}="${light}"] { ${key}: ${dark}; }`)
  ).join("\n")
}
}
`;
