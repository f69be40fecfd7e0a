import { assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/core/errors.ts";
import { findModel } from "../../../lib/models/mod.ts";
import {
  rankTrials,
  type RunEntry,
  type SearchOptions,
  searchStudy,
  type Study,
  trainCommand,
} from "../../../lib/studies/mod.ts";
import { scoreTrial } from "../../../lib/studies/search/search.ts";

const OPTIONS: SearchOptions = {
  model: findModel("cnn"),
  space: { batchSize: [8, 16], dropout: { uniform: [0, 0.5] } },
  trials: 4,
  seed: 1,
  seeds: [1, 2],
  data: "synthetic",
  metric: "mae",
  settings: { epochs: "3" },
};

/** The study with a run a seed of each trial; `valid` gives its metrics. */
function ran(options: SearchOptions, valid: (trial: number, seed: number) => number[]): Study {
  const definition = searchStudy(options);
  const groups = definition.cells.map((cell, trial) => ({
    cell,
    dataset: "synthetic",
    runs: definition.seeds.map((seed): RunEntry => {
      const [mae, corr] = valid(trial + 1, seed);
      return {
        ...{
          path: "x",
          model: "cnn",
          dataset: "synthetic",
          seed,
          variant: "",
          sha256: "",
          identity: "{}",
          setting: cell.slug,
        },
        ...{ protocol: "mosi", engine: "cpu", device: "cpu", epochs: 1, bestEpoch: 1, started: "" },
        ...{ valid: { mae: mae!, corr: corr! }, test: {}, config: {} },
      };
    }),
  }));
  return { folder: "x", definition, groups, skipped: [] };
}

Deno.test("searchStudy() draws the same trials for a seed, and more of them go on", () => {
  const four = searchStudy(OPTIONS).cells;
  assertEquals(searchStudy(OPTIONS).cells, four);
  assertEquals(searchStudy({ ...OPTIONS, trials: 6 }).cells.slice(0, 4), four);
  assertNotEquals(searchStudy({ ...OPTIONS, seed: 2 }).cells, four);
  assertEquals(four[0]!.settings["epochs"], 3);
  assertEquals(new Set(four.map(({ settings }) => JSON.stringify(settings))).size, 4);
});

Deno.test("searchStudy() refuses a setting that is searched and set", () => {
  const settings = { dropout: 0.1 };
  assertThrows(() => searchStudy({ ...OPTIONS, settings }), UsageError, "Cannot search dropout");
});

Deno.test("rankTrials() sorts by the mean over seeds, in the direction of the metric", () => {
  const study = ran(OPTIONS, (trial, seed) => [[0.5, 0.3, 0.4, 0.4][trial - 1]! + seed, trial]);
  const order = (metric: string) => rankTrials(study, metric).map(({ trial }) => trial.slice(-1));
  assertEquals(order("mae"), ["2", "3", "4", "1"]);
  assertEquals(order("corr"), ["4", "3", "2", "1"]);
  assertAlmostEquals(rankTrials(study, "mae")[0]!.score, (1.3 + 2.3) / 2, 1e-12);
});

Deno.test("rankTrials() leaves out a trial that lacks a seed", () => {
  const study = ran(OPTIONS, (trial) => [trial, 0]);
  const [first, ...others] = study.groups;
  const groups = [{ ...first!, runs: first!.runs.slice(1) }, ...others];
  assertEquals(rankTrials({ ...study, groups }, "mae")[0]!.trial, "trial-002");
});

Deno.test("what scores a trial cannot be given test: the types refuse it", () => {
  const run = ran(OPTIONS, (trial) => [trial, 0]).groups[0]!.runs[0]!;
  assertEquals(scoreTrial({ valid: run.valid }, "mae"), 1);
  // @ts-expect-error metrics of test are none of valid
  assertThrows(() => scoreTrial({ test: { mae: 0 } }, "mae"));
  // @ts-expect-error a whole run has metrics of test too
  assertEquals(scoreTrial(run, "mae"), 1);
});

Deno.test("trainCommand() gives the settings to train, as flags", () => {
  const further = ["--protocol", "mosi"];
  const command = trainCommand({ model: "cnn", data: "synthetic" }, { batchSize: 8 }, further);
  assertEquals(
    command.join(" "),
    "deno task train --model cnn --data synthetic --protocol mosi --set batchSize=8 --runs 5",
  );
});
