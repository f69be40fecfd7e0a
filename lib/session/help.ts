/** What something is and takes, told where one works: in a notebook or a script. @module */

import { UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { Displayable } from "../display/notebook.ts";
import { markdownCode, markdownItem, markdownTable } from "../display/markdown.ts";
import { type Metric, PROTOCOLS } from "../evaluation/mod.ts";
import { type ModelDefinition, type ModelName, MODELS } from "../models/mod.ts";
import { modelPage } from "../training/mod.ts";
import { documentation, publicNames } from "./documentation.ts";
import { HelpPage } from "./help_page.ts";

/**
 * Tells what something is and takes: a function or class of `mod.ts` with its signature and options, an
 * object of one of its classes, a model with its settings, a metric; without anything, what there is.
 * It shows itself in a notebook, and in a script by `console.log`.
 *
 * What it says of functions is their documentation, for which Deno is started (`--allow-run`).
 *
 * @param subject itself, or its name
 * @throws {UsageError} nothing has that name, with the nearest one, or Deno may not be started
 *
 * @example
 * ```ts
 * import { help } from "./help.ts";
 * import { train } from "./train.ts";
 * import { assertMatch } from "@std/assert";
 * assertMatch(`${help(train)}`, /async function train.*[^]*readonly runs\?: number/);
 * assertMatch(`${help("self-mm")}`, /`batchSize` +\| mosi 16, mosei 32/);
 * assertMatch(`${help("corr")}`, /correlation/);
 * ```
 */
export function help(subject?: ModelName | (string & Record<never, never>) | object): Displayable {
  if (subject === undefined) return overview();
  const definition = MODELS.find((model) => model === subject || model.name === subject) ??
    (isDefinition(subject) ? subject : undefined);
  if (definition !== undefined) return new HelpPage(modelPage(definition), "markdown");
  if (isMetric(subject)) return new HelpPage(metricPage([subject]), "markdown");
  const name = nameOf(subject);
  if (name === "Object") {
    throw new UsageError(
      "Cannot help with a plain object: expected a name, a function or class, a model or a metric",
    );
  }
  const metrics = METRICS.get(name);
  if (metrics !== undefined) return new HelpPage(metricPage(metrics), "markdown");
  const text = documentation(name);
  if (text !== null) return new HelpPage(text, "text");
  const known = [...publicNames().keys(), ...MODELS.map((model) => model.name), ...METRICS.keys()];
  throw new UsageError(unknownName("name", name, known));
}

/** Of each key the metrics of all protocols, which may measure clipped values. */
const METRICS: ReadonlyMap<string, readonly Metric[]> = Map.groupBy(
  Object.values(PROTOCOLS).flatMap(({ metrics }) => metrics),
  ({ key }) => key,
);

function isDefinition(subject: object | string): subject is ModelDefinition {
  return typeof subject === "object" && "settings" in subject && "create" in subject;
}

function isMetric(subject: object | string): subject is Metric {
  return typeof subject === "object" && "higherIsBetter" in subject && "definition" in subject;
}

/** The name under which a function, or the class of an object, is documented. */
function nameOf(subject: object | string): string {
  if (typeof subject === "string") return subject;
  return typeof subject === "function" ? subject.name : subject.constructor?.name ?? "Object";
}

/** Metrics of one key, each with the protocols that have it; one's own may be in none. */
function metricPage(metrics: readonly Metric[]): string {
  const [{ key, name, higherIsBetter, bounds }] = metrics as readonly [Metric];
  const facts = [...Map.groupBy(metrics, ({ definition }) => definition)].map(([text, same]) => {
    const of = Object.values(PROTOCOLS).filter((one) => same.some((m) => one.metrics.includes(m)));
    return of.length === 0 ? text : `Of ${of.map((one) => one.name).join(", ")}: ${text}`;
  });
  const range = `${bounds.join(" to ")}, ${higherIsBetter ? "higher" : "lower"} is better`;
  return [
    `Metric ${markdownCode(key)}: ${name}`,
    [...facts, `Range: ${range}`].map(markdownItem).join("\n"),
  ].join("\n\n");
}

/** Everything that has help. */
function overview(): HelpPage {
  const rows = (entries: Iterable<readonly [string, string]>) =>
    markdownTable([["name", "is"], ...[...entries].map(([name, is]) => [markdownCode(name), is])]);
  return new HelpPage(
    [
      `${markdownCode("help(train)")} tells what a function takes, ${
        markdownCode('help("self-mm")')
      } what can be set of a model, ${markdownCode('help("corr")')} what a metric is.`,
      rows(publicNames()),
      rows(MODELS.map(({ name, summary }) => [name, summary])),
      rows([...METRICS].map(([key, [metric]]) => [key, metric!.definition])),
    ].join("\n\n"),
    "markdown",
  );
}
