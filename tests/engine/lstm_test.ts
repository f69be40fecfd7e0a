import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../lib/core/errors.ts";
import { lstm, type LstmOptions, type LstmWeights } from "../../lib/engine/mod.ts";
import { fillUniform } from "../../lib/core/philox.ts";
import { forEachEngine } from "./engines.ts";
import { recordedCases } from "./recorded.ts";

type Tensors = Record<string, tf.Tensor>;

/** FORMAT of the recordings: outputs 1e-5, gradients 1e-5 of the largest entry but at least 1. */
const TOLERANCE = 1e-5;

function assertNear(actual: tf.Tensor, expected: tf.Tensor, what: string, relative = false): void {
  assertEquals(actual.shape, expected.shape, what);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const scale = relative ? Math.max(1, ...b.map(Math.abs)) : 1;
  for (let i = 0; i < b.length; i++) {
    assertAlmostEquals(a[i]!, b[i]!, TOLERANCE * scale, `${what}, number ${i}`);
  }
}

/** Weights of one direction; both biases of a recording are added, as PyTorch does. */
function weightsOf(tensors: Tensors, suffix = ""): LstmWeights {
  return {
    weightIh: tensors[`weight_ih${suffix}`] as tf.Tensor2D,
    weightHh: tensors[`weight_hh${suffix}`] as tf.Tensor2D,
    bias: tf.add(tensors[`bias_ih${suffix}`]!, tensors[`bias_hh${suffix}`]!) as tf.Tensor1D,
  };
}

/** Uniform numbers in [-size, size), the same for every call with the same stream. */
function numbers(shape: number[], stream: number, size = 1): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillUniform(values, [stream, 0], [0, 0, 0, 0]);
  return tf.tensor(values.map((value) => (2 * value - 1) * size), shape);
}

/** An LSTM with weights of a size that saturates nothing. */
function randomWeights(input: number, hidden: number, stream = 100): LstmWeights {
  return {
    weightIh: numbers([4 * hidden, input], stream, 0.5) as tf.Tensor2D,
    weightHh: numbers([4 * hidden, hidden], stream + 1, 0.5) as tf.Tensor2D,
    bias: numbers([4 * hidden], stream + 2, 0.5) as tf.Tensor1D,
  };
}

/** Sum over the recorded outputs of output times its recorded gradient; then its gradients. */
function compareGradients(
  recorded: ReturnType<typeof recordedCases>[number],
  outputs: (x: tf.Tensor3D, weights: Tensors) => Record<string, tf.Tensor>,
): void {
  const { inputs, weights, output_grads, input_grads, weight_grads } = recorded;
  const names = Object.keys(weights);
  const gradients = tf.grads((x, ...values) => {
    const byName = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const made = outputs(x as tf.Tensor3D, byName);
    const parts = Object.entries(output_grads).map(([key, gradient]) =>
      tf.sum(tf.mul(made[key]!, gradient))
    );
    return tf.addN(parts);
  })([inputs.x!, ...names.map((name) => weights[name]!)]);
  assertNear(gradients[0]!, input_grads.x!, `${recorded.name}: gradient of x`, true);
  names.forEach((name, i) =>
    assertNear(gradients[i + 1]!, weight_grads[name]!, `${recorded.name}: ${name}`, true)
  );
}

forEachEngine("lstm() equals PyTorch's packed LSTM in values and gradients", () => {
  tf.tidy(() => {
    const cases = recordedCases("lstm");
    assert(cases.length >= 3, "cases were read");
    for (const recorded of cases) {
      const { name, inputs, weights, outputs } = recorded;
      const lengths = inputs.lengths as tf.Tensor1D;
      const run = (x: tf.Tensor3D, tensors: Tensors) => ({
        h_n: lstm(x, lengths, weightsOf(tensors), { output: "final" }),
        y: lstm(x, lengths, weightsOf(tensors), { output: "sequence" }),
      });
      const made = run(inputs.x as tf.Tensor3D, weights);
      assertNear(made.h_n, outputs.h_n!, `${name}: h_n`);
      assertNear(made.y, outputs.y!, `${name}: y`);
      const cell = lstm(inputs.x as tf.Tensor3D, lengths, weightsOf(weights), { output: "cell" });
      assertNear(cell, outputs.c_n!, `${name}: c_n`);
      compareGradients(recorded, run);
    }
  });
});

