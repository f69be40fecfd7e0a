/** What only recorded steps can get wrong. `compile_test.ts` holds what all engines promise. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../../lib/core/errors.ts";
import type { PhiloxKey } from "../../../lib/core/philox.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import { batchOrder, makeSynthetic } from "../../../lib/data/mod.ts";
import { type Engine, lstm, openEngine } from "../../../lib/engine/mod.ts";
import { compileEager } from "../../../lib/engine/compile.ts";
import type { NodeBackend } from "../../../lib/engine/tensorflow/binding/ops.ts";
import { uniform } from "../../../lib/engine/uniform.ts";
import { findModel } from "../../../lib/models/mod.ts";
import { resolveConfig } from "../../../lib/training/config.ts";
import { Learner } from "../../../lib/training/learner.ts";
import { Adam } from "../../../lib/training/optimizer.ts";
import { copyWeights } from "../../../lib/training/weights.ts";
import { forEachEngine, HAS_TENSORFLOW } from "../engines.ts";

function onTensorFlow(name: string, test: (engine: Engine) => void | Promise<void>): void {
  Deno.test({
    name: HAS_TENSORFLOW ? name : `${name} (skipped: TensorFlow's library is not here)`,
    ignore: !HAS_TENSORFLOW,
    fn: async () => await test(await openEngine({ engine: "tensorflow" })),
  });
}

/** On the engines that record steps: `cpu` too, whose own tests are in `cpu_compile_test.ts`. */
function onRecorders(name: string, test: (engine: Engine) => void | Promise<void>): void {
  forEachEngine(name, async (engine) => {
    if (engine.name !== "webgpu") await test(engine);
  });
}

onRecorders("compile() refuses a tensor that was made before and not declared", (engine) => {
  const hidden = tf.tensor1d([1, 2]);
  const step = engine.compile(({ x }) => ({ y: tf.add(x!, hidden) }), { state: {} });
  const x = tf.tensor1d([3, 4]);
  assertThrows(() => step({ x }), EngineError, "expected it among the inputs, the state");
  const declared = engine.compile(({ x }) => ({ y: tf.add(x!, hidden) }), {
    state: {},
    statics: { hidden },
  });
  const { y } = declared({ x });
  assertEquals([...y!.dataSync()], [4, 6]);
  tf.dispose([hidden, x, y!]);
  step.dispose();
  declared.dispose();
});

onRecorders("compile() in check mode catches a number that was frozen", (engine) => {
  let rate = 0.1;
  const step = engine.compile(({ x }) => ({ y: tf.mul(x!, rate) }), { state: {}, check: true });
  const x = tf.tensor1d([1]);
  tf.dispose(step({ x }));
  rate = 0.2;
  assertThrows(() => step({ x }), EngineError, "has to be an input or part of the state");
  x.dispose();
  step.dispose();
});

onRecorders(
  "compile() catches a frozen number and a changed branch without check mode",
  (engine) => {
    for (const isBranch of [false, true]) {
      let call = 1;
      const step = engine.compile(({ x }) => {
        if (isBranch) return { y: call > 1 ? tf.square(x!) : tf.neg(x!) };
        return { y: tf.mul(x!, call) };
      }, { state: {} });
      const x = tf.tensor1d([1]);
      assertThrows(
        () => {
          for (; call <= 16; call++) tf.dispose(step({ x }));
        },
        EngineError,
        "at call 16",
      );
      x.dispose();
      step.dispose();
    }
  },
);

onRecorders(
  "compile() in check mode compares state and outputs with the step itself",
  (engine) => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const step = engine.compile(({ x }) => {
      weight.assign(tf.add(weight, x!));
      return { sum: tf.sum(weight) };
    }, { state: { weight }, check: true });
    const x = tf.tensor1d([1, 1]);
    for (let i = 1; i <= 3; i++) {
      const { sum } = step({ x });
      assertEquals(sum!.dataSync()[0], 3 + 2 * i);
      sum!.dispose();
    }
    assertEquals([...weight.dataSync()], [4, 5]);
    tf.dispose([x, weight]);
    step.dispose();
  },
);

