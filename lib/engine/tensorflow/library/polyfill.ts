/**
 * Gives `node:util` back `isNullOrUndefined` and `isArray`, which tfjs-node 4.22.0 calls and Deno
 * 2.9 (like Node from version 23 on) no longer has. To be evaluated before tfjs-node is.
 *
 * @module
 */

import { createRequire } from "node:module";

interface OldUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

// An ES import of a built-in module cannot be written to; what `require` gives can.
const util = createRequire(import.meta.url)("node:util") as OldUtil;
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