forEachEngine("lstm() in both directions equals PyTorch's bidirectional LSTM", () => {
  tf.tidy(() => {
    const cases = recordedCases("bilstm");
    assert(cases.length >= 2, "cases were read");
    for (const recorded of cases) {
      const { name, inputs, weights, outputs } = recorded;
      const lengths = inputs.lengths as tf.Tensor1D;
      const both = (output: "final" | "sequence", x: tf.Tensor3D, tensors: Tensors) =>
        tf.concat([
          lstm(x, lengths, weightsOf(tensors), { output }),
          lstm(x, lengths, weightsOf(tensors, "_reverse"), { output, reverse: true }),
        ] as tf.Tensor[], -1);
      const run = (x: tf.Tensor3D, tensors: Tensors) => ({
        final: both("final", x, tensors),
        y: both("sequence", x, tensors),
      });
      const made = run(inputs.x as tf.Tensor3D, weights);
      assertNear(made.final, outputs.final!, `${name}: final`);
      assertNear(made.y, outputs.y!, `${name}: y`);
      compareGradients(recorded, run);
    }
  });
});

const DIRECTIONS: LstmOptions<"final" | "sequence" | "states">[] = [false, true].flatMap((
  reverse,
) =>
  [false, true].flatMap((timeMajor) =>
    (["final", "sequence", "states"] as const).map((output) => ({ output, reverse, timeMajor }))
  )
);

function describe(options: LstmOptions): string {
  return `${options.output}, reverse ${options.reverse}, timeMajor ${options.timeMajor}`;
}

/** Value and gradients of the sum of squares of an LSTM's output, times fixed numbers. */
function valueAndGradients(
  x: tf.Tensor3D,
  lengths: number[],
  weights: LstmWeights,
  options: LstmOptions<"final" | "sequence" | "states">,
  factorsOf = (shape: number[]) => numbers(shape, 77),
): { value: number; output: tf.Tensor; gradients: tf.Tensor[] } {
  const lengthTensor = tf.tensor1d(lengths, "int32");
  const ordered = options.timeMajor ? tf.transpose(x, [1, 0, 2]) : x;
  const run = (x: tf.Tensor, weightIh: tf.Tensor, weightHh: tf.Tensor, bias: tf.Tensor) => {
    const weights = { weightIh, weightHh, bias } as LstmWeights;
    const output: tf.Tensor = lstm(x as tf.Tensor3D, lengthTensor, weights, options);
    return options.timeMajor && options.output !== "final"
      ? tf.transpose(output, [1, 0, 2])
      : output;
  };
  const { weightIh, weightHh, bias } = weights;
  const output = run(ordered, weightIh, weightHh, bias);
  const factors = factorsOf(output.shape);
  const { value, grads } = tf.valueAndGrads((x, ih, hh, b) =>
    tf.sum(tf.mul(tf.square(run(x!, ih!, hh!, b!)), factors))
  )([ordered, weightIh, weightHh, bias]);
  const dx = options.timeMajor ? tf.transpose(grads[0]!, [1, 0, 2]) : grads[0]!;
  return { value: value.dataSync()[0]!, output, gradients: [dx, ...grads.slice(1)] };
}

forEachEngine("lstm() has the gradient that finite differences give", () => {
  for (const options of DIRECTIONS) {
    tf.tidy(() => {
      const lengths = [4, 1, 3];
      const x = numbers([3, 4, 3], 1) as tf.Tensor3D;
      const weights = randomWeights(3, 2);
      const parts = [x, weights.weightIh, weights.weightHh, weights.bias];
      const { gradients } = valueAndGradients(x, lengths, weights, options);
      parts.forEach((part, p) => {
        const analytic = gradients[p]!.dataSync();
        for (let i = 0; i < part.size; i += 3) {
          const shifted = [1, -1].map((sign) => {
            const values = Float32Array.from(part.dataSync());
            values[i]! += sign * 1e-2;
            const changed = parts.map((old, q) => q === p ? tf.tensor(values, old.shape) : old);
            const [x, weightIh, weightHh, bias] = changed;
            const moved = { weightIh, weightHh, bias } as LstmWeights;
            return valueAndGradients(x as tf.Tensor3D, lengths, moved, options).value;
          });
          const numeric = (shifted[0]! - shifted[1]!) / 2e-2;
          assertAlmostEquals(analytic[i]!, numeric, 1e-3, `${describe(options)}: part ${p}, ${i}`);
        }
      });
    });
  }
});

