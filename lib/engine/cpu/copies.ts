/** Parts, joins and orders of tensors, copied row by row instead of entry by entry. @module */

import {
  backend_util,
  type ConcatAttrs,
  type KernelFunc,
  type PadV2Attrs,
  slice_util,
  type SliceAttrs,
  type SplitVAttrs,
  type TensorInfo,
  type TileAttrs,
  type TransposeAttrs,
  util,
} from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { copyRow } from "./matrix.ts";
import { forEachRow, mergeAxes, rowSteps, sizeOf } from "./strided.ts";

/** A new tensor of `shape` that steps through `x` from `start` on. */
function copy(
  backend: MathBackendCPU,
  x: TensorInfo,
  shape: readonly number[],
  steps: readonly number[],
  start: number,
): TensorInfo {
  const values = backend.data.get(x.dataId).values as Float32Array;
  const out = newArray(sizeOf(shape));
  const loops = mergeAxes(shape, steps, steps);
  const length = loops.sizes.at(-1)!, step = loops.a.at(-1)!;
  forEachRow(loops, (row, from) => {
    const at = row * length;
    let source = start + from;
    if (step === 1) copyRow(out, at, values, source, length);
    else for (let i = at; i < at + length; i++, source += step) out[i] = values[source]!;
  });
  return backend.makeTensorInfo([...shape], "float32", out);
}

/** Writes `x` into a part of `out`, which has `steps` for its axes, from `start` on. */
function place(
  backend: MathBackendCPU,
  out: Float32Array,
  steps: readonly number[],
  start: number,
  x: TensorInfo,
): void {
  const values = backend.data.get(x.dataId).values as Float32Array;
  const loops = mergeAxes(x.shape, steps, steps);
  const length = loops.sizes.at(-1)!, step = loops.a.at(-1)!;
  if (values.length === 0) return;
  forEachRow(loops, (row, to) => {
    let target = start + to;
    const from = row * length;
    if (step === 1) copyRow(out, target, values, from, length);
    else for (let i = from; i < from + length; i++, target += step) out[target] = values[i]!;
  });
}

/** `x` with a constant around it. */
export function pad(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32") return old(args);
    const { paddings, constantValue } = args.attrs as unknown as PadV2Attrs;
    const backend = args.backend as MathBackendCPU;
    const shape = x.shape.map((n, i) => paddings[i]![0] + n + paddings[i]![1]);
    const out = newArray(sizeOf(shape)).fill(constantValue);
    const steps = rowSteps(shape);
    const start = steps.reduce((sum, step, axis) => sum + step * paddings[axis]![0], 0);
    place(backend, out, steps, start, x);
    return backend.makeTensorInfo(shape, "float32", out);
  };
}

/** Tensors one after the other along an axis. */
export function concat(old: KernelFunc): KernelFunc {
  return (args) => {
    const inputs = args.inputs as unknown as TensorInfo[];
    if (inputs.some(({ dtype }) => dtype !== "float32")) return old(args);
    const { axis } = args.attrs as unknown as ConcatAttrs;
    const at = util.parseAxisParam(axis, inputs[0]!.shape)[0]!;
    const shapes = inputs.map(({ shape }) => shape);
    backend_util.assertParamsConsistent(shapes, at);
    const backend = args.backend as MathBackendCPU;
    const shape = backend_util.computeOutShape(shapes, at), steps = rowSteps(shape);
    const out = newArray(sizeOf(shape));
    let start = 0;
    for (const x of inputs) {
      place(backend, out, steps, start, x);
      start += x.shape[at]! * steps[at]!;
    }
    return backend.makeTensorInfo(shape, "float32", out);
  };
}

/** `x` again and again along each axis. */
export function tile(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    const { reps } = args.attrs as unknown as TileAttrs;
    const shape = x.shape.map((n, i) => n * reps[i]!);
    if (x.dtype !== "float32" || sizeOf(shape) === 0) return old(args);
    const steps = rowSteps(x.shape);
    // Two axes for each: which time it is, for which x does not move, and its own.
    const [sizes, moves] = [
      x.shape.flatMap((n, i) => [reps[i]!, n]),
      steps.flatMap((step) => [0, step]),
    ];
    const { dataId } = copy(args.backend as MathBackendCPU, x, sizes, moves, 0);
    return { dataId, shape, dtype: "float32" };
  };
}

/** `x[begin …]` of a size; what lies in one piece goes to `old`, which does not copy it. */
export function slice(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    const attributes = args.attrs as unknown as SliceAttrs;
    const [begin, size] = slice_util.parseSliceParams(
      x as never,
      attributes.begin,
      attributes.size,
    );
    const isOnePiece = slice_util.isSliceContinous(x.shape, begin!, size!);
    if (x.dtype !== "float32" || isOnePiece || sizeOf(size!) === 0) return old(args);
    slice_util.assertParamsValid(x as never, begin!, size!);
    const steps = rowSteps(x.shape);
    const start = steps.reduce((sum, step, axis) => sum + step * begin![axis]!, 0);
    return copy(args.backend as MathBackendCPU, x, size!, steps, start);
  };
}

/** Parts of `x` along an axis. */
export function split(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32" || sizeOf(x.shape) === 0) return old(args);
    const { axis, numOrSizeSplits } = args.attrs as unknown as SplitVAttrs;
    const at = util.parseAxisParam(axis, x.shape)[0]!;
    const steps = rowSteps(x.shape);
    let start = 0;
    return backend_util.prepareSplitSize(x as never, numOrSizeSplits, at).map((size) => {
      const shape = x.shape.with(at, size);
      const part = copy(args.backend as MathBackendCPU, x, shape, steps, start);
      start += size * steps[at]!;
      return part;
    });
  };
}

/** `x` with its axes in another order. */
export function transpose(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32" || sizeOf(x.shape) === 0) return old(args);
    const { perm } = args.attrs as unknown as TransposeAttrs;
    const steps = rowSteps(x.shape);
    const shape = perm.map((axis) => x.shape[axis]!);
    return copy(args.backend as MathBackendCPU, x, shape, perm.map((axis) => steps[axis]!), 0);
  };
}
