/** The webgpu engine, for the few tests that run on it: it is slow where it computes in software. */

import { openEngine } from "../../lib/engine/mod.ts";
import { findAdapter, NO_ADAPTER } from "../../lib/engine/webgpu/adapter.ts";
import { type FurtherEngine, isAskedFor, remedyOf } from "./engines.ts";

const isHere = isAskedFor(await findAdapter() !== null);

/** For `forEachEngine`. */
export const WEBGPU: FurtherEngine = {
  name: "webgpu",
  isHere,
  remedy: remedyOf(NO_ADAPTER.slice(NO_ADAPTER.indexOf("; ") + 2)),
};

// Opened outside of any test, as the other engines.
if (isHere) {
  await openEngine({ engine: "webgpu" });
  await openEngine({ engine: "cpu" });
}

/** Registers a test that only webgpu has. */
export function onWebGpu(name: string, test: () => Promise<void>): void {
  Deno.test({
    name: isHere ? `${name} [webgpu]` : `${name} [webgpu] (skipped: ${WEBGPU.remedy})`,
    ignore: !isHere,
    fn: async () => {
      await openEngine({ engine: "webgpu" });
      await test();
    },
  });
}