forEachEngine("lstm() is bit-equal whatever lies beyond the lengths", () => {
  for (const options of DIRECTIONS) {
    tf.tidy(() => {
      const lengths = [5, 1, 3, 2], time = 7;
      const inside = tf.less(
        tf.reshape(tf.range(0, time), [1, time, 1]),
        tf.reshape(tf.tensor1d(lengths), [4, 1, 1]),
      );
      const x = numbers([4, time, 3], 2), weights = randomWeights(3, 5);
      const results = [0, 1, -1e6].map((filler) => {
        const padded = tf.where(inside, x, tf.fill(x.shape, filler)) as tf.Tensor3D;
        return valueAndGradients(padded, lengths, weights, options);
      });
      const bytes = results.map(({ output, gradients }) =>
        [output, ...gradients].map((tensor) => [...tensor.dataSync()])
      );
      assertEquals(bytes[1], bytes[0], describe(options));
      assertEquals(bytes[2], bytes[0], describe(options));
      const outside = tf.mul(results[1]!.gradients[0]!, tf.sub(1, tf.cast(inside, "float32")));
      assertEquals(tf.max(tf.abs(outside)).dataSync()[0], 0);
    });
  }
});

forEachEngine("lstm() gives each sample of a batch what it gives it alone", () => {
  for (const options of DIRECTIONS) {
    tf.tidy(() => {
      const lengths = [2, 6, 1, 6], weights = randomWeights(4, 3);
      const x = numbers([4, 6, 4], 3) as tf.Tensor3D;
      const batch = valueAndGradients(x, lengths, weights, options);
      lengths.forEach((length, sample) => {
        const alone = tf.slice(x, [sample, 0, 0], [1, length, 4]);
        const { output } = valueAndGradients(alone, [length], weights, options);
        const width = options.output === "states" ? 6 : 3;
        const size = options.output === "final" ? [1, 3] : [1, length, width];
        const begin = [sample, 0, 0].slice(0, size.length);
        assertNear(output, tf.slice(batch.output, begin, size), describe(options));
      });
    });
  }
});

forEachEngine("lstm() takes one step, one sample and one unit", () => {
  tf.tidy(() => {
    const weights = randomWeights(1, 1), x = numbers([1, 1, 1], 4) as tf.Tensor3D;
    const [i, , g, o] = tf.add(
      tf.mul(tf.reshape(weights.weightIh, [4]), x.dataSync()[0]!),
      weights.bias,
    )
      .dataSync();
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const expected = sigmoid(o!) * Math.tanh(sigmoid(i!) * Math.tanh(g!));
    for (const options of DIRECTIONS) {
      const { output, gradients } = valueAndGradients(x, [1], weights, options);
      assertAlmostEquals(output.dataSync()[0]!, expected, 1e-6);
      // The state before the first step is zero, so W_hh gets no gradient.
      assertEquals([...gradients[2]!.dataSync()], [0, 0, 0, 0]);
    }
  });
});

forEachEngine("lstm() without input gradient gives the same weight gradients", () => {
  tf.tidy(() => {
    const x = numbers([3, 5, 4], 5) as tf.Tensor3D, weights = randomWeights(4, 6);
    const lengths = tf.tensor1d([5, 2, 4], "int32");
    const gradients = [true, false].map((inputGradient) =>
      tf.grads((weightIh, weightHh, bias) =>
        tf.sum(
          lstm(x, lengths, { weightIh, weightHh, bias } as LstmWeights, {
            output: "final",
            inputGradient,
          }),
        )
      )([weights.weightIh, weights.weightHh, weights.bias]).map((tensor) => [...tensor.dataSync()])
    );
    assertEquals(gradients[1], gradients[0]);
  });
});

forEachEngine("lstm() gives the same bytes at every call", () => {
  tf.tidy(() => {
    const x = numbers([32, 70, 10], 6) as tf.Tensor3D, weights = randomWeights(10, 16);
    const lengths = Array.from({ length: 32 }, (_, i) => 1 + (7 * i) % 70);
    const [first, second] = [0, 1].map(() => {
      const { output, gradients } = valueAndGradients(x, lengths, weights, { output: "final" });
      return [output, ...gradients].map((tensor) => [...tensor.dataSync()]);
    });
    assertEquals(second, first);
  });
});

