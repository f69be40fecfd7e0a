/**
 * TensorFlow's two ops of cuDNN's LSTM, in plain TypeScript and by what is documented of them: one
 * layer, one direction, [batch, time, width]. What they leave open is made hostile: the gradient of
 * x beyond the lengths is NaN.
 */

import type {
  TensorFlowBinding,
  TensorMetadata,
} from "../../../lib/engine/tensorflow/binding/binding.ts";
import { DataType } from "../../../lib/engine/tensorflow/binding/symbols.ts";

const INT8 = 6;

type Values = ArrayLike<number>;

/** Matrices and biases of the gates i, f, c, o: four for the input, then four for the states. */
interface Parts {
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
}

/** Sizes of all parts, in the order of the canonical ones. */
function partSizes(input: number, hidden: number): number[] {
  const matrix = (i: number) => hidden * (i < 4 ? input : hidden);
  return Array.from({ length: 16 }, (_, i) => i < 8 ? matrix(i) : hidden);
}

function unpack(params: Values, input: number, hidden: number): Parts {
  let start = 0;
  const parts = partSizes(input, hidden).map((size) =>
    Float64Array.from(params).subarray(start, start += size)
  );
  return { weights: parts.slice(0, 8), biases: parts.slice(8) };
}

/** What one step of one sample had, by gate. */
interface Step {
  readonly gates: readonly number[][];
  readonly hidden: readonly number[];
  readonly cell: readonly number[];
  readonly tanh: readonly number[];
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** A batch of sequences with weights. */
class Lstm {
  readonly steps: Step[][] = [];
  readonly #parts: Parts;
  readonly #x: Values;
  readonly output: Float32Array;
  readonly last: Float32Array;
  readonly cell: Float32Array;

  constructor(
    x: Values,
    params: Values,
    readonly lengths: Values,
    readonly time: number,
    readonly input: number,
    readonly hidden: number,
  ) {
    this.#x = x;
    this.#parts = unpack(params, input, hidden);
    const batch = lengths.length;
    this.output = new Float32Array(batch * time * hidden);
    this.last = new Float32Array(batch * hidden);
    this.cell = new Float32Array(batch * hidden);
    for (let sample = 0; sample < batch; sample++) this.#run(sample);
  }

  #run(sample: number): void {
    const { hidden: width, time } = this, { weights, biases } = this.#parts;
    const steps: Step[] = [];
    let hidden = new Array<number>(width).fill(0), cell = hidden;
    for (let t = 0; t < this.lengths[sample]!; t++) {
      const x = this.#xAt(sample, t), before = hidden, cellBefore = cell;
      const gates = [0, 1, 2, 3].map((gate) =>
        before.map((_, j) => {
          let sum = biases[gate]![j]! + biases[4 + gate]![j]!;
          x.forEach((value, k) => sum += weights[gate]![j * x.length + k]! * value);
          before.forEach((value, k) => sum += weights[4 + gate]![j * width + k]! * value);
          return gate === 2 ? Math.tanh(sum) : sigmoid(sum);
        })
      );
      const [i, f, c, o] = gates as [number[], number[], number[], number[]];
      cell = cellBefore.map((value, j) => f[j]! * value + i[j]! * c[j]!);
      const tanh = cell.map(Math.tanh);
      hidden = tanh.map((value, j) => o[j]! * value);
      steps.push({ gates, hidden: before, cell: cellBefore, tanh });
      this.output.set(hidden, (sample * time + t) * width);
    }
    this.steps.push(steps);
    this.last.set(hidden, sample * width);
    this.cell.set(cell, sample * width);
  }

  #xAt(sample: number, t: number): number[] {
    const start = (sample * this.time + t) * this.input;
    return Array.from({ length: this.input }, (_, k) => this.#x[start + k]!);
  }

