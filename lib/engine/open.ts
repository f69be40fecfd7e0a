/** Chooses, opens and checks an engine. @module */

import { setBackend, version_core } from "@tensorflow/tfjs-core";
// The only thing that registers gradients: neither tfjs-core nor a backend does.
import "@tensorflow/tfjs-layers";
import { EngineError, messageOf, UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import { compileEager, withSteps } from "./compile.ts";
import * as cpu from "./cpu/backend.ts";
import { selfTest } from "./self_test.ts";
import type { TensorFlowBackend } from "./tensorflow/backend_types.ts";
import type { TensorFlowBinding } from "./tensorflow/binding/binding.ts";
import { whyNoGpu } from "./tensorflow/library/cuda.ts";
import { findLibrary, type FoundLibrary, HOW_TO_GET } from "./tensorflow/library/library.ts";
import type { Device, Engine, EngineName, EngineOptions } from "./types.ts";
import { adapterDevice, adapterName, findAdapter, NO_ADAPTER } from "./webgpu/adapter.ts";

/**
 * Names that may be asked for.
 */
export const ENGINES = ["auto", "tensorflow", "webgpu", "cpu"] as const;
/**
 * Devices that may be asked for.
 */
export const DEVICES = ["auto", "cpu", "gpu"] as const;
/**
 * Ways of running compiled steps that may be asked for.
 */
export const STEPS = ["compiled", "eager", "checked"] as const;

/** An engine with what it was opened with, and whether its self-test has passed. */
interface Opened {
  readonly engine: Engine;
  readonly found: FoundLibrary | null;
  readonly backend: string;
  readonly threads: number | undefined;
  tested: boolean;
}

/** The engines that this process has opened. TensorFlow can be started only once. */
const OPENED = new Map<EngineName, Opened>();

/**
 * Opens an engine and makes it the one that all ops run on. Opening one a second time gives the
 * same engine again; opening another one switches, and tensors move when they are used.
 *
 * @throws {UsageError} if the name of the engine, device or way of steps is unknown, or `threads` is no count
 * @throws {EngineError} if what was asked for by name is not there, or the self-test fails
 *
 * @example The engine that needs nothing installed
 * ```ts
 * import { openEngine, tf } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const engine = await openEngine({ engine: "cpu" });
 * assertEquals([engine.name, engine.device], ["cpu", "cpu"]);
 * assertEquals(tf.getBackend(), "cpu");
 * ```
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { engine = "auto", device = "auto", steps = "compiled", threads } = options;
  if (!ENGINES.includes(engine)) {
    const hint = /^(gpu|cuda)$/i.test(engine) ? '; a GPU is a device: device "gpu"' : "";
    throw new UsageError(unknownName("engine", engine, ENGINES) + hint);
  }
  if (!DEVICES.includes(device)) throw new UsageError(unknownName("device", device, DEVICES));
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new UsageError(`Cannot use ${threads} threads, expected a whole number from 1 on`);
  }
  if (!STEPS.includes(steps)) throw new UsageError(unknownName("way of steps", steps, STEPS));
  const open = (): Promise<Engine> => {
    switch (engine) {
      case "cpu":
        return openCpu(device, threads);
      case "tensorflow":
        return openTensorFlow(requireLibrary(), device, threads);
      case "webgpu":
        return openWebGpu(device);
      case "auto":
        return openAuto(device, threads, options.log ?? console.error);
    }
  };
  return withSteps(await open(), steps);
}

async function openAuto(
  device: Device | "auto",
  threads: number | undefined,
  log: (line: string) => void,
): Promise<Engine> {
  const found = locate();
  let reason = "TensorFlow's library was not found";
  if (found !== null) {
    try {
      const engine = await openTensorFlow(found, device, threads);
      log(`Engine: tensorflow ${engine.version} on ${engine.device}, from ${found.path}`);
      return engine;
    } catch (error) {
      // What the user named must work; what was merely lying about need not.
      const isNamed = found.origin === "MSA_TENSORFLOW" || device === "gpu";
      if (isNamed || !(error instanceof UnusableLibrary)) throw error;
      reason = messageOf(error);
    }
  }
  const engine = await openCpu(device, threads);
  log(`Engine: cpu (${reason}). For a faster one, ${HOW_TO_GET}`);
  return engine;
}

/** A library that was found and does not load or start. */
class UnusableLibrary extends EngineError {}

async function openCpu(
  device: Device | "auto",
  threads: number | undefined,
): Promise<Engine> {
  if (device === "gpu") {
    const others = `the engines "tensorflow" ("deno task engine:install --cuda") and "webgpu" may`;
    throw noGpu("cpu", `it has none; ${others}`);
  }
  let opened = OPENED.get("cpu");
  if (opened === undefined) {
    cpu.registerCpu();
    const engine: Engine = {
      name: "cpu",
      device: "cpu",
      devices: ["CPU:0"],
      library: null,
      version: cpu.VERSION,
      compile: cpu.compileRecorded,
    };
    opened = { engine, found: null, backend: cpu.BACKEND, threads: undefined, tested: false };
    OPENED.set("cpu", opened);
  }
  // They change no bit, and may change whenever they are asked for.
  if (threads !== undefined) cpu.setThreads(threads);
  return await activate(opened);
}

/** The library that already runs, else the one that is found. */
function locate(): FoundLibrary | null {
  return OPENED.get("tensorflow")?.found ?? findLibrary();
}

function requireLibrary(): FoundLibrary {
  const found = locate();
  if (found === null) {
    throw new EngineError(
      `Cannot open the engine "tensorflow": its library was not found; ${HOW_TO_GET}`,
    );
  }
  return found;
}

async function openTensorFlow(
  found: FoundLibrary,
  device: Device | "auto",
  threads: number | undefined,
): Promise<Engine> {
  // Loaded here only, through a computed name: the cpu engine then costs nothing of it.
  const specifier: string = "./tensorflow/backend.ts";
  const tensorflow = await import(specifier) as TensorFlowBackend;
  let opened = OPENED.get("tensorflow");
  if (opened === undefined) {
    const binding = startTensorFlow(tensorflow, found.path, device, threads);
    const devices = binding.devices.map(({ name }) => name.replace(/^.*device:/, ""));
    const engine: Engine = {
      name: "tensorflow",
      device: binding.isUsingGpuDevice() ? "gpu" : "cpu",
      devices,
      library: found.path,
      version: binding.TF_Version,
      compile: tensorflow.compileGraph,
    };
    opened = { engine, found, backend: tensorflow.BACKEND, threads, tested: false };
    OPENED.set("tensorflow", opened);
  }
  const { engine } = opened;
  if (device === "gpu" && engine.device !== "gpu") {
    const state = `it has ${engine.devices.join(", ")} (${found.path})`;
    throw noGpu("tensorflow", `${state}; ${whyNoGpu(found.path)}`);
  }
  if (device === "cpu" && engine.device !== "cpu") {
    throw alreadyRuns("tensorflow", "on a GPU", "on the CPU");
  }
  if (threads !== undefined && threads !== opened.threads) {
    throw alreadyRuns("tensorflow", `with ${opened.threads ?? "all"} threads`, `with ${threads}`);
  }
  return await activate(opened);
}

function startTensorFlow(
  tensorflow: TensorFlowBackend,
  path: string,
  device: Device | "auto",
  threads: number | undefined,
): TensorFlowBinding {
  try {
    return tensorflow.registerTensorFlow(path, { threads, gpu: device !== "cpu" });
  } catch (error) {
    if (error instanceof EngineError) throw new UnusableLibrary(error.message, { cause: error });
    throw error;
  }
}

async function openWebGpu(device: Device | "auto"): Promise<Engine> {
  let opened = OPENED.get("webgpu");
  if (opened === undefined) {
    const adapter = await findAdapter(device);
    if (adapter === null) throw new EngineError(NO_ADAPTER);
    const name = adapterName(adapter), kind = adapterDevice(adapter);
    if (device === "gpu" && kind !== "gpu") throw noGpu("webgpu", `it has ${name} (software)`);
    // Loaded here only, through a computed name, as above.
    const specifier: string = "./webgpu/backend.ts";
    const webgpu = await import(specifier) as typeof import("./webgpu/backend.ts");
    try {
      await webgpu.registerWebGpu(adapter);
    } catch (error) {
      const action = `Cannot open the engine "webgpu" on ${name}`;
      throw new EngineError(`${action}: ${messageOf(error)}`, { cause: error });
    }
    const engine: Engine = {
      name: "webgpu",
      device: kind,
      devices: [name],
      library: null,
      version: version_core, // all packages of a release have one number
      compile: compileEager,
    };
    opened = { engine, found: null, backend: webgpu.BACKEND, threads: undefined, tested: false };
    OPENED.set("webgpu", opened);
  }
  const { engine } = opened;
  if (device !== "auto" && device !== engine.device) {
    throw alreadyRuns("webgpu", `on ${engine.devices[0]}`, `on a ${device.toUpperCase()}`);
  }
  return await activate(opened);
}

/** Makes an engine the one that ops run on, after its self-test. */
async function activate(opened: Opened): Promise<Engine> {
  const { engine, backend } = opened;
  await setBackend(backend);
  if (!opened.tested) await selfTest(engine.name);
  opened.tested = true;
  return engine;
}

function noGpu(engine: EngineName, state: string): EngineError {
  return new EngineError(`Cannot use a GPU with the engine "${engine}": ${state}`);
}

function alreadyRuns(engine: EngineName, how: string, wanted: string): EngineError {
  return new EngineError(
    `Cannot open the engine "${engine}" ${wanted}: it already runs ${how} in this process`,
  );
}
