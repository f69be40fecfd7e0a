import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { parseCsv } from "../../lib/core/csv.ts";
import { DataError, NonFiniteLossError, RunError, UsageError } from "../../lib/core/errors.ts";
import { exists } from "../../lib/core/files.ts";
import { lockFolder } from "../../lib/core/lock.ts";
import type { Dataset, FeatureColumn, Split } from "../../lib/data/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { PROTOCOLS, readPredictions, selectSplit } from "../../lib/evaluation/mod.ts";
import { Interrupt } from "../../lib/training/interrupt.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import type { RunOutcome } from "../../lib/training/run_options.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { forEachEngine, HAS_TENSORFLOW } from "../engine/engines.ts";
import { firstSamples, makeNetwork, relabelled, smallData, withSplits } from "../models/small.ts";
import { train, withFolder } from "./small.ts";

/** Files of a run that must not depend on when and where it ran. */
const REPRODUCIBLE = [
  "model.safetensors",
  "labels.csv",
  "predictions.csv",
  "metrics.json",
  "config.json",
];

function bytesOf(run: RunFolder): Record<string, Uint8Array> {
  return Object.fromEntries(REPRODUCIBLE.map((name) => [name, Deno.readFileSync(run.file(name))]));
}

const WHOLE = new Map<string, Promise<RunOutcome>>();
const WHOLE_FOLDER = Deno.makeTempDirSync();
Deno.test.afterAll(() => Deno.removeSync(WHOLE_FOLDER, { recursive: true }));

/** A run of {@linkcode smallData} that never stopped, trained once an engine: not to be changed. */
function wholeRun(engine: Engine): Promise<RunOutcome> {
  const { name } = engine;
  const whole = WHOLE.get(name) ?? train(engine, smallData(), join(WHOLE_FOLDER, name));
  WHOLE.set(name, whole);
  return whole;
}

forEachEngine("trainRun() writes the run's folder", async (engine) => {
  await withFolder(async (out) => {
    const dataset = smallData();
    const seen: string[] = [];
    const { summary, skipped } = await train(engine, dataset, out, {
      onStart: (config, finished) => seen.push(`${config["batchSize"]} ${finished}`),
      onEpoch: (record) => seen.push(`epoch ${record.epoch}`),
    });
    assertEquals([skipped, seen[0], seen.length], [false, "7 0", 1 + summary.epochs]);
    const run = new RunFolder(summary.path);
    assertEquals(run.path, join(out, "self-mm", "synthetic", "1111"));
    const names = [...Deno.readDirSync(run.path)].map(({ name }) => name).sort();
    assertEquals(names, [
      "checkpoint",
      "config.json",
      "history.jsonl",
      "labels.csv",
      "metrics.json",
      "model.safetensors",
      "predictions.csv",
      "run.json",
    ]);
    const { config, record } = run.readFinished();
    assertEquals(config["seed"], 1111);
    assertEquals(config["learningRateOther"], 1e-2);
    assertEquals(config["earlyStop"], 8, "defaults are there too");
    assertEquals(record.data.widths, { text: 6, audio: 3, vision: 4 });
    assertEquals([record.engine, record.seed, record.commandLine], [engine.name, 1111, ["--x"]]);
    assertEquals(record.data.sha256, dataset.sha256());
    assert(Date.parse(record.ended!) >= Date.parse(record.started));
    assertEquals(JSON.parse(JSON.stringify(summary)), record.summary!);
    const history = Deno.readTextFileSync(run.file("history.jsonl")).trimEnd().split("\n");
    assertEquals(history.map((line) => JSON.parse(line).epoch), [1, 2, 3, 4]);
    const best = JSON.parse(history[summary.bestEpoch - 1]!);
    assertEquals(best.valid, summary.valid, "valid metrics are those of the best epoch");
  });
});