forEachEngine("lstm() gives samples the same in a large batch as in two small ones", () => {
  const close = (actual: tf.Tensor, expected: tf.Tensor, what: string) => {
    const difference = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!;
    assert(difference < 2e-6, `${what}: ${difference}`);
  };
  tf.tidy(() => {
    const x = numbers([8, 100, 3], 9) as tf.Tensor3D, weights = randomWeights(3, 4);
    // Long enough for chunks of time; in some of them no sample begins, in some none is left.
    for (const lengths of [[5, 64, 67, 33, 1, 100, 34, 66], [5, 31, 20, 9, 1, 33, 32, 34]]) {
      for (const options of DIRECTIONS) {
        const large = valueAndGradients(x, lengths, weights, options);
        const small = [0, 4].map((from) =>
          valueAndGradients(
            tf.slice(x, [from], [4]),
            lengths.slice(from, from + 4),
            weights,
            options,
            (shape) => tf.slice(numbers([8, ...shape.slice(1)], 77), [from], [4]),
          )
        );
        close(large.output, tf.concat(small.map(({ output }) => output)), describe(options));
        for (const i of [0, 1, 2, 3]) {
          const parts = small.map(({ gradients }) => gradients[i]!);
          const expected = i === 0 ? tf.concat(parts) : tf.addN(parts);
          close(large.gradients[i]!, expected, `${describe(options)}: gradient ${i}`);
        }
      }
    }
  });
});

/** On TensorFlow such a call runs in another way than one of more steps, or of fewer features. */
const WIDE = { input: 256, hidden: 64 };

forEachEngine("lstm() of many features gives the same in few steps as before much padding", () => {
  const lengths = tf.tensor1d([1, 5, 3], "int32"), { input, hidden } = WIDE;
  const x = numbers([3, 5, input], 9) as tf.Tensor3D;
  const weightIh = numbers([4 * hidden, input], 1, 0.1) as tf.Tensor2D;
  const weightHh = numbers([4 * hidden, hidden], 2, 0.3) as tf.Tensor2D;
  const bias = numbers([4 * hidden], 3, 0.5) as tf.Tensor1D;
  tf.tidy(() => {
    for (const options of DIRECTIONS) {
      const runWith = (options: LstmOptions, ...given: tf.Tensor[]): tf.Tensor => {
        const [x, weightIh, weightHh, bias] = given as [
          tf.Tensor3D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor1D,
        ];
        const steps = options.timeMajor ? tf.transpose(x, [1, 0, 2]) : x;
        return lstm(steps, lengths, { weightIh, weightHh, bias }, options);
      };
      const run = (...given: tf.Tensor[]) => runWith(options, ...given);
      const both = [x, tf.pad3d(x, [[0, 0], [0, 100], [0, 0]])].map((x) => ({
        value: run(x, weightIh, weightHh, bias),
        gradients: tf.grads((...given) => tf.sum(tf.pow(run(...given), 3)))(
          [x, weightIh, weightHh, bias],
        ),
      }));
      const [few, many] = both;
      const cut = (tensor: tf.Tensor, like: tf.Tensor) =>
        tf.slice(tensor, like.shape.map(() => 0), like.shape);
      assertNear(few!.value, cut(many!.value, few!.value), describe(options));
      few!.gradients.forEach((gradient, i) => {
        const expected = cut(many!.gradients[i]!, gradient);
        assertNear(gradient, expected, `${describe(options)}: gradient ${i}`, true);
      });
      // What is no data's gradient does not depend on whether that is wanted.
      const alone = tf.grads((...weights) =>
        tf.sum(tf.pow(runWith({ ...options, inputGradient: false }, x, ...weights), 3))
      )([weightIh, weightHh, bias]);
      alone.forEach((gradient, i) =>
        assertNear(gradient, few!.gradients[i + 1]!, `${describe(options)}: weight ${i}`, true)
      );
    }
  });
  tf.dispose([lengths, x, weightIh, weightHh, bias]);
});