  /** Gradients of x and of the parameters. */
  gradients(dOutput: Values, dLast: Values, dCellLast: Values): [Float32Array, number[]] {
    const { hidden: width, input, time } = this, { weights } = this.#parts;
    const dX = new Float32Array(this.lengths.length * time * input).fill(NaN);
    const dParts = partSizes(input, width).map((size) => new Float64Array(size));
    this.steps.forEach((steps, sample) => {
      const units = Array.from({ length: width }, (_, j) => j);
      let dHidden = units.map((j) => dLast[sample * width + j]!);
      let dCell = units.map((j) => dCellLast[sample * width + j]!);
      for (let t = steps.length - 1; t >= 0; t--) {
        const { gates, hidden, cell, tanh } = steps[t]!, at = sample * time + t;
        const [i, f, c, o] = gates as [number[], number[], number[], number[]];
        const dh = dHidden.map((value, j) => value + dOutput[at * width + j]!);
        const dc = dCell.map((value, j) => value + dh[j]! * o[j]! * (1 - tanh[j]! ** 2));
        const dGates = [
          units.map((j) => dc[j]! * c[j]! * i[j]! * (1 - i[j]!)),
          units.map((j) => dc[j]! * cell[j]! * f[j]! * (1 - f[j]!)),
          units.map((j) => dc[j]! * i[j]! * (1 - c[j]! ** 2)),
          units.map((j) => dh[j]! * tanh[j]! * o[j]! * (1 - o[j]!)),
        ];
        const dx = new Float64Array(input), dBefore = new Array<number>(width).fill(0);
        const x = this.#xAt(sample, t);
        dGates.forEach((dGate, gate) =>
          dGate.forEach((d, j) => {
            for (let k = 0; k < input; k++) {
              dParts[gate]![j * input + k]! += d * x[k]!;
              dx[k]! += d * weights[gate]![j * input + k]!;
            }
            for (let k = 0; k < width; k++) {
              dParts[4 + gate]![j * width + k]! += d * hidden[k]!;
              dBefore[k]! += d * weights[4 + gate]![j * width + k]!;
            }
            dParts[8 + gate]![j]! += d;
            dParts[12 + gate]![j]! += d;
          })
        );
        dX.set(dx, at * input);
        dHidden = dBefore;
        dCell = dc.map((value, j) => value * f[j]!);
      }
    });
    return [dX, dParts.flatMap((part) => Array.from(part))];
  }
}

/** Runs `run` while these ops are the ones of this file. Returns how often each of them ran. */
export function withCudnnStandIn(binding: TensorFlowBinding, run: () => void): Map<string, number> {
  const calls = new Map<string, number>();
  const valuesOf = (id: number) => binding.tensorDataSync(id) as Float32Array | Int32Array;
  const tensor = (shape: number[], values: Iterable<number>): TensorMetadata =>
    binding.describe(binding.createTensor(shape, DataType.FLOAT, Float32Array.from(values)));
  const lstmOf = ([x, , , params, lengths]: readonly number[], state: number) => {
    const [, time, input] = binding.describe(x!).shape;
    const hidden = binding.describe(state).shape[2]!;
    return new Lstm(valuesOf(x!), valuesOf(params!), valuesOf(lengths!), time!, input!, hidden);
  };
  const ops: Record<string, (inputs: readonly number[]) => TensorMetadata[]> = {
    CudnnRNNV3: (inputs) => {
      const state = binding.describe(inputs[1]!).shape,
        [batch, time] = binding.describe(inputs[0]!)
          .shape;
      const { output, last, cell } = lstmOf(inputs, inputs[1]!);
      return [
        tensor([batch!, time!, state[2]!], output),
        tensor(state, last),
        tensor(state, cell),
        tensor([0], []),
        binding.describe(binding.createTensor([0], INT8, new Int8Array(0))),
      ];
    },
    CudnnRNNBackpropV3: (inputs) => {
      const [dOutput, dLast, dCell] = inputs.slice(8, 11).map(valuesOf);
      const [dX, dParams] = lstmOf(inputs, inputs[1]!).gradients(dOutput!, dLast!, dCell!);
      const { shape } = binding.describe(inputs[1]!);
      const none = Array.from(dLast!, () => NaN); // nobody asks for it
      return [
        tensor(binding.describe(inputs[0]!).shape, dX),
        tensor(shape, none),
        tensor(shape, none),
        tensor([dParams.length], dParams),
      ];
    },
  };
  binding.recorder = {
    onTensor: () => {},
    onParameter: () => {},
    runOp: (name, attributes, inputs, outputs) => {
      const op = ops[name];
      if (op === undefined) return binding.runOp(name, attributes, inputs, outputs);
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return op(inputs);
    },
    changeInPlace: () => false,
    inOrder: (work) => work(),
  };
  try {
    run();
  } finally {
    binding.recorder = null;
  }
  return calls;
}
