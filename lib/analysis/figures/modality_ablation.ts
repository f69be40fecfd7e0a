/** What each set of modalities is worth. @module */

import { MODALITIES } from "../../data/mod.ts";
import { identityOf } from "../../training/configuration.ts";
import type { RunEntry } from "../../studies/runs/mod.ts";
import { bandPoint, legendHeight, legendOf } from "./bands.ts";
import { estimateLayers, heightOf } from "./estimates.ts";
import { Figure } from "./figure.ts";
import { metricBounds, metricName } from "../../evaluation/protocols.ts";
import { WIDTH } from "./theme.ts";

/**
 * A metric on test by the modalities that a model was given: the mean over seeds, its 95 % t
 * interval, and each seed as a small mark. Sets are written `T+A+V`, single ones first. Runs of a
 * model with other settings are a series of their own, named by the settings that differ.
 *
 * @throws {TypeError} no run has the metric
 *
 * @example
 * ```ts
 * import { modalityAblation } from "./modality_ablation.ts";
 * import { train } from "../../session/train.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "constant",
 *   data: "synthetic:n=16",
 *   engine: "cpu",
 *   out,
 * });
 * assertMatch(modalityAblation(run.entries()).description, /^MAE on test by modalities/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function modalityAblation(runs: readonly RunEntry[], key = "mae"): Figure {
  const known = runs.filter((run) => run.test[key] !== undefined);
  const seeds = known.map((run) => ({
    model: seriesOf(run, known),
    modalities: setName(String(run.config["modalities"])),
    value: run.test[key]!,
  }));
  if (seeds.length === 0) {
    throw new TypeError(`Cannot draw "${key}": no run has it, expected a metric on test`);
  }
  const sets = [...new Set(seeds.map(({ modalities }) => modalities))]
    .sort((a, b) => a.length - b.length || orderOf(a) - orderOf(b));
  const models = [...new Set(seeds.map(({ model }) => model))];
  const means = models.flatMap((model) =>
    sets.flatMap((modalities) => {
      const values = seeds.filter((seed) => seed.model === model && seed.modalities === modalities)
        .map(({ value }) => value);
      if (values.length === 0) return [];
      return [{ ...bandPoint(model, 0, values, metricBounds(key)), model, modalities }];
    })
  );
  const color = {
    field: "model",
    type: "nominal",
    scale: { domain: models },
    legend: legendOf(models, "circle"),
  };
  return new Figure({
    description: `${metricName(key)} on test by modalities (text, audio, vision): ` +
      `mean and 95 % interval over seeds, ${models.join(", ")}`,
    width: WIDTH,
    height: heightOf(sets.length, models.length) +
      (models.length > 1 ? 20 + legendHeight(models) : 0),
    autosize: { type: "fit", contains: "padding" },
    encoding: {
      x: { title: `${metricName(key)} on test`, scale: { zero: false } },
      y: { field: "modalities", type: "nominal", sort: sets, title: null, axis: { grid: true } },
      ...models.length > 1
        ? { yOffset: { field: "model", type: "nominal", scale: { domain: models } } }
        : {},
      color,
    },
    layer: [
      {
        data: { values: seeds },
        mark: { type: "tick", thickness: 1, size: 7, opacity: 0.45 },
        encoding: { x: { field: "value", type: "quantitative" } },
      },
      { data: { values: means }, layer: estimateLayers({ filled: true }) },
    ],
  });
}

/** The model, with the settings in which its runs differ beyond their modalities and their seed. */
function seriesOf(run: RunEntry, runs: readonly RunEntry[]): string {
  const others = runs.filter(({ model, dataset }) =>
    model === run.model && dataset === run.dataset
  );
  const differing = Object.keys(identityOf(run.config)).filter((key) =>
    key !== "modalities" && others.some(({ config }) => config[key] !== run.config[key])
  );
  const settings = differing.map((key) => `${key} ${run.config[key]}`).join(", ");
  return settings === "" ? run.model : `${run.model} (${settings})`;
}

/** `text,vision` → `T+V` */
function setName(modalities: string): string {
  const given = modalities.split(",");
  return MODALITIES.filter((name) => given.includes(name))
    .map((name) => name[0]!.toUpperCase()).join("+");
}

/** Where a set stands among those of its size. */
function orderOf(set: string): number {
  return [...set.replaceAll("+", "")].reduce((sum, letter) => 4 * sum + "TAV".indexOf(letter), 0);
}