forEachEngine(
  "trainRun() writes predictions whose metrics are those of metrics.json",
  async (engine) => {
    const { splits } = smallData();
    const { summary } = await wholeRun(engine);
    const run = new RunFolder(summary.path);
    const rows = readPredictions(run.file("predictions.csv"));
    const { valid, test } = splits;
    assertEquals(rows.map(({ id }) => id), [...valid!.ids, ...test!.ids]);
    assertEquals(rows.map(({ label }) => label), [...valid!.labels!, ...test!.labels!]);
    const metrics = JSON.parse(Deno.readTextFileSync(run.file("metrics.json")));
    for (const split of ["valid", "test"] as const) {
      const { predictions, labels } = selectSplit(rows, split);
      assertEquals(PROTOCOLS.mosi.evaluate(predictions, labels).values, metrics[split]);
      assertEquals(metrics[split], summary[split]);
    }
    const { rows: labels } = parseCsv(Deno.readTextFileSync(run.file("labels.csv")));
    assertEquals(labels.map(([id]) => id), [...splits.train!.ids]);
  },
);

forEachEngine(
  "trainRun() gives the same bytes for one seed, others for another",
  async (engine) => {
    await withFolder(async (out) => {
      const first = bytesOf(new RunFolder((await wholeRun(engine)).summary.path));
      const folders = [];
      for (const [name, seed] of [["b", 1111], ["c", 1112]] as const) {
        const { summary } = await train(engine, smallData(), join(out, name), { seed });
        folders.push(bytesOf(new RunFolder(summary.path)));
      }
      const [again, other] = folders;
      assertEquals(again, first);
      for (const name of REPRODUCIBLE) assertNotEquals(other![name], first![name], name);
    });
  },
);

forEachEngine("trainRun() skips a finished run and touches nothing", async (engine) => {
  await withFolder(async (out) => {
    const { summary } = await train(engine, smallData(), out);
    const stamps = () =>
      [...Deno.readDirSync(summary.path)].map(({ name }) => {
        const { mtime, ino } = Deno.statSync(join(summary.path, name));
        return [name, name === "." ? 0 : mtime, ino];
      });
    const before = stamps();
    const again = await train(engine, smallData(), out, { onStart: () => assert(false) });
    assertEquals([again.skipped, again.summary.test], [true, summary.test]);
    assertEquals(stamps(), before);
    const settings = { batchSize: 4 };
    const fixed = () => train(engine, smallData(), out, { settings, isFixed: true });
    await assertRejects(
      fixed,
      RunError,
      "(batchSize: there 7, wanted 4), expected the same, or another folder with --out",
    );
    const other = await train(engine, smallData(), out, { settings });
    assertEquals(other.summary.path, `${summary.path}~batchSize=4`);
    const otherData = await train(engine, smallData({ seed: 4 }), out);
    assertMatch(otherData.summary.dataset, /^synthetic-[0-9a-f]{8}$/);
    assertEquals(otherData.summary.path, join(out, "self-mm", otherData.summary.dataset, "1111"));
    assertEquals(stamps(), before);
  });
});

/** Aborts a training after its fourth batch, in epoch 2. */
async function interrupted(
  engine: Awaited<ReturnType<typeof openEngine>>,
  dataset: Dataset,
  out: string,
): Promise<RunFolder> {
  const controller = new AbortController();
  let batches = 0;
  const training = () =>
    train(engine, dataset, out, {
      signal: controller.signal,
      onBatch: () => ++batches === 4 ? controller.abort(new Interrupt("SIGTERM")) : null,
    });
  const error = await assertRejects(training, Interrupt, "Stopped by SIGTERM");
  assertEquals(error.exitStatus, 143);
  return RunFolder.at(out, "self-mm", "synthetic", 1111);
}

