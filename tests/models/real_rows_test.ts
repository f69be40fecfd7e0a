/**
 * Every network on real rows, and what it is worth on made ones: at its full size only with
 * MSA_SLOW_TESTS=1. Those that read nothing but a BERT are trained on words by the contract.
 */

import { assert } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { findModel, type ModelDefinition, MODELS, type Setting } from "../../lib/models/mod.ts";
import { openTraining, resolveConfig, type RunSummary } from "../../lib/training/mod.ts";
import { HAS_TENSORFLOW } from "../engine/engines.ts";
import { withFolder } from "../training/small.ts";
import { smallSettings } from "./networks.ts";

type Settings = Readonly<Record<string, Setting>>;

const NETWORKS = MODELS.filter(({ kind, needs }) => kind === "network" && !needs.includes("bert"));
const SHARED = new URL("../../../shared/data/", import.meta.url).pathname;
const IS_SLOW = Deno.env.get("MSA_SLOW_TESTS") === "1";
const ENGINE = HAS_TENSORFLOW ? "tensorflow" : "cpu";

/** A file and whose metrics it gets, where it does not tell. */
interface Rows {
  readonly data: string;
  readonly protocol?: "mosi";
}

const YOUTUBE: Rows = { data: `${SHARED}youtube.pkl`, protocol: "mosi" };
const SYNTHETIC: Rows = { data: "synthetic" };

/** Real rows of the kind that a model is made for. */
function rowsFor({ needs }: ModelDefinition): Rows {
  if (needs.includes("humanLabels")) return { data: `${SHARED}sims_scalar.pkl` };
  const file = needs.includes("sequences") ? "mosi_text_audio.pkl" : "mosei_video.pkl";
  return { data: SHARED + file };
}

async function train(model: ModelDefinition, rows: Rows, settings: Settings): Promise<RunSummary> {
  let summary: RunSummary;
  await withFolder(async (out) => {
    using training = await openTraining({
      model,
      ...rows,
      settings,
      engine: ENGINE,
      out,
      onWarning: () => {},
    });
    ({ summary } = await training.train(1111));
  });
  return summary!;
}

/** How much of the error of one number for all samples is left. */
async function shareOfConstant(summary: RunSummary, rows: Rows): Promise<number> {
  const floor = await train(findModel("constant"), rows, {});
  return summary.test["mae"]! / floor.test["mae"]!;
}

/** Registers a test that is skipped, in sight, where it cannot be run. */
function test(name: string, missing: string | null, fn: () => Promise<void>): void {
  const note = missing === null ? ` [${ENGINE}]` : ` (skipped: ${missing})`;
  Deno.test({ name: name + note, ignore: missing !== null, fn });
}

/** What a test of real rows lacks. */
function missing({ data }: Rows): string | null {
  return data.startsWith("synthetic") || exists(data) ? null : "../shared is absent";
}

const SLOW = IS_SLOW ? null : "set MSA_SLOW_TESTS=1";

for (const model of NETWORKS) {
  const own = rowsFor(model), isHuman = model.needs.includes("humanLabels");
  for (const rows of isHuman ? [own] : [own, YOUTUBE]) {
    const file = rows.data.split("/").at(-1);
    test(`a small ${model.name} trains on ${file}`, missing(rows), async () => {
      const { valid, test } = await train(model, rows, tinySettings(model));
      for (const { mae, corr } of [valid, test]) {
        assert(Number.isFinite(mae) && Number.isFinite(corr), `${mae}, ${corr}`);
      }
    });
  }

  test(`${model.name} of full size trains on real rows`, SLOW ?? missing(own), async () => {
    const summary = await train(model, own, fullSettings(model));
    const share = await shareOfConstant(summary, own);
    // Features of these files say little about their labels.
    assert(share < 1.25, `MAE ${summary.test["mae"]}, ${share} of constant's`);
  });

  // Made clips have no labels of people; those with them are scalars, and tell as much.
  const told = isHuman ? own : SYNTHETIC;
  test(`${model.name} is 30 % better than constant`, SLOW ?? missing(told), async () => {
    const summary = await train(model, told, fullSettings(model));
    const share = await shareOfConstant(summary, told);
    assert(share < 0.7, `MAE ${summary.test["mae"]}, ${share} of constant's`);
  });
}

/** One epoch of a small network, as fast as at its full size. */
function tinySettings(model: ModelDefinition): Settings {
  const isRate = (key: string) => model.settings[key]?.kind === "learningRate";
  const small = Object.entries(smallSettings(model)).filter(([key]) => !isRate(key));
  return { ...Object.fromEntries(small), batchSize: 16, epochs: 1 };
}

/** Start values, but where they cannot do. */
function fullSettings(model: ModelDefinition): Settings {
  // The code's decay of 0.005 in the gradient lets it learn a constant: METHODS 6.
  if (model.name === "ef-lstm") return { mode: "robust" };
  if (model.name !== "mtfn") return {};
  // With those for SIMS it has 140 million weights, with those for SIMS v2 2.6 million.
  const { preset: _, ...settings } = resolveConfig(model, "simsv2");
  return settings;
}