forEachEngine("lstm() leaves no tensor behind", () => {
  const run = () =>
    tf.tidy(() => {
      for (const options of DIRECTIONS) {
        for (const { input, hidden } of [{ input: 3, hidden: 2 }, WIDE]) {
          const x = numbers([2, 3, input], 7) as tf.Tensor3D;
          valueAndGradients(x, [3, 2], randomWeights(input, hidden), options);
        }
      }
    });
  const native = () =>
    (tf.backend() as unknown as { getNumOfTFTensors?: () => number }).getNumOfTFTensors?.() ?? 0;
  run(); // TensorFlow's engine keeps a few constants from here on
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers, native()];
  for (let i = 0; i < 3; i++) run();
  assertEquals([tf.memory().numTensors, tf.memory().numDataBuffers, native()], before);
});

forEachEngine("lstm() refuses shapes that do not fit", () => {
  tf.tidy(() => {
    const x = numbers([2, 3, 4], 8) as tf.Tensor3D, weights = randomWeights(4, 5);
    const lengths = tf.tensor1d([3, 1], "int32");
    const call = (changes: Partial<LstmWeights>, of = lengths, on = x) => () =>
      lstm(on, of, { ...weights, ...changes }, { output: "final" });
    const cases: [() => unknown, string][] = [
      [call({ weightIh: tf.zeros([20, 3]) }), "weightIh has the shape [20,3], expected [20,4]"],
      [call({ weightHh: tf.zeros([16, 5]) }), "weightHh has the shape [16,5], expected [20,5]"],
      [call({ bias: tf.zeros([5]) }), "bias has the shape [5], expected [20]"],
      [call({}, tf.tensor1d([1], "int32")), "lengths has the shape [1], expected [2]"],
      [call({}, tf.tensor1d([3, 1])), "lengths are float32, expected int32"],
      [
        call({}, lengths, tf.zeros([2, 4]) as unknown as tf.Tensor3D),
        "x has the shape [2,4], expected three sizes",
      ],
    ];
    for (const [run, message] of cases) assertThrows(run, TypeError, message);
  });
});

forEachEngine("lstm() refuses a length of 0 and one beyond the time axis", (engine) => {
  tf.tidy(() => {
    const isGpu = engine.device === "gpu"; // cuDNN takes a length of 0
    for (const { input, hidden } of [{ input: 4, hidden: 5 }, WIDE]) {
      const x = numbers([2, 3, input], 9) as tf.Tensor3D, weights = randomWeights(input, hidden);
      for (const wrong of isGpu ? [4] : [0, 4]) {
        const lengths = tf.tensor1d([3, wrong], "int32");
        const run = () => lstm(x, lengths, weights, { output: "final" });
        if (engine.name === "cpu") assertThrows(run, RangeError, `length of sample 1 is ${wrong}`);
        else assertThrows(run, EngineError, isGpu ? "CudnnRNNV3" : "is not in [0, 6)");
      }
    }
  });
});

forEachEngine("lstm() has no gradient for the cell state", () => {
  tf.tidy(() => {
    const x = numbers([1, 2, 2], 10) as tf.Tensor3D, weights = randomWeights(2, 2);
    const lengths = tf.tensor1d([2], "int32");
    assertThrows(
      () => tf.grad((x) => tf.sum(lstm(x as tf.Tensor3D, lengths, weights, { output: "cell" })))(x),
      TypeError,
      `output "cell"`,
    );
  });
});

forEachEngine("lstm() gives the hidden state and the cell state beside each other", () => {
  tf.tidy(() => {
    for (const recorded of recordedCases("lstm")) {
      const { name, inputs, weights, outputs } = recorded;
      const [x, lengths] = [inputs.x as tf.Tensor3D, inputs.lengths as tf.Tensor1D];
      const [batch, time] = x.shape, hidden = outputs.c_n!.shape[1]!;
      const states = lstm(x, lengths, weightsOf(weights), { output: "states" });
      assertNear(tf.slice(states, [0, 0, 0], [batch, time, hidden]), outputs.y!, `${name}: y`);
      const ends = [...lengths.dataSync()];
      const cells = tf.stack(
        ends.map((end, i) =>
          tf.reshape(tf.slice(states, [i, end - 1, hidden], [1, 1, hidden]), [-1])
        ),
      );
      assertNear(cells, outputs.c_n!, `${name}: c_n`);
    }
  });
});
