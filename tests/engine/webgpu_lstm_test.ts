import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../lib/core/errors.ts";
import { fillUniform } from "../../lib/core/philox.ts";
import { type EngineName, lstm, type LstmWeights, openEngine } from "../../lib/engine/mod.ts";
import type { LstmOptions } from "../../lib/engine/lstm.ts";
import { forwardProgram } from "../../lib/engine/webgpu/lstm_programs.ts";
import { onWebGpu } from "./webgpu.ts";

type Options = LstmOptions<"final" | "sequence" | "states">;

const DIRECTIONS: Options[] = [false, true].flatMap((reverse) =>
  [false, true].flatMap((timeMajor) =>
    (["final", "sequence", "states"] as const).map((output) => ({ output, reverse, timeMajor }))
  )
);

/** Uniform numbers in [-size, size). */
function numbers(shape: number[], stream: number, size = 1): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillUniform(values, [stream, 0], [0, 0, 0, 0]);
  return tf.tensor(values.map((value) => (2 * value - 1) * size), shape);
}

/** What an LSTM gives for random inputs: output, gradients of x, W_ih, W_hh and bias. */
async function results(
  lengths: number[],
  sizes: { readonly time: number; readonly input: number; readonly hidden: number },
  options: Options,
  filler: number | null = null,
): Promise<Float32Array[]> {
  const { time, input, hidden } = sizes, batch = lengths.length;
  const tensors = tf.tidy(() => {
    const lengthTensor = tf.tensor1d(lengths, "int32");
    const shape = options.timeMajor ? [time, batch, input] : [batch, time, input];
    const positions = tf.reshape(tf.range(0, time), options.timeMajor ? [time, 1, 1] : [time, 1]);
    const ends = tf.reshape(tf.tensor1d(lengths), options.timeMajor ? [batch, 1] : [batch, 1, 1]);
    const random = numbers(shape, 1);
    const x = filler === null
      ? random
      : tf.where(tf.less(positions, ends), random, tf.fill(shape, filler));
    const scale = 1 / Math.sqrt(hidden);
    const weights = [[4 * hidden, input], [4 * hidden, hidden], [4 * hidden]]
      .map((shape, i) => numbers(shape, 2 + i, scale));
    const run = (x: tf.Tensor, weightIh: tf.Tensor, weightHh: tf.Tensor, bias: tf.Tensor) =>
      lstm(x as tf.Tensor3D, lengthTensor, { weightIh, weightHh, bias } as LstmWeights, options);
    const output: tf.Tensor = run(x, weights[0]!, weights[1]!, weights[2]!);
    const factors = numbers(output.shape, 9);
    const gradients = tf.grads((x, ih, hh, b) =>
      tf.sum(tf.mul(tf.square<tf.Tensor>(run(x!, ih!, hh!, b!)), factors))
    )([x, ...weights]);
    return [output, ...gradients];
  });
  const values: Float32Array[] = [];
  for (const tensor of tensors) values.push(await tensor.data() as Float32Array);
  tf.dispose(tensors);
  return values;
}

async function resultsOn(
  engine: EngineName,
  ...args: Parameters<typeof results>
): Promise<Float32Array[]> {
  await openEngine({ engine });
  return await results(...args);
}

