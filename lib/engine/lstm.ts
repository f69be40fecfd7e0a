/**
 * The LSTM over whole sequences of true lengths: one op, with one kernel per engine and direction
 * of time. Its values and gradients are those of PyTorch's `nn.LSTM` on packed sequences.
 *
 * @module
 */

import { tf } from "./tensor.ts";

/** Forward kernel: `x, lengths, weightIh, weightHh, bias` → `[value, …trace]`. */
export const FUSED_LSTM = "FusedLstm";
/**
 * Backward kernel: the same inputs with `dy`, and the forward kernel's trace as `trace0`, `trace1`,
 * … → `[dWeightIh, dWeightHh, dBias]`, and `dX` where `inputGradient` is true.
 */
export const FUSED_LSTM_GRADIENT = "FusedLstmGradient";

/** Weights of one direction, in PyTorch's layout; the gates are i, f, g, o. */
export interface LstmWeights {
  /** [4 · hidden, input] */
  readonly weightIh: tf.Tensor2D;
  /** [4 · hidden, hidden] */
  readonly weightHh: tf.Tensor2D;
  /** [4 · hidden]; PyTorch's `bias_ih + bias_hh`, both of which then get this gradient. */
  readonly bias: tf.Tensor1D;
}

/** Which way an LSTM goes, and which of its states it returns. */
export interface LstmOptions<Output extends LstmOutput = LstmOutput> {
  /**
   * `final`: the hidden state after each sample's last step, [batch, hidden]. `sequence`: the
   * hidden states of all steps, zero beyond each length. `states`: beside each of them the cell state,
   * [batch, time, 2 · hidden]. `cell`: the cell state after the last step, [batch, hidden], without
   * gradient.
   */
  readonly output: Output;
  /**
   * From each sample's true last step back to step 0. States of a sequence stay at the positions
   * of their inputs; the final state is the one after step 0.
   */
  readonly reverse?: boolean;
  /** `x`, and a sequence, are [time, batch, width] instead of [batch, time, width]. */
  readonly timeMajor?: boolean;
  /** False where x is data: the gradient of x is then not computed. Default true. */
  readonly inputGradient?: boolean;
}

/** What an LSTM can return. */
export type LstmOutput = "final" | "sequence" | "states" | "cell";

/** The tensor that each output is. */
export interface LstmOutputs {
  /** The state at each sample's true end, [batch, hidden]. */
  final: tf.Tensor2D;
  /** The state after each step, [batch, time, hidden], or time first where that was asked for. */
  sequence: tf.Tensor3D;
  /** Hidden and cell state after each step, [batch, time, 2 · hidden], or time first. */
  states: tf.Tensor3D;
  /** The cell at each sample's true end, [batch, hidden]; no gradient goes through it. */
  cell: tf.Tensor2D;
}

/** Attributes of both kernels. */
export interface LstmAttributes {
  readonly output: LstmOutput;
  readonly reverse: boolean;
  readonly timeMajor: boolean;
  readonly inputGradient: boolean;
}

/**
 * Runs one layer and direction of an LSTM over a batch of sequences.
 *
 * What lies beyond a sample's length changes neither values nor gradients, and gets gradient zero.
 *
 * @param x [batch, time, input], float32; beyond the lengths any finite numbers
 * @param lengths int32 [batch], each from 1 to `time`
 * @throws {TypeError} if the shapes do not fit each other
 * @throws {RangeError} on the cpu and webgpu engines, if a length is out of range; where lengths
 *   were computed on a GPU, the sample's states are NaN instead
 * @throws {EngineError} on the tensorflow engine, if one is, and a last state was asked for (on a
 *   GPU, if one is beyond `time`; a length of 0 gives zeros there); on the webgpu engine, if the GPU has not enough memory for so many hidden units
 */