onRecorders("a compiled step changes its variables, not what shares their values", (engine) => {
  const weight = tf.variable(tf.tensor1d([1, 2]));
  const step = engine.compile(({ x }) => {
    weight.assign(tf.add(weight, x!));
    return {};
  }, { state: { weight } });
  const x = tf.tensor1d([1, 1]);
  step({ x });
  const clone = weight.clone(), column = tf.reshape(weight, [2, 1]);
  step({ x });
  const later = tf.mul(weight, 1);
  step({ x });
  assertEquals([...clone.dataSync()], [2, 3]);
  assertEquals([...column.dataSync()], [2, 3]);
  assertEquals([...later.dataSync()], [3, 4]);
  assertEquals([...weight.dataSync()], [4, 5]);
  weight.assign(clone);
  step({ x });
  assertEquals([...weight.dataSync()], [3, 4]);
  tf.dispose([x, clone, column, later, weight]);
  step.dispose();
});

/** Calls `use`, and counts the functions that TensorFlow is told to make or to forget. */
function counted(use: () => void): { made: number; removed: number } {
  const { native } = (tf.backend() as unknown as NodeBackend).binding.memory;
  const counts = { made: 0, removed: 0 };
  const { TFE_ContextAddFunction: add, TFE_ContextRemoveFunction: remove } = native;
  const counting = native as { -readonly [name in keyof typeof native]: (typeof native)[name] };
  counting.TFE_ContextAddFunction = (...words) => (counts.made++, add(...words));
  counting.TFE_ContextRemoveFunction = (...words) => (counts.removed++, remove(...words));
  try {
    use();
  } finally {
    Object.assign(counting, { TFE_ContextAddFunction: add, TFE_ContextRemoveFunction: remove });
  }
  return counts;
}

onTensorFlow("steps that differ in state and random keys alone share a function", (engine) => {
  const x = tf.ones([4, 7]), counter = tf.tensor1d([0, 0, 1, 1], "int32");
  // Of two seeds, and of one with another rate.
  const learn = (key: PhiloxKey, rate: number) => {
    const total = tf.variable(tf.fill([4, 7], key[0]));
    const run = ({ x, counter }: { x: tf.Tensor; counter: tf.Tensor1D }) => {
      const kept = tf.greaterEqual(uniform([4, 7], key, counter), rate);
      total.assign(tf.add(total, tf.where(kept, x, tf.zerosLike(x))));
      return { sum: tf.sum(total), same: tf.mean(x) };
    };
    const step = engine.compile(run, { state: { total } });
    const both = [step, run].map((call) => {
      total.assign(tf.fill([4, 7], key[0]));
      return tf.tidy(() => [call({ x, counter }).sum.dataSync()[0], ...total.dataSync()]);
    });
    assertEquals(both[0], both[1]);
    return { step, total, made: both[0]! };
  };
  tf.tidy(() => {
    const steps: ReturnType<typeof learn>[] = [];
    const use = (key: PhiloxKey, rate: number) => () => void steps.push(learn(key, rate));
    assertEquals(counted(use([5, 6], 0.5)), { made: 1, removed: 0 });
    assertEquals(counted(use([7, 8], 0.5)), { made: 0, removed: 0 });
    assertEquals(counted(use([5, 6], 0.25)), { made: 1, removed: 0 });
    assertNotEquals(steps[0]!.made.slice(1).map((v) => v! + 2), steps[1]!.made.slice(1));
    // One of them ends, and the other goes on; then a third one finds what both have left.
    steps[0]!.step.dispose();
    const { step, total } = steps[1]!;
    total.assign(tf.zeros([4, 7]));
    step({ x, counter } as never);
    step.dispose();
    assertEquals(counted(use([9, 9], 0.5)), { made: 0, removed: 0 });
    for (const { step, total } of steps.slice(2)) {
      step.dispose();
      total.dispose();
    }
  });
  // In the end those that were used last are left.
  const { made, removed } = counted(() => {
    for (let i = 0; i < 50; i++) {
      const step = engine.compile(({ x }) => ({ y: tf.mul(x!, i + 0.5) }), { state: {} });
      tf.dispose(step({ x }));
      step.dispose();
    }
  });
  assertEquals(made, 50);
  assert(removed >= 50 - 32, `${removed}`);
  tf.dispose([x, counter]);
});

onTensorFlow("a step that differs from a known one at last leaves nothing behind", (engine) => {
  const learn = (rate: number) => {
    const weight = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const step = engine.compile(() => {
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar);
      weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, rate)));
      return { value };
    }, { state: { weight } });
    const { value } = step({});
    assertEquals([value!.dataSync()[0], ...weight.dataSync()], [5, 1 - 2 * rate, 2 - 4 * rate]);
    tf.dispose([value!, weight]);
    step.dispose();
  };
  const before = tf.memory().numTensors;
  assertEquals(counted(() => [0.5, 0.25, 0.5].forEach(learn)).made, 2);
  assertEquals(tf.memory().numTensors, before);
});

