import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../../lib/core/errors.ts";
import { fillUniform } from "../../../lib/core/philox.ts";
import { type Engine, lstm, type LstmOptions, openEngine } from "../../../lib/engine/mod.ts";
import type { TensorFlowBinding } from "../../../lib/engine/tensorflow/binding/binding.ts";
import { joinWeights, splitWeights } from "../../../lib/engine/tensorflow/kernels/cudnn_lstm.ts";
import { HOW_TO_GET } from "../../../lib/engine/tensorflow/library/library.ts";
import { type NodeBackend, OpScope } from "../../../lib/engine/tensorflow/binding/ops.ts";
import { withCudnnStandIn } from "./cudnn_stand_in.ts";
import { HAS_TENSORFLOW } from "../engines.ts";

const HAS_GPU = HAS_TENSORFLOW && (await openEngine({ engine: "tensorflow" })).device === "gpu";
await openEngine({ engine: "cpu" });

function onTensorFlow(name: string, test: (engine: Engine) => void | Promise<void>): void {
  Deno.test({
    name: HAS_TENSORFLOW ? name : `${name} (skipped: ${HOW_TO_GET})`,
    ignore: !HAS_TENSORFLOW,
    fn: async () => await test(await openEngine({ engine: "tensorflow" })),
  });
}

function binding(): TensorFlowBinding {
  return (tf.backend() as unknown as NodeBackend).binding;
}

/** Runs `run` while the engine takes itself to be on a GPU. */
function withCudnn(run: () => void): void {
  const onGpu = binding();
  onGpu.isUsingGpuDevice = () => true;
  try {
    run();
  } finally {
    Reflect.deleteProperty(onGpu, "isUsingGpuDevice"); // the method shows again
  }
}

/** Numbers in [-1, 1), the same for every call with the same stream. */
function numbers(shape: number[], stream: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillUniform(values, [stream, 0], [0, 0, 0, 0]);
  return tf.tensor(values.map((value) => 2 * value - 1), shape);
}

const BATCH = 4, TIME = 5, INPUT = 3, HIDDEN = 2;
/** Neither sorted nor all different. */
const LENGTHS = [2, 5, 1, 5];

const OPTIONS: LstmOptions<"final" | "sequence">[] = [false, true].flatMap((reverse) =>
  [false, true].flatMap((timeMajor) =>
    (["final", "sequence"] as const).map((output) => ({ output, reverse, timeMajor }))
  )
);

/** An LSTM's output, then the gradients of x and all weights of a sum of its squares. */
function valueAndGradients(
  [x, weightIh, weightHh, bias]: tf.Tensor[],
  lengths: tf.Tensor1D,
  options: LstmOptions<"final" | "sequence">,
): tf.Tensor[] {
  let output: tf.Tensor | undefined;
  const gradients = tf.grads((x, weightIh, weightHh, bias) => {
    const weights = { weightIh, weightHh, bias } as Parameters<typeof lstm>[2];
    output = tf.keep(lstm(x as tf.Tensor3D, lengths, weights, options) as tf.Tensor);
    return tf.sum(tf.mul(tf.square(output), numbers(output.shape, 9)));
  })([x!, weightIh!, weightHh!, bias!]);
  return [output!, ...gradients];
}

function inputs(timeMajor = false): tf.Tensor[] {
  const x = numbers([BATCH, TIME, INPUT], 1);
  return [
    timeMajor ? tf.transpose(x, [1, 0, 2]) : x,
    numbers([4 * HIDDEN, INPUT], 2),
    numbers([4 * HIDDEN, HIDDEN], 3),
    numbers([4 * HIDDEN], 4),
  ];
}

/** Everything that the LSTM gives, under all options. */
function allResults(): number[][] {
  const results: number[][] = [];
  const lengths = tf.tensor1d(LENGTHS, "int32");
  for (const options of OPTIONS) {
    const made = valueAndGradients(inputs(options.timeMajor), lengths, options);
    results.push(...made.map((tensor) => [...tensor.dataSync()]));
    tf.dispose(made);
  }
  const [x, weightIh, weightHh, bias] = inputs();
  const weights = { weightIh, weightHh, bias } as Parameters<typeof lstm>[2];
  const cell = lstm(x as tf.Tensor3D, lengths, weights, { output: "cell" });
  return [...results, [...cell.dataSync()]];
}