export function lstm<Output extends LstmOutput>(
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
  weights: LstmWeights,
  options: LstmOptions<Output>,
): LstmOutputs[Output] {
  const attributes: LstmAttributes = {
    output: options.output,
    reverse: options.reverse ?? false,
    timeMajor: options.timeMajor ?? false,
    inputGradient: options.inputGradient ?? true,
  };
  checkShapes(x, lengths, weights, attributes.timeMajor);
  const { weightIh, weightHh, bias } = weights;

  // A custom gradient rather than a registered one: only the value is then an output on the tape,
  // and TensorFlow.js need not make a zero gradient for each tensor of the trace.
  const differentiable = tf.customGrad((...args) => {
    const save = args.at(-1) as (tensors: tf.Tensor[]) => void;
    const inputs = { x, lengths, weightIh, weightHh, bias };
    const [value, ...trace] = run(FUSED_LSTM, inputs, attributes);
    save([x, lengths, weightIh, weightHh, bias, ...trace]);
    return {
      value: value!,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved, attributes),
    };
  });
  const value = attributes.inputGradient
    ? differentiable(x, weightIh, weightHh, bias)
    : differentiable(weightIh, weightHh, bias);
  return value as LstmOutputs[Output];
}

/** Gradients of x (where it has one), weightIh, weightHh and bias. */
function backward(dy: tf.Tensor, saved: tf.Tensor[], attributes: LstmAttributes): tf.Tensor[] {
  if (attributes.output === "cell") {
    throw new TypeError(`Cannot differentiate an LSTM with output "cell", expected "final"`);
  }
  const [x, lengths, weightIh, weightHh, bias, ...trace] = saved;
  const inputs: Record<string, tf.Tensor> = {
    dy,
    x: x!,
    lengths: lengths!,
    weightIh: weightIh!,
    weightHh: weightHh!,
    bias: bias!,
  };
  trace.forEach((tensor, i) => inputs[`trace${i}`] = tensor);
  const [dWeightIh, dWeightHh, dBias, dX] = run(FUSED_LSTM_GRADIENT, inputs, attributes);
  const ofWeights = [dWeightIh!, dWeightHh!, dBias!];
  return dX === undefined ? ofWeights : [dX, ...ofWeights];
}

function run(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attributes: LstmAttributes,
): tf.Tensor[] {
  return tf.engine().runKernel(kernel, inputs, { ...attributes }) as unknown as tf.Tensor[];
}

/** Sizes of an LSTM call, from the shape of its inputs. */
export interface LstmSizes {
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
}

/** The sizes that `x` and `weightHh` have. */
export function lstmSizes(
  xShape: readonly number[],
  weightHhShape: readonly number[],
  timeMajor: boolean,
): LstmSizes {
  const [first = 0, second = 0, input = 0] = xShape;
  const [batch, time] = timeMajor ? [second, first] : [first, second];
  return { batch, time, input, hidden: weightHhShape[1] ?? 0 };
}

function checkShapes(
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
  weights: LstmWeights,
  timeMajor: boolean,
): void {
  const { batch, input, hidden } = lstmSizes(x.shape, weights.weightHh.shape, timeMajor);
  if (x.rank !== 3 || x.size === 0) {
    throw new TypeError(`Cannot run an LSTM: x has the shape [${x.shape}], expected three sizes`);
  }
  if (lengths.dtype !== "int32") {
    throw new TypeError(`Cannot run an LSTM: lengths are ${lengths.dtype}, expected int32`);
  }
  const wanted: [string, tf.Tensor, number[]][] = [
    ["lengths", lengths, [batch]],
    ["weightIh", weights.weightIh, [4 * hidden, input]],
    ["weightHh", weights.weightHh, [4 * hidden, hidden]],
    ["bias", weights.bias, [4 * hidden]],
  ];
  for (const [name, tensor, shape] of wanted) {
    if (tensor.shape.length !== shape.length || shape.some((n, i) => tensor.shape[i] !== n)) {
      throw new TypeError(
        `Cannot run an LSTM: ${name} has the shape [${tensor.shape}], expected [${shape}]`,
      );
    }
  }
}
