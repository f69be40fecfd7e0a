/** Column ranges as people write them. @module */

import { UsageError } from "../../core/errors.ts";
import { MODALITIES, type Modality } from "../modality.ts";
import type { SourceOptions } from "../source_options.ts";
import { modalityOf } from "./names.ts";

/**
 * The column ranges in `text=0:300,audio=300:305`.
 *
 * @throws {UsageError} when a part is no `MODALITY=FROM:TO`, or two share columns
 *
 * @example
 * ```ts
 * import { parseColumns } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseColumns("text=0:300,covarep=300:305").audio, [300, 305]);
 * ```
 */
export function parseColumns(text: string): NonNullable<SourceOptions["columns"]> {
  const columns: Partial<Record<Modality, readonly [number, number]>> = {};
  for (const part of text.split(",")) {
    const [, name = "", from, to] = /^\s*([^=]+)=(\d+):(\d+)\s*$/.exec(part) ?? [];
    const modality = modalityOf(name);
    const [begin, end] = [Number(from), Number(to)];
    if (modality === undefined || !(begin < end) || columns[modality] !== undefined) {
      throw new UsageError(
        `Cannot use "${part}" in --columns "${text}": expected each of ${MODALITIES.join(", ")} ` +
          "at most once, such as text=0:300,audio=300:305",
      );
    }
    columns[modality] = [begin, end];
  }
  const ranges = Object.entries(columns).toSorted(([, [a]], [, [b]]) => a - b);
  for (const [i, [name, [begin]]] of ranges.entries()) {
    const [before, [, end]] = ranges[i - 1] ?? ["", [0, 0]];
    if (begin < end) {
      throw new UsageError(
        `Cannot use --columns "${text}": ${before} and ${name} share columns ${begin} to ${
          end - 1
        }`,
      );
    }
  }
  return columns;
}
