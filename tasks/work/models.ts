/** The work of `deno task models`. @module */

import { UsageError } from "../../lib/core/mod.ts";
import { textTable } from "../../lib/display/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { MODELS, needsText } from "../../lib/models/mod.ts";
import { Candidates, parameterCounts, type Trainable } from "../../lib/training/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { dataOf, sourceOf } from "../shared/data_flags.ts";

/** Lists the models, and what can be said of them with the data. */
export async function work(call: Call): Promise<Outcome> {
  const hasData = call.get("data") !== undefined || sourceOf(call).files !== undefined;
  const bert = call.get("bert");
  if (bert !== undefined && !hasData) {
    throw new UsageError("Cannot use --bert without --data: nothing is tried without data");
  }
  using candidates = hasData
    ? await Candidates.open({ ...dataOf(call), ...(bert ? { bert } : {}), onWarning: warn })
    : null;
  // Networks are made to be counted, and nothing is computed.
  await openEngine({ engine: "cpu" });
  const models = MODELS.map((model) => {
    const { name, summary, kind, year, needs } = model;
    const data = candidates?.check(model);
    const parameters = parameterCounts(model);
    return { name, summary, kind, year, needs, parameters, ...(data ? { data } : {}) };
  });
  const own = candidates === null ? [] : [candidates.dataset];
  const rows = models.map(({ name, year, needs, parameters, data }) => [
    name,
    String(year ?? "-"),
    needsText(needs) || "-",
    ...Object.values(parameters).map((count) => count === null ? "-" : thousands(count)),
    ...(data === undefined ? [] : [onData(data)]),
  ]);
  const datasets = Object.keys(models[0]!.parameters);
  const header = ["model", "year", "needs", ...datasets, ...own];
  console.log(textTable([header, ...rows], `lll${"r".repeat(datasets.length + own.length)}`));
  const remarks = remarksOf(models);
  if (remarks.length > 0) console.log(["", ...remarks].join("\n"));
  return { json: { ...(candidates ? { dataset: candidates.dataset } : {}), models } };
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

function onData({ runs, parameters }: Trainable): string {
  if (!runs) return "no";
  return parameters === null ? "yes" : thousands(parameters);
}

/** Why models cannot be trained, and what would be odd about the others: each once, with their names. */
function remarksOf(models: readonly { readonly name: string; readonly data?: Trainable }[]) {
  const texts = models.flatMap(({ name, data }) =>
    [...data?.warnings ?? [], ...(data?.reason ? [data.reason] : [])].map((text) => ({
      name,
      text,
    }))
  );
  const names = Map.groupBy(texts, ({ text }) => text);
  return [...names].map(([text, of]) => `${of.map(({ name }) => name).join(", ")}: ${text}`);
}