forEachEngine(
  "trainRun() resumed ends in the bytes of a run that never stopped",
  async (engine) => {
    await withFolder(async (out) => {
      const dataset = smallData();
      const whole = await wholeRun(engine);
      const run = await interrupted(engine, dataset, join(out, "stopped"));
      const { status, message } = run.readRecord()!;
      assertEquals([status, message], ["interrupted", "Stopped by SIGTERM"]);
      assertEquals(Deno.readTextFileSync(run.file("history.jsonl")).split("\n").length - 1, 1);
      assertEquals(exists(run.file("model.safetensors")), false);
      await assertRejects(
        () => train(engine, dataset, join(out, "stopped")),
        RunError,
        "it holds an unfinished run (interrupted), expected --resume",
      );
      let finished = -1;
      const { summary, skipped } = await train(engine, dataset, join(out, "stopped"), {
        resume: true,
        onStart: (_, epochs) => finished = epochs,
      });
      assertEquals([finished, skipped, summary.epochs], [1, false, 4]);
      assertEquals(bytesOf(run), bytesOf(new RunFolder(whole.summary.path)));
      const losses = (folder: RunFolder) =>
        Deno.readTextFileSync(folder.file("history.jsonl")).trimEnd().split("\n").map((line) => {
          const { seconds: _, tensors: __, ...record } = JSON.parse(line);
          return record;
        });
      assertEquals(losses(run), losses(new RunFolder(whole.summary.path)));
    });
  },
);

Deno.test("trainRun() goes on with a run beside the first, and ends in the same bytes", async () => {
  await withFolder(async (out) => {
    const engine = await openEngine({ engine: "cpu" });
    const dataset = smallData();
    const first = await train(engine, dataset, out, { settings: { H: 1, epochs: 1 } });
    const before = bytesOf(new RunFolder(first.summary.path));
    await interrupted(engine, dataset, out);
    const beside = RunFolder.at(out, "self-mm", "synthetic", 1111, "H=3,epochs=4");
    assertEquals(beside.readRecord()!.status, "interrupted");
    await assertRejects(() => train(engine, dataset, out), RunError, "an unfinished run");
    const { summary, skipped } = await train(engine, dataset, out, { resume: true });
    assertEquals([skipped, summary.path], [false, beside.path]);
    // How often it is saved is not what is trained.
    const settings = { checkpointSeconds: 0 };
    assertEquals((await train(engine, dataset, out, { settings })).skipped, true);
    assertEquals(bytesOf(beside), bytesOf(new RunFolder((await wholeRun(engine)).summary.path)));
    assertEquals(bytesOf(new RunFolder(first.summary.path)), before);
  });
});

forEachEngine("trainRun() refuses a damaged checkpoint, and loses nothing", async (engine) => {
  await withFolder(async (out) => {
    const dataset = smallData();
    const run = await interrupted(engine, dataset, out);
    const whole = Deno.readFileSync(run.checkpoint);
    Deno.writeFileSync(run.checkpoint, whole.subarray(0, whole.length - 4));
    const history = Deno.readTextFileSync(run.file("history.jsonl"));
    const resume = () => train(engine, dataset, out, { resume: true });
    await assertRejects(resume, DataError, run.checkpoint);
    assertEquals(run.readRecord()!.status, "failed");
    assertEquals(Deno.readFileSync(run.checkpoint).length, whole.length - 4);
    assertEquals(Deno.readTextFileSync(run.file("history.jsonl")), history);
    Deno.writeFileSync(run.checkpoint, whole);
    assertEquals((await resume()).summary.epochs, 4);
  });
});

Deno.test({
  name: "trainRun() refuses to resume on another engine" +
    (HAS_TENSORFLOW ? "" : " (skipped: there is no second engine)"),
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await withFolder(async (out) => {
      const dataset = smallData();
      await interrupted(await openEngine({ engine: "tensorflow" }), dataset, out);
      const cpu = await openEngine({ engine: "cpu" });
      const resume = () => train(cpu, dataset, out, { resume: true });
      await assertRejects(resume, RunError, 'on engine "cpu": it was made on "tensorflow"');
    });
  },
});

