/** A model of one's own, which no registry knows: settings, layers, buffers, a BERT. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { type Dataset, loadDataset, makeSynthetic } from "../../lib/data/mod.ts";
import { type Engine, openEngine, tf } from "../../lib/engine/mod.ts";
import {
  count,
  type Inputs,
  learningRate,
  type Loss,
  type ModelContext,
  Network,
  type NetworkDefinition,
  number,
  oneOf,
  type Outputs,
  type Setting,
  type Target,
} from "../../lib/models/mod.ts";
import type { DropoutNoise } from "../../lib/nn/dropout.ts";
import { maskedMean } from "../../lib/nn/mask.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import { trainRun } from "../../lib/training/run.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { forEachEngine, HAS_TENSORFLOW } from "../engine/engines.ts";
import { withFolder } from "./small.ts";
import { BERT, DATA } from "./small_bert.ts";

/** Words that other models own with other rules, on purpose. */
const settings = {
  classes: count(9, "classes of the last layer"),
  encoder: oneOf(["lstm", "mean"], "what reads audio"),
  margin: number(-0.5, "added to the score"),
  filters: count(6, "features of the hidden layer"),
  learningRate: learningRate(1e-2),
};

/** A layer, batch normalization, an LSTM above a layer, and what is cut off where it is asked for. */
class Own extends Network<typeof settings> {
  readonly #hidden = this.modalities.map((name) =>
    this.linear(`hidden.${name}`, this.widths[name]!, this.settings.filters)
  );
  readonly #norm = this.batchNorm("norm", this.modalities.length * this.settings.filters);
  readonly #score = this.linear("score", this.modalities.length * this.settings.filters, 1);

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const means = this.modalities.map((name, i) =>
      this.#hidden[i]!.apply(maskedMean(inputs[name] as tf.Tensor3D, inputs[`${name}Lengths`]!))
    );
    const hidden = tf.tanh(this.#norm.apply(tf.concat2d(means, 1), noise));
    const score = tf.add(this.#score.apply(hidden), this.settings.margin);
    return { prediction: tf.reshape(score, [-1]) };
  }
}

function own(create = (context: ModelContext<typeof settings>): Network => new Own(context)) {
  const definition: NetworkDefinition<typeof settings> = {
    name: "own",
    summary: "a model of one's own",
    kind: "network",
    year: null,
    needs: [],
    settings,
    create,
  };
  return definition;
}

function train(
  engine: Engine,
  out: string,
  given: Readonly<Record<string, Setting>> = {},
  { model = own(), dataset = makeSynthetic({ n: 48 }) as Dataset, ...rest } = {},
) {
  return trainRun({
    model,
    dataset,
    protocol: "mosi",
    modalities: dataset.modalities,
    seed: 1111,
    settings: { batchSize: 16, epochs: 3, ...given },
    nonfinite: "zero",
    engine,
    out,
    resume: true,
    loadSeconds: 0,
    commandLine: [],
    ...rest,
  });
}

Deno.test("a model's own settings follow its own rules, whatever other models call theirs", async () => {
  const engine = await openEngine({ engine: "cpu" });
  await withFolder(async (out) => {
    const { summary } = await train(engine, out, { classes: 4, encoder: "mean", margin: -0.25 });
    const { config } = new RunFolder(summary.path).readFinished();
    assertEquals([config["classes"], config["encoder"], config["margin"]], [4, "mean", -0.25]);
    const refuse = (given: Record<string, Setting>, message: string) =>
      assertRejects(() => train(engine, out, given), UsageError, message);
    await refuse(
      { filters: 2.5 },
      "Cannot set filters to 2.5: expected a whole number of 1 or more",
    );
    await refuse({ encoder: "biLstm" }, "expected one of lstm, mean");
    await refuse({ clases: 3 }, 'Unknown setting "clases": did you mean "classes"');
  });
});

Deno.test({
  name: "a network with batch normalization compiles, and predicts the same when cpu reopens it" +
    (HAS_TENSORFLOW ? "" : " (skipped: there is no second engine)"),
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    await withFolder(async (out) => {
      const dataset = makeSynthetic({ n: 48 });
      const engine = await openEngine({ engine: "tensorflow", steps: "checked" });
      const { summary } = await train(engine, out, {}, { dataset });
      const file = new RunFolder(summary.path).file("model.safetensors");
      const { weights } = readWeights(file);
      const means = weights.get("norm.running_mean")!.values;
      assert(means.some((value) => value !== 0), "the running statistics are saved");
      const scores: Float32Array[] = [];
      for (const name of ["tensorflow", "cpu"] as const) {
        using run = openRun(summary.path, await openEngine({ engine: name }), own());
        scores.push(await run.predict(dataset.splits.test!));
      }
      scores[0]!.forEach((score, i) => assertAlmostEquals(score, scores[1]![i]!, 1e-5));
    });
  },
});