function assertNear(actual: Float32Array[], expected: Float32Array[], what: string): void {
  expected.forEach((values, part) => {
    const scale = Math.max(1, values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    assertEquals(actual[part]!.length, values.length);
    values.forEach((value, i) =>
      assertAlmostEquals(actual[part]![i]!, value, 1e-5 * scale, `${what}: part ${part}, ${i}`)
    );
  });
}

onWebGpu("lstm() equals that of the cpu engine, values and gradients", async () => {
  const lengths = [5, 1, 7, 3], sizes = { time: 7, input: 3, hidden: 6 };
  for (const options of DIRECTIONS) {
    const expected = await resultsOn("cpu", lengths, sizes, options);
    const actual = await resultsOn("webgpu", lengths, sizes, options);
    assert(expected[0]!.some((value) => Math.abs(value) > 0.01));
    assertNear(actual, expected, JSON.stringify(options));
  }
});

onWebGpu("lstm() takes any number of hidden units", async () => {
  for (const hidden of [1, 32, 33, 300]) {
    const args = [[2, 3], { time: 3, input: 2, hidden }, {
      output: "sequence",
      reverse: hidden === 300,
    }] as const;
    const [lengths, sizes, options] = args;
    const expected = await resultsOn("cpu", [...lengths], sizes, options);
    assertNear(await resultsOn("webgpu", [...lengths], sizes, options), expected, `H = ${hidden}`);
  }
});

Deno.test("forwardProgram() refuses more hidden units than a GPU has memory for", () => {
  const attributes = {
    output: "final",
    reverse: false,
    timeMajor: false,
    inputGradient: true,
  } as const;
  const limits = {
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
  } as GPUSupportedLimits;
  const make = (hidden: number) =>
    forwardProgram({ batch: 1, time: 1, input: 1, hidden }, attributes, limits);
  assertEquals(make(1000).workgroupSize, [256, 1, 1]);
  const message = "Cannot run an LSTM of 1024 units on this GPU: it has room for 1023";
  assertThrows(() => make(1024), EngineError, message);
});

onWebGpu("lstm() is bit-equal whatever lies beyond the lengths, and at every call", async () => {
  const lengths = [5, 1, 3, 2], sizes = { time: 7, input: 3, hidden: 5 };
  for (const options of DIRECTIONS) {
    const expected = await results(lengths, sizes, options, 0);
    assertEquals(await results(lengths, sizes, options, -1e6), expected);
    assertEquals(await results(lengths, sizes, options, 0), expected);
  }
});

onWebGpu("lstm() leaves no tensor behind", async () => {
  const run = async () => {
    for (const options of DIRECTIONS) {
      await results([3, 2], { time: 3, input: 2, hidden: 2 }, options);
    }
  };
  await run();
  const { numTensors, numDataBuffers } = tf.memory();
  await run();
  assertEquals([tf.memory().numTensors, tf.memory().numDataBuffers], [numTensors, numDataBuffers]);
});

/** The hidden states of an LSTM with lengths of which the second is wrong. */
function withWrongLength(lengths: tf.Tensor1D): tf.Tensor {
  const weights: LstmWeights = {
    weightIh: tf.ones([8, 1]),
    weightHh: tf.ones([8, 2]),
    bias: tf.ones([8]),
  };
  return lstm(tf.ones([2, 3, 1]), lengths, weights, { output: "final" });
}

onWebGpu("lstm() refuses a length of 0 and one beyond the time axis", async () => {
  await openEngine({ engine: "webgpu" });
  for (const wrong of [0, 4, -1]) {
    const message = `the length of sample 1 is ${wrong}, expected a number from 1 to 3`;
    const run = () => tf.tidy(() => withWrongLength(tf.tensor1d([3, wrong], "int32")));
    assertThrows(run, RangeError, message);
  }
});

onWebGpu("lstm() gives NaN for a wrong length that the GPU has computed", async () => {
  for (const wrong of [0, 4, -1]) {
    const states = tf.tidy(() =>
      withWrongLength(tf.add(tf.tensor1d([2, wrong - 1], "int32"), tf.scalar(1, "int32")))
    );
    const values = [...await states.data()];
    assertEquals(values.map(Number.isNaN), [false, false, true, true]);
    states.dispose();
  }
});

onWebGpu("lstm() passes NaN on", async () => {
  const states = tf.tidy(() => {
    const weights: LstmWeights = {
      weightIh: tf.fill([8, 1], NaN),
      weightHh: tf.ones([8, 2]),
      bias: tf.ones([8]),
    };
    return lstm(tf.ones([1, 3, 1]), tf.tensor1d([3], "int32"), weights, { output: "final" });
  });
  assertEquals([...await states.data()].map(Number.isNaN), [true, true]);
  states.dispose();
});