forEachEngine("trainRun() refuses a folder in use, and names the process", async (engine) => {
  await withFolder(async (out) => {
    const folder = RunFolder.at(out, "self-mm", "synthetic", 1111);
    using _lock = lockFolder(folder.path);
    const training = () => train(engine, smallData(), out);
    await assertRejects(training, RunError, `process ${Deno.pid}`);
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [".lock"]);
  });
});

/** The data with audio that is NaN from the read number `first` of the train split on. */
function brokenFrom(dataset: Dataset, first: number): Dataset {
  let reads = 0;
  return withSplits(dataset, {
    train: (split) => {
      const audio: FeatureColumn = new Proxy(split.features.audio!, {
        get: (column, key) => {
          const value = Reflect.get(column, key, column);
          if (typeof value !== "function") return value;
          return (indices: ArrayLike<number>, target: Float32Array, ...rest: unknown[]) => {
            value.call(column, indices, target, ...rest);
            if (++reads >= first) target.fill(NaN);
          };
        },
      });
      return { ...split, features: { ...split.features, audio } };
    },
  });
}

forEachEngine(
  "trainRun() keeps the best weights and a record when a loss is not finite",
  async (engine) => {
    await withFolder(async (out) => {
      const dataset = smallData();
      // The fifth batch is the second one of epoch 2.
      const training = () => train(engine, brokenFrom(dataset, 5), out);
      const error = await assertRejects(training, NonFiniteLossError, "epoch 2, batch 2 is NaN");
      const run = RunFolder.at(out, "self-mm", "synthetic", 1111);
      const path = run.file("model.safetensors");
      assert(error.message.endsWith(`; the best weights so far are kept in "${path}"`));
      assert(dataset.splits.train!.ids.some((id) => error.message.includes(id)));
      const { status, message, ended } = run.readRecord()!;
      assertEquals([status, message, typeof ended], ["failed", error.message, "string"]);
      const one = await train(engine, dataset, join(out, "one"), { settings: { epochs: 1 } });
      const weights = readWeights(join(one.summary.path, "model.safetensors")).weights;
      assertEquals(readWeights(path).weights, weights, "those of epoch 1");
    });
  },
);

forEachEngine(
  "trainRun() fails in epoch 1 without weights, and names the samples",
  async (engine) => {
    await withFolder(async (out) => {
      const training = () => train(engine, brokenFrom(smallData(), 1), out);
      const error = await assertRejects(training, NonFiniteLossError, "epoch 1, batch 1 is NaN");
      assert(!error.message.includes("kept"));
      const run = RunFolder.at(out, "self-mm", "synthetic", 1111);
      assertEquals([run.readRecord()!.status, exists(run.file("model.safetensors"))], [
        "failed",
        false,
      ]);
    });
  },
);

forEachEngine("trainRun() stops where the weights run away", async (engine) => {
  await withFolder(async (out) => {
    const settings = { learningRateOther: 1e30, learningRateAudio: 1e30, updateEpochs: 1 };
    const training = () => train(engine, smallData(), out, { settings });
    await assertRejects(training, NonFiniteLossError, "Cannot go on training");
  });
});

forEachEngine("trainRun() writes nothing where it cannot begin", async (engine) => {
  const dataset = smallData();
  const without = (name: "train" | "valid") => withSplits(dataset, { [name]: undefined });
  const table: [Dataset, Parameters<typeof train>[3], new (message: string) => Error, string][] = [
    [without("train"), {}, DataError, 'split "train" is missing'],
    [without("valid"), {}, DataError, 'split "valid" is missing'],
    [dataset, { settings: { batch: 4 } }, UsageError, 'Unknown setting "batch"'],
    [
      { ...dataset, modalities: ["text"] },
      { modalities: dataset.modalities },
      UsageError,
      "it has no audio and vision",
    ],
    [dataset, { modalities: [] }, UsageError, "no modality is chosen"],
  ];
  for (const [data, options, error, message] of table) {
    await withFolder(async (out) => {
      await assertRejects(() => train(engine, data, out, options), error, message);
      assertEquals([...Deno.readDirSync(out)], []);
    });
  }
});