forEachEngine("a network with buffers resumes and ends in the same bits", async (engine) => {
  await withFolder(async (out) => {
    const weightsOf = ({ summary }: { summary: { path: string } }) =>
      readWeights(new RunFolder(summary.path).file("model.safetensors")).weights;
    const whole = weightsOf(await train(engine, `${out}/whole`));
    const controller = new AbortController();
    const stop = {
      signal: controller.signal,
      onEpoch: () => controller.abort(new Error("enough")),
    };
    const parts = () => train(engine, `${out}/parts`, {}, stop as { model?: never });
    await assertRejects(parts, Error, "enough");
    assertEquals(weightsOf(await train(engine, `${out}/parts`)), whole);
  });
});

forEachEngine(
  "a network trains a BERT without a line of its own, and predicts words",
  async (engine) => {
    await withFolder(async (out) => {
      const dataset = loadDataset(DATA, { protocol: "mosi", modalities: ["text"], text: "bert" });
      const given = { text: "bert", bert: BERT, learningRateBert: 1e-3, epochs: 1, batchSize: 8 };
      const warnings: string[] = [];
      const listen = { dataset, onWarning: (message: string) => warnings.push(message) };
      const { summary } = await train(engine, out, given, listen as { dataset: Dataset });
      assertEquals(warnings, [], "a BERT's pooler is known to have no gradient");
      using run = openRun(summary.path, engine, own());
      const [good, bad] = [await run.predictText("so good"), await run.predictText("bad")];
      assert(Number.isFinite(good) && good !== bad);
    });
  },
);

/** A layer that nothing depends on, and one that is known to. */
class CutOff extends Own {
  readonly #first = this.linear("first", 1, 1);
  readonly #second = this.linear("second", 1, 1);

  override get idle() {
    return this.isTold ? ["first.weight", "first.bias", "second.weight", "second.bias"] : [];
  }

  constructor(context: ModelContext<typeof settings>, readonly isTold: boolean) {
    super(context);
    assert(this.#first !== undefined && this.#second !== undefined);
  }
}

Deno.test("training names parameters that have no gradient, once, unless they are known to", async () => {
  const engine = await openEngine({ engine: "cpu" });
  for (const isTold of [false, true]) {
    await withFolder(async (out) => {
      const warnings: string[] = [];
      const model = own((context) => new CutOff(context, isTold));
      const listen = { model, onWarning: (message: string) => warnings.push(message) };
      await train(engine, out, {}, listen as { model: typeof model });
      assertEquals(warnings.length, isTold ? 0 : 1);
      if (!isTold) {
        const names = "first.weight, first.bias, second.weight, second.bias";
        assert(warnings[0]!.startsWith("4 of 14 parameters have no gradient"), warnings[0]);
        assert(warnings[0]!.endsWith(names), warnings[0]);
      }
    });
  }
});

/** Learns what people labelled for audio by itself. */
class HumanLabels extends Own {
  static seen: Record<string, number[]>[] = [];

  override loss(outputs: Outputs, target: Target): Loss {
    const { labelsOf } = target;
    HumanLabels.seen.push(
      Object.fromEntries(Object.entries(labelsOf).map(([name, { shape }]) => [name, shape])),
    );
    const total = labelsOf.audio === undefined
      ? tf.mean(tf.abs(tf.sub(outputs.prediction, target.labels)))
      : tf.mean(tf.abs(tf.sub(outputs.prediction, labelsOf.audio)));
    return { total: total as tf.Scalar, parts: {} };
  }
}

Deno.test("a loss sees human unimodal labels where the data have them", async () => {
  const engine = await openEngine({ engine: "cpu", steps: "eager" });
  const plain = makeSynthetic({ n: 48 });
  const labelled = Object.fromEntries(
    Object.entries(plain.splits).map(([name, split]) => [name, {
      ...split,
      unimodalLabels: { audio: new Float32Array(split.samples).fill(-2) },
    }]),
  );
  const bare = Object.fromEntries(
    Object.entries(plain.splits).map(([name, split]) => [name, { ...split, unimodalLabels: {} }]),
  );
  const model = own((context) => new HumanLabels(context));
  for (const [splits, shape] of [[labelled, [16]], [bare, undefined]] as const) {
    HumanLabels.seen = [];
    await withFolder(async (out) => {
      const dataset = { ...plain, splits } as Dataset;
      await train(engine, out, { epochs: 1 }, { model, dataset });
      assertEquals(HumanLabels.seen[0]!["audio"], shape as number[] | undefined);
    });
  }
});
