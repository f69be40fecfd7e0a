/** Runs the same test on every engine that this machine has. */

import { type Engine, type EngineName, openEngine } from "../../lib/engine/mod.ts";
import { findLibrary, HOW_TO_GET } from "../../lib/engine/tensorflow/library.ts";

/** Whether TensorFlow's library is here. */
export const HAS_TENSORFLOW: boolean = findLibrary() !== null;

// Opened outside of any test: a library that is opened within one counts as a leak of it.
if (HAS_TENSORFLOW) await openEngine({ engine: "tensorflow" });
await openEngine({ engine: "cpu" });

/**
 * Registers `name` once per engine, as `name [cpu]` and `name [tensorflow]`; ops within run on that
 * engine. Where TensorFlow's library is missing, its test is listed as ignored, with the remedy.
 */
export function forEachEngine(
  name: string,
  test: (engine: Engine, context: Deno.TestContext) => void | Promise<void>,
): void {
  const engines: [EngineName, boolean][] = [["cpu", true], ["tensorflow", HAS_TENSORFLOW]];
  for (const [engine, isHere] of engines) {
    Deno.test({
      name: isHere ? `${name} [${engine}]` : `${name} [${engine}] (skipped: ${HOW_TO_GET})`,
      ignore: !isHere,
      fn: async (context) => {
        await test(await openEngine({ engine }), context);
      },
    });
  }
}
