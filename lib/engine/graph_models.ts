/**
 * Networks that others have trained and saved as TensorFlow.js graph models, computed by
 * TensorFlow.js's own WebAssembly backend, on one thread: the same bits on every machine.
 *
 * That backend makes wrong products in training, and takes the place of an open engine. So this is
 * for processes that do nothing else, and `mod.ts` does not export it.
 *
 * @module
 */

import { join } from "node:path";
import { EngineError, messageOf } from "../core/errors.ts";
import { loadPackage, packageFolder } from "../core/packages.ts";

/** A tensor as the packages have it. */
interface PackageTensor {
  readonly size: number;
  readonly shape: readonly number[];
  dataSync(): Float32Array;
}

/** The parts of the packages that are used here. */
interface CorePackage {
  tensor(values: Float32Array, shape: readonly number[]): PackageTensor;
  dispose(tensors: readonly PackageTensor[]): void;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}
interface WasmPackage {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}
interface ConverterPackage {
  loadGraphModel(handler: { load(): Promise<unknown> }): Promise<{
    execute(
      input: PackageTensor,
      outputs?: readonly string[],
    ): PackageTensor | PackageTensor[];
    dispose(): void;
  }>;
}

/** A network with one input. Dispose it to free its weights. */
export interface GraphModel extends Disposable {
  /** Its outputs for an input of `shape`, the smallest first. */
  run(input: Float32Array, shape: readonly number[]): Float32Array[];
}

/** Files of a graph model. */
export interface GraphModelFiles {
  /** `model.json`, parsed. */
  readonly json: {
    readonly format?: string;
    readonly signature?: unknown;
    readonly modelTopology: unknown;
    readonly weightsManifest: readonly { readonly weights: unknown }[];
  };
  /** The weights that it names. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Nodes whose values are wanted; what only others need is not computed. All outputs without. */
  readonly outputs?: readonly string[] | undefined;
}

/** Opens networks. */
export interface GraphRuntime {
  /** @throws {EngineError} when the files are no graph model */
  open(files: GraphModelFiles): Promise<GraphModel>;
}

const BACKEND = "@tensorflow/tfjs-backend-wasm";

/** What computes, with the version that imports.json has. */
export const GRAPH_RUNTIME = `${BACKEND}@4.22.0`;

/** Starts the backend in this process. @throws {EngineError} when it cannot be started */
export async function openGraphRuntime(): Promise<GraphRuntime> {
  const core = await loadPackage<CorePackage>("@tensorflow/tfjs-core");
  const wasm = await loadPackage<WasmPackage>(BACKEND);
  const converter = await loadPackage<ConverterPackage>("@tensorflow/tfjs-converter");
  const folder = await packageFolder(BACKEND);
  wasm.setWasmPaths(join(folder, "dist", "/"));
  wasm.setThreadsCount(1);
  if (!await core.setBackend("wasm").catch(() => false)) {
    throw new EngineError(`Cannot start ${BACKEND}: it does not run here`);
  }
  await core.ready();
  return { open: (files) => openModel(core, converter, files) };
}

async function openModel(
  core: CorePackage,
  { loadGraphModel }: ConverterPackage,
  { json, weights, outputs: wanted }: GraphModelFiles,
): Promise<GraphModel> {
  const { format, signature, modelTopology, weightsManifest } = json;
  const weightSpecs = weightsManifest.flatMap((part) => part.weights);
  const artifacts = { modelTopology, weightSpecs, weightData: weights.buffer, format, signature };
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) })
    .catch((error: unknown) => {
      throw new EngineError(`Cannot open a graph model: ${messageOf(error)}`, { cause: error });
    });
  return {
    run(input, shape) {
      const tensor = core.tensor(input, shape);
      const result = model.execute(tensor, wanted);
      const outputs = Array.isArray(result) ? result : [result];
      const values = outputs.map((output) => output.dataSync());
      core.dispose([tensor, ...outputs]);
      return values.sort((a, b) => a.length - b.length);
    },
    [Symbol.dispose]: () => model.dispose(),
  };
}