onTensorFlow("compile() catches a key of random numbers that changes", (engine) => {
  let key: PhiloxKey = [1, 2];
  const step = engine.compile(({ counter }) => ({
    y: uniform([2], key, counter as tf.Tensor1D),
  }), { state: {}, check: true });
  const counter = tf.tensor1d([0, 0, 1, 1], "int32");
  tf.dispose(step({ counter }));
  key = [1, 3];
  assertThrows(() => step({ counter }), EngineError, "at call 2 its op 0 is another random key");
  counter.dispose();
  step.dispose();
});

onRecorders(
  "what a step returns as it was given, or as a constant, is the caller's own",
  (engine) => {
    const w = tf.tidy(() => tf.variable(tf.scalar(3))), before = tf.memory().numTensors;
    const step = engine.compile(({ x }) => ({ x: x!, w, one: tf.scalar(1) }), { state: { w } });
    for (let i = 1; i <= 3; i++) {
      const x = tf.tensor1d([i, i]), made = step({ x });
      x.dispose();
      const values = Object.values(made).map((tensor) => [...tensor.dataSync()]);
      assertEquals(values, [[i, i], [3], [1]]);
      tf.dispose(made);
    }
    step.dispose();
    assertEquals(tf.memory().numTensors, before);
    w.dispose();
  },
);

onRecorders("compile() tells apart what is the same only when it is recorded", (engine) => {
  const zeros = tf.zeros([2]);
  const [a, b] = [tf.variable(zeros), tf.variable(zeros)];
  zeros.dispose();
  const step = engine.compile(({ x, y }) => {
    a.assign(tf.add(a, x!));
    b.assign(tf.sub(b, y!));
    return { both: tf.stack([a, b]), one: tf.add(tf.scalar(1), 0), again: tf.reshape(x!, [2, 1]) };
  }, { state: { a, b } });
  for (let i = 1; i <= 3; i++) {
    const x = tf.tensor1d([1, 2]), y = i === 1 ? x : tf.tensor1d([10, 20]);
    const made = step({ x, y });
    if (i > 1) y.dispose();
    x.dispose();
    const values = Object.values(made).map((tensor) => [...tensor.dataSync()]);
    const down = 10 * (i - 1) + 1;
    assertEquals(values, [[i, 2 * i, -down, -2 * down], [1], [1, 2]]);
    tf.dispose(made);
  }
  tf.dispose([a, b]);
  step.dispose();
});

onRecorders("compile() tells a state variable from an input that is the same tensor", (engine) => {
  const w = tf.variable(tf.scalar(1));
  const step = engine.compile(({ x }) => ({ y: tf.mul(w, x!) }), { state: { w } });
  for (const value of [1, 10, 20]) {
    const x = value === 1 ? w : tf.scalar(value), { y } = step({ x });
    assertEquals(y!.dataSync()[0], value);
    tf.dispose([y!, ...x === w ? [] : [x]]);
  }
  step.dispose();
  w.dispose();
});

onRecorders("compile() records anew for another type, and keeps lists as they were", (engine) => {
  const halved = engine.compile(({ x }) => ({ y: tf.div(x!, tf.scalar(2, x!.dtype)) }), {
    state: {},
  });
  const whole = tf.tensor1d([3], "int32"), exact = tf.tensor1d([3]);
  const made = [whole, exact].map((x) => halved({ x }).y!);
  assertEquals(made.map((y) => [y.dtype, y.dataSync()[0]]), [["int32", 1], ["float32", 1.5]]);
  const padding: [number, number][] = [[1, 0]];
  const padded = engine.compile(({ x }) => {
    padding[0]![0] = 1;
    const y = tf.pad(x!, padding);
    padding[0]![0] = 3;
    return { y };
  }, { state: {} });
  for (let i = 0; i < 2; i++) {
    const { y } = padded({ x: exact });
    assertEquals([...y!.dataSync()], [0, 3]);
    y!.dispose();
  }
  tf.dispose([whole, exact, made]);
  halved.dispose();
  padded.dispose();
});

onRecorders("compile() refuses a step that looks at values", (engine) => {
  const step = engine.compile(({ x }) => ({ y: tf.mul(x!, tf.sum(x!).dataSync()[0]!) }), {
    state: {},
  });
  const x = tf.tensor1d([1, 1]);
  assertThrows(() => step({ x }), EngineError, "has no value while a step is compiled");
  x.dispose();
});

