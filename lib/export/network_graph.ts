/** A trained network as an ONNX graph. @module */

import { UsageError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { Scalings } from "../data/mod.ts";
import { type NamedTensors, tf } from "../engine/mod.ts";
import { type KernelRecording, recordKernels } from "../engine/record_kernels.ts";
import type { Network } from "../models/mod.ts";
import { addConstant } from "./constants.ts";
import { OnnxGraph } from "./onnx_graph.ts";
import { type InputSizes, inputsOf, makeInputs, type OnnxInput, toTensors } from "./onnx_inputs.ts";
import { DATA_TYPES, type GraphProto, type OnnxType, type ValueInfoProto } from "./onnx_types.ts";
import { type Operand, OPERATORS } from "./operators/mod.ts";
import { type Program, programOf, type Value } from "./program.ts";
import { readForNetwork } from "./read_inputs.ts";
import { BATCHES } from "./size.ts";

/** A network, and what its inputs and scores are besides. */
export interface ExportedNetwork {
  readonly network: Network;
  readonly sizes: InputSizes;
  /** Of features, before the network reads them. */
  readonly scalings: Scalings;
  /** Is added to scores. */
  readonly neutral: number;
}

/** Name of the output: scores as labels are, [batch]. */
export const PREDICTION = "prediction";

/** Before the names in a recording. */
const INPUT = "input/", WEIGHT = "weight/";

/**
 * The network's forward pass, without dropout.
 *
 * @returns the graph, and those inputs that it reads
 * @throws {UsageError} an operation cannot be said in ONNX, or depends on the batch in another way
 * than by its size
 */
export function networkGraph(
  exported: ExportedNetwork,
): { readonly graph: GraphProto; readonly inputs: readonly OnnxInput[] } {
  const known = inputsOf(exported.sizes);
  const random = RandomStream.fromSeed(0);
  const recordings = BATCHES.map((batch) =>
    record(exported, known, batch, random.split(`${batch}`))
  );
  const program = programOf(recordings);
  const names = namesIn(program);
  const inputs = known.filter(({ name }) => names.has(INPUT + name));
  if (inputs.length === 0) {
    throw new UsageError("Cannot export the network: its scores depend on no input");
  }
  return { inputs, graph: toGraph(program, exported, inputs, names) };
}

function record(
  { network, sizes, scalings, neutral }: ExportedNetwork,
  known: readonly OnnxInput[],
  batch: number,
  random: RandomStream,
): KernelRecording {
  const tensors = toTensors(known, makeInputs(sizes, batch, random), batch);
  const named: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) named[INPUT + name] = tensor;
  for (const [name, variable] of network.weights()) named[WEIGHT + name] = variable;
  try {
    return recordKernels(named, (): NamedTensors => {
      const { prediction } = network.apply(readForNetwork(network, tensors, scalings), null);
      return { [PREDICTION]: neutral === 0 ? prediction : tf.add(prediction, neutral) };
    });
  } finally {
    tf.dispose(tensors);
  }
}

/** Every value that is read. */
function* valuesOf({ calls, outputs }: Program): Generator<Value> {
  for (const call of calls) yield* Object.values(call?.inputs ?? {});
  yield* Object.values(outputs);
}

/** The inputs and weights that are read. */
function namesIn(program: Program): Set<string> {
  const names = [...valuesOf(program)].map(({ origin }) => "name" in origin ? origin.name : "");
  return new Set(names);
}

function toGraph(
  program: Program,
  { network }: ExportedNetwork,
  inputs: readonly OnnxInput[],
  used: ReadonlySet<string>,
): GraphProto {
  const missing = program.calls.map((call) => call?.kernel ?? "")
    .filter((kernel) => kernel !== "" && OPERATORS[kernel] === undefined);
  if (missing.length > 0) {
    throw new UsageError(
      "Cannot export the network to ONNX: there is no operator for " +
        `${[...new Set(missing)].sort().join(", ")}, which it computes with`,
    );
  }
  const graph = new OnnxGraph(inputs[0]!.name);
  const named = new Map<string, string>();
  for (const { name, type } of inputs) {
    // Whole numbers are int32 here; int64 is what everybody has elsewhere.
    const read = type === "int64" ? graph.node("Cast", [name], { to: DATA_TYPES.int32 }) : name;
    named.set(INPUT + name, read);
  }
  for (const [name, variable] of network.weights()) {
    if (!used.has(WEIGHT + name)) continue;
    const values = variable.dataSync() as Float32Array;
    named.set(
      WEIGHT + name,
      graph.tensor(name, variable.dtype as OnnxType, values, variable.shape),
    );
  }
  const made: (readonly string[])[] = [];
  const operand = (value: Value): Operand => {
    const { origin } = value;
    if ("name" in origin) return { ...value, name: named.get(origin.name)! };
    if ("call" in origin) return { ...value, name: made[origin.call]![origin.output]! };
    return { ...value, name: addConstant(graph, origin, value) };
  };
  program.calls.forEach((call, i) => {
    if (call === null) return;
    const operands = Object.entries(call.inputs).map(([key, value]) => [key, operand(value)]);
    made[i] = [OPERATORS[call.kernel]!(graph, Object.fromEntries(operands), call)].flat();
  });
  const score = operand(program.outputs[PREDICTION]!).name;
  const node = { opType: "Identity", name: PREDICTION, attribute: [] };
  return {
    name: "network",
    node: [...graph.nodes, { ...node, input: [score], output: [PREDICTION] }],
    initializer: graph.initializers,
    input: inputs.map(({ name, type, shape, help }) => infoOf(name, type, shape, help)),
    output: [infoOf(PREDICTION, "float32", [], "scores, in the range of the labels")],
  };
}

function infoOf(
  name: string,
  type: OnnxType,
  shape: readonly number[],
  docString: string,
): ValueInfoProto {
  const dim = [{ dimParam: "batch" }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, docString, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim } } } };
}