function assertNear(actual: number[][], expected: number[][], tolerance: number): void {
  assertEquals(actual.map(({ length }) => length), expected.map(({ length }) => length));
  expected.forEach((values, i) =>
    values.forEach((value, j) => {
      const difference = Math.abs(actual[i]![j]! - value);
      assert(difference <= tolerance, `tensor ${i}, number ${j}: ${actual[i]![j]}, not ${value}`);
    })
  );
}

onTensorFlow("joinWeights() puts the rows of the gates in a row, splitWeights() undoes it", () => {
  tf.tidy(() => {
    using scope = new OpScope(tf.backend() as unknown as NodeBackend);
    const [weightIh, weightHh, bias] = inputs().slice(1).map((tensor) => scope.id(tensor));
    const weights = { weightIh: weightIh!, weightHh: weightHh!, bias: bias! };
    const valuesOf = (id: number) => [...binding().tensorDataSync(id)];
    const params = joinWeights(scope, weights, HIDDEN);
    const all = [weightIh!, weightHh!, bias!].flatMap(valuesOf);
    assertEquals(valuesOf(params), [...all, ...new Array(4 * HIDDEN).fill(0)]);
    const split = splitWeights(scope, params, INPUT, HIDDEN);
    for (const name of ["weightIh", "weightHh", "bias"] as const) {
      assertEquals(valuesOf(split[name]), valuesOf(weights[name]));
      assertEquals(binding().describe(split[name]).shape, binding().describe(weights[name]).shape);
    }
  });
});

onTensorFlow("the LSTM of cuDNN equals that of the block ops, with ops as documented", () => {
  const expected = tf.tidy(allResults);
  const before = [tf.memory().numTensors, binding().getNumOfTensors()];
  let actual: number[][] = [], calls = new Map<string, number>();
  withCudnn(() => {
    // The first time leaves constants behind.
    for (let i = 0; i < 2; i++) {
      before[1] = binding().getNumOfTensors();
      calls = withCudnnStandIn(binding(), () => actual = tf.tidy(allResults));
    }
  });
  assertNear(actual, expected, 2e-6);
  assertEquals([tf.memory().numTensors, binding().getNumOfTensors()], before);
  assertEquals([...calls.values()].sort((a, b) => a - b), [8, 9]);
});

onTensorFlow("TensorFlow infers the shapes of the LSTM of cuDNN in a graph", (engine) => {
  for (const options of OPTIONS) {
    const shapes: number[][] = [];
    const [x, ...weights] = inputs(options.timeMajor);
    const lengths = tf.tensor1d(LENGTHS, "int32");
    const step = engine.compile(({ x, lengths, weightIh, weightHh, bias }) => {
      const made = valueAndGradients(
        [x!, weightIh!, weightHh!, bias!],
        lengths as tf.Tensor1D,
        options,
      );
      shapes.push(...made.map(({ shape }) => shape));
      return { dX: made[1]! };
    }, { state: {} });
    const [weightIh, weightHh, bias] = weights;
    const named = { x: x!, lengths, weightIh: weightIh!, weightHh: weightHh!, bias: bias! };
    withCudnn(() => {
      if (HAS_GPU) tf.dispose(step(named));
      else assertThrows(() => step(named), EngineError, "Cudnn");
    });
    const size = options.timeMajor ? [TIME, BATCH] : [BATCH, TIME];
    assertEquals(shapes, [
      options.output === "final" ? [BATCH, HIDDEN] : [...size, HIDDEN],
      [...size, INPUT],
      [4 * HIDDEN, INPUT],
      [4 * HIDDEN, HIDDEN],
      [4 * HIDDEN],
    ]);
    step.dispose();
    tf.dispose([x!, lengths, ...weights]);
  }
});

Deno.test({
  name: "the LSTM of cuDNN is a clear error without a GPU",
  ignore: !HAS_TENSORFLOW || HAS_GPU,
  fn: async () => {
    await openEngine({ engine: "tensorflow" });
    withCudnn(() => {
      assertThrows(
        () => tf.tidy(allResults),
        EngineError,
        `Cannot run the TensorFlow op "CudnnRNNV3"`,
      );
    });
  },
});

Deno.test({
  name: "the LSTM on a GPU equals that of the cpu engine" +
    (HAS_GPU ? "" : ` (skipped: TensorFlow has no GPU here)`),
  ignore: !HAS_GPU,
  fn: async () => {
    await openEngine({ engine: "cpu" });
    const expected = tf.tidy(allResults);
    await openEngine({ engine: "tensorflow" });
    assertNear(tf.tidy(allResults), expected, 1e-5);
  },
});