onRecorders(
  "compile() makes one function for each shape, and each gives its own result",
  (engine) => {
    const step = engine.compile(({ x }) => ({ y: tf.mean(x!) }), { state: {} });
    for (const values of [[1, 2, 3], [5, 7], [1, 2, 6], [2]]) {
      const x = tf.tensor1d(values);
      const { y } = step({ x });
      const mean = values.reduce((a, b) => a + b) / values.length;
      assertAlmostEquals(y!.dataSync()[0]!, mean, 1e-6);
      tf.dispose([x, y!]);
    }
    step.dispose();
  },
);

onRecorders("compile() takes new lengths of an LSTM without compiling anew", (engine) => {
  const weights = {
    weightIh: tf.ones<tf.Rank.R2>([8, 3]),
    weightHh: tf.ones<tf.Rank.R2>([8, 2]),
    bias: tf.zeros<tf.Rank.R1>([8]),
  };
  const run = (inputs: { [name: string]: tf.Tensor }) =>
    lstm(inputs["x"] as tf.Tensor3D, inputs["lengths"] as tf.Tensor1D, weights, {
      output: "final",
      timeMajor: true,
    });
  const step = engine.compile((inputs) => ({ h: run(inputs) }), { state: {}, statics: weights });
  const x = tf.randomUniform<tf.Rank.R3>([100, 8, 3], -1, 1, "float32", 1);
  for (const longest of [100, 40, 1]) {
    const lengths = tf.tensor1d(
      Array.from({ length: 8 }, (_, i) => 1 + (37 * i) % longest),
      "int32",
    );
    const [h, expected] = [step({ x, lengths }).h!, tf.tidy(() => run({ x, lengths }))];
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(h, expected))).dataSync()[0]!);
    assert(difference < 1e-6, `${difference}`);
    tf.dispose([lengths, h, expected]);
  }
  tf.dispose([x, ...Object.values(weights)]);
  step.dispose();
});

onRecorders(
  "a compiled training equals the same run op by op, and leaks nothing",
  async (engine) => {
    using dataset = makeSynthetic({ n: 44, audioSteps: 70 });
    const train = dataset.splits.train!;
    const model = findModel("self-mm");
    assert(model.kind === "network");
    const learn = async (compile: Engine["compile"]) => {
      const settings = resolveConfig(model, "mosi", { batchSize: 8 });
      const random = RandomStream.fromSeed(5);
      const widths = { text: 16, audio: 6, vision: 8 };
      const network = model.create({
        settings,
        protocol: "mosi",
        modalities: dataset.modalities,
        widths,
        trainLabels: train.labels!,
        random,
      });
      const adam = new Adam(network.parameters, network.groups, { decay: "l2" });
      const learner = new Learner({ ...engine, compile }, network, adam, random);
      const counts: number[] = [];
      for (let epoch = 1; epoch <= 3; epoch++) {
        for (const [i, indices] of batchOrder(44, 8).entries()) {
          const group = { startsGroup: i % 4 === 0, endsGroup: i % 4 === 3 };
          await learner.step(train, indices, { epoch, batch: i + 1, ...group });
        }
        counts.push(tf.memory().numTensors);
      }
      const weights = await copyWeights(learner.variables());
      learner.dispose();
      network.dispose();
      assertEquals(counts[2], counts[1], "tensors are flat across epochs");
      return weights;
    };
    const before = tf.memory().numTensors;
    const compiled = await learn(engine.compile);
    const eager = await learn(compileEager);
    assertEquals(tf.memory().numTensors, before);
    for (const [name, { values }] of eager) {
      const actual = compiled.get(name)!.values;
      values.forEach((value, i) =>
        assertAlmostEquals(actual[i]!, value, 1e-5 * Math.max(1, Math.abs(value)), name)
      );
    }
  },
);

onRecorders("compile() lets variables swap their values, and take one twice", (engine) => {
  const [a, b] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3, 4]))];
  const step = engine.compile(() => {
    const before = tf.clone(a);
    a.assign(tf.neg(a));
    a.assign(tf.mul(b, 1));
    b.assign(before);
    return { a: tf.mul(a, 1) };
  }, { state: { a, b } });
  for (let i = 1; i <= 4; i++) {
    const made = step({});
    const [own, other] = i % 2 === 1 ? [[3, 4], [1, 2]] : [[1, 2], [3, 4]];
    assertEquals([a, b, made.a].map((tensor) => [...tensor.dataSync()]), [own, other, own]);
    made.a.dispose();
  }
  tf.dispose([a, b]);
  step.dispose();
});
