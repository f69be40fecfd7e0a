/** What will be opened, before it is. @module */

import { findLibrary } from "./tensorflow/library/library.ts";
import type { EngineOptions } from "./types.ts";

/** Whether this name will open `tensorflow`, as far as files tell: a library may still fail to load. */
export function asksForTensorFlow(engine: EngineOptions["engine"]): boolean {
  return engine === "tensorflow" || engine === "auto" && findLibrary() !== null;
}
