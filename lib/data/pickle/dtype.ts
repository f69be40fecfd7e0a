/** numpy's description of an array's elements. @module */

import { type ElementType, isElementType } from "../arrays/elements.ts";
import type { PickleContext } from "./context.ts";
import { latin1 } from "./text.ts";

/** What an array needs to know to read its elements. */
export type ElementFormat =
  | { readonly kind: "number"; readonly type: ElementType; readonly bytes: number }
  | { readonly kind: "unicode" | "bytes"; readonly bytes: number }
  | { readonly kind: "object" }
  | { readonly kind: "unsupported" };

/** numpy's `dtype`. It is made with a code such as `f4` and completed by BUILD. */
export class NumpyDtype {
  /** Kind letter and size: `f4`, `U21`, `O8`. */
  readonly code: string;
  /** Whether the most significant byte of each number comes first. */
  bigEndian = false;
  /** The description of what is not supported: fields, units. */
  #detail: string | null = null;
  #built = false;

  constructor(code: string) {
    this.code = code;
  }

  /** numpy's name with byte order; big-endian numbers have the name that they get when read. */
  get name(): string {
    if (this.#detail !== null) return this.#detail;
    const [kind = "", size] = [this.code[0], this.code.slice(1)];
    if (kind === "O") return "|O";
    const single = kind === "S" || kind === "V" || (size === "1" && kind !== "U");
    return (single ? "|" : "<") + this.code;
  }

  /** How to read the elements. */
  get format(): ElementFormat {
    if (this.#detail !== null) return { kind: "unsupported" };
    if (isElementType(this.code)) {
      return { kind: "number", type: this.code, bytes: Number(this.code.slice(1)) };
    }
    const match = /^([USO])(\d{0,15})$/.exec(this.code);
    if (match === null) return { kind: "unsupported" };
    if (match[1] === "O") return { kind: "object" };
    const size = Number(match[2]);
    return match[1] === "U" ? { kind: "unicode", bytes: 4 * size } : { kind: "bytes", bytes: size };
  }

  /** BUILD with numpy's state `(version, byte order, subarray, names, fields, …)`. */
  build(state: unknown, context: PickleContext): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (
      this.#built || !Array.isArray(state) || typeof order !== "string" || !/^[<>=|]$/.test(order)
    ) {
      throw context.fail(`a dtype "${this.code}" with a wrong state`, "its version and byte order");
    }
    this.#built = true;
    this.bigEndian = order === ">";
    const [subarray, names, fields, metadata] = [state[2], state[3], state[4], state[8]];
    if (isSomething(subarray)) this.#detail = `a subarray of ${this.code}`;
    else if (isSomething(names)) this.#detail = describeFields(names, fields);
    else if (Array.isArray(metadata)) this.#detail = this.name + describeUnit(metadata[1]);
  }
}

function isSomething(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** `[('a', '<i4'), ('b', '<f8')]`, as numpy prints it; the beginning of a long one. */
function describeFields(names: unknown, fields: unknown): string {
  if (!Array.isArray(names) || !(fields instanceof Map)) return "fields";
  const described = names.slice(0, 8).map((name) => {
    const field: unknown = fields.get(name);
    const dtype: unknown = Array.isArray(field) ? field[0] : undefined;
    return `(${shortText(name)}, '${dtype instanceof NumpyDtype ? dtype.name.slice(0, 20) : "?"}')`;
  });
  return `[${described.join(", ")}]`;
}

/** `[D]`, `[25us]`: the unit of datetime64 and timedelta64. */
function describeUnit(unit: unknown): string {
  if (!Array.isArray(unit)) return "";
  const [name, count] = unit as unknown[];
  const text = name instanceof Uint8Array ? latin1(name.subarray(0, 8)) : "";
  return `[${typeof count === "number" && count !== 1 ? count : ""}${text}]`;
}

/** `value` in quotes, shortened; it comes from the file and may be anything. */
function shortText(value: unknown): string {
  return typeof value === "string" ? `'${value.slice(0, 20)}'` : "?";
}
