/** Options by name, checked where no type checker reads the call, as in a notebook. @module */

import { UsageError } from "./errors.ts";
import { unknownNames } from "./suggest.ts";

/** Every name that options of a type may have; the type demands each. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses options whose names say nothing: they would be left out in silence.
 *
 * @throws {UsageError} for each unknown name with the nearest
 *
 * @example
 * ```ts
 * import { checkOptionNames } from "./options.ts";
 * import { assertThrows } from "@std/assert";
 * const check = () => checkOptionNames({ slpit: "valid" }, { data: true, split: true });
 * assertThrows(check, Error, 'Unknown option "slpit": did you mean "split"? Known are data, split');
 * ```
 */
export function checkOptionNames<Options>(options: object, known: OptionNames<Options>): void {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  throw new UsageError(unknownNames("option", unknown, Object.keys(known)));
}