forEachEngine(
  "trainRun() does without a test split, and with unlabelled test samples",
  async (engine) => {
    const dataset = smallData();
    const unlabelled = (split: Split): Split => ({ ...split, labels: null });
    for (const test of [undefined, unlabelled]) {
      await withFolder(async (out) => {
        const { summary } = await train(engine, withSplits(dataset, { test }), out);
        assertEquals([summary.test, Object.keys(summary.valid).length > 5], [{}, true]);
        const run = new RunFolder(summary.path);
        const rows = readPredictions(run.file("predictions.csv"));
        assertEquals(rows.length, test === undefined ? 5 : 16);
        if (test !== undefined) assertEquals(rows.at(-1)!.label, null);
        assertEquals(Object.keys(JSON.parse(Deno.readTextFileSync(run.file("metrics.json")))), [
          "valid",
        ]);
      });
    }
  },
);

forEachEngine(
  "trainRun() trains on splits of one sample, of one sign, and in one batch",
  async (engine) => {
    const dataset = smallData();
    const one = (split: Split) => firstSamples(split, 1);
    const positive = (split: Split) => relabelled(split, (label) => Math.abs(label) + 0.2);
    const table: [Dataset, Record<string, number | string>][] = [
      [withSplits(dataset, { train: one, valid: one, test: one }), { mode: "robust" }],
      [withSplits(dataset, { valid: one, test: one }), {}],
      [withSplits(dataset, { train: positive, valid: positive, test: positive }), {}],
      [dataset, { batchSize: 500, updateEpochs: 1 }],
      [dataset, { batchSize: 500, mode: "robust" }],
    ];
    for (const [data, settings] of table) {
      await withFolder(async (out) => {
        const { summary } = await train(engine, data, out, {
          settings: { ...settings, epochs: 2 },
        });
        for (const value of Object.values({ ...summary.valid, ...summary.test })) {
          assert(Number.isFinite(value));
        }
      });
    }
  },
);

forEachEngine(
  "trainRun() decays apart from the gradient in robust mode, in it otherwise",
  async (engine) => {
    const dataset = smallData();
    const settings = { epochs: 1, learningRateOther: 0.1, weightDecayOther: 0.05 };
    const network = makeNetwork(dataset, settings);
    const name = "post_text_layer_1.weight";
    const start = Float32Array.from(await network.parameters.get(name).data());
    network.dispose();
    for (const mode of ["reference", "robust"]) {
      await withFolder(async (out) => {
        const { summary } = await train(engine, dataset, out, { settings: { ...settings, mode } });
        const { weights } = readWeights(join(summary.path, "model.safetensors"));
        // In epoch 1 nothing but the decay moves the unimodal heads; robust mode takes 2 steps.
        const factor = (1 - 0.1 * 0.05) ** 2;
        const isDecayed = start.every((value, i) =>
          Math.abs(weights.get(name)!.values[i]! - factor * value) < 1e-6
        );
        assertEquals(isDecayed, mode === "robust", mode);
      });
    }
  },
);

forEachEngine("trainRun() fits a regressor", async (engine) => {
  await withFolder(async (out) => {
    const dataset = smallData();
    const options = { model: "constant", settings: { value: "median" } };
    const { summary } = await train(engine, dataset, out, options);
    assertEquals([summary.epochs, summary.bestEpoch, summary.epochSeconds], [0, 0, []]);
    const run = new RunFolder(summary.path);
    const sorted = dataset.splits.train!.labels!.toSorted();
    const { weights } = readWeights(run.file("model.safetensors"));
    assertEquals(weights.get("value"), { shape: [1], values: Float32Array.of(sorted[10]!) });
    assertEquals(exists(run.file("history.jsonl")), false);
    const again = await train(engine, dataset, out, options);
    assertEquals(again.skipped, true);
  });
});
