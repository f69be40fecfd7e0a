/** Runs the same test on every engine that this machine has. */

import * as tf from "@tensorflow/tfjs-core";
import { type Engine, type EngineName, openEngine } from "../../lib/engine/mod.ts";
import { findLibrary, HOW_TO_GET } from "../../lib/engine/tensorflow/library/library.ts";

/** Whether tests run on the cpu engine only, as `deno task test:fast` has it. */
const ONLY_CPU = Deno.env.get("MSA_TEST_ENGINES") === "cpu";

/** Whether tests run on an engine that is here. */
export function isAskedFor(isHere: boolean): boolean {
  return isHere && !ONLY_CPU;
}

/** Whether TensorFlow's library is here. */
export const HAS_LIBRARY: boolean = findLibrary() !== null;

/** Whether it is, and tests run on it. */
export const HAS_TENSORFLOW: boolean = isAskedFor(HAS_LIBRARY);

/** What a test needs that is listed as ignored. */
export function remedyOf(howToGet: string): string {
  return ONLY_CPU ? "deno task test has it" : howToGet;
}

// Opened outside of any test: a library that is opened within one counts as a leak of it.
if (HAS_TENSORFLOW) await openEngine({ engine: "tensorflow" });
await openEngine({ engine: "cpu" });

/** The values of a tensor, on any engine: webgpu has no `dataSync()`. */
export async function valuesOf(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const values = [...await tensor.data()];
  tensor.dispose();
  return values;
}

/** An engine that only some tests run on. */
export interface FurtherEngine {
  readonly name: EngineName;
  readonly isHere: boolean;
  readonly remedy: string;
}

/**
 * Registers `name` once per engine, as `name [cpu]` and `name [tensorflow]`; ops within run on that
 * engine. Where TensorFlow's library is missing, its test is listed as ignored, with the remedy.
 *
 * @param further engines besides these two, such as `WEBGPU` of `webgpu.ts`
 */
export function forEachEngine(
  name: string,
  test: (engine: Engine, context: Deno.TestContext) => void | Promise<void>,
  ...further: FurtherEngine[]
): void {
  const engines: FurtherEngine[] = [
    { name: "cpu", isHere: true, remedy: "" },
    { name: "tensorflow", isHere: HAS_TENSORFLOW, remedy: remedyOf(HOW_TO_GET) },
    ...further,
  ];
  for (const { name: engine, isHere, remedy } of engines) {
    Deno.test({
      name: isHere ? `${name} [${engine}]` : `${name} [${engine}] (skipped: ${remedy})`,
      ignore: !isHere,
      fn: async (context) => {
        await test(await openEngine({ engine }), context);
      },
    });
  }
}

/** As {@linkcode forEachEngine}, for the engine that need not record steps: in few it is the fastest. */
export function onCpu(name: string, test: (engine: Engine) => void | Promise<void>): void {
  Deno.test(`${name} [cpu]`, async () => await test(await openEngine({ engine: "cpu" })));
}
