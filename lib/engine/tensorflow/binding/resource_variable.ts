/** TensorFlow's own variables: they hold a value that graph functions change in place. @module */

import { type OpAttribute, typeAttribute } from "./attributes.ts";
import { AttributeKind } from "./symbols.ts";

/** What a variable needs of the binding. */
interface OpRunner {
  runOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number }[];
  deleteTensor(id: number): void;
}

/**
 * Names of variables that are gone, by type and shape. They are used again, because TensorFlow keeps
 * 2 kB for each combination of them that it has seen.
 */
const FREE_NAMES = new Map<string, string[]>();
/** Number of names so far. */
let count = 0;

/** `dtype` of the ops on variables. */
export function valueType(dtype: number): OpAttribute {
  return typeAttribute("dtype", dtype);
}

/** A variable of TensorFlow's, which lives until it is disposed. */
export class ResourceVariable {
  /** The number of the tensor that names it to ops. */
  readonly handle: number;
  readonly #binding: OpRunner;
  readonly #type: OpAttribute;
  readonly #name: string;
  readonly #freeNames: string[];

  /** @param value the tensor whose value it takes */
  constructor(
    binding: OpRunner,
    value: { readonly id: number; readonly shape: readonly number[]; readonly dtype: number },
  ) {
    this.#binding = binding;
    this.#type = valueType(value.dtype);
    const kind = `${value.dtype}[${value.shape}]`;
    this.#freeNames = FREE_NAMES.get(kind) ?? [];
    FREE_NAMES.set(kind, this.#freeNames);
    this.#name = this.#freeNames.pop() ?? `msa_variable_${count++}`;
    const [made] = binding.runOp(
      "VarHandleOp",
      [
        this.#type,
        { name: "shape", type: AttributeKind.SHAPE, value: [...value.shape] },
        { name: "shared_name", type: AttributeKind.STRING, value: this.#name },
      ],
      [],
      1,
    );
    this.handle = made!.id;
    binding.runOp("AssignVariableOp", [this.#type], [this.handle, value.id], 0);
  }

  /** Number of a new tensor with the present value, whose memory it shares. */
  read(): number {
    return this.#binding.runOp("ReadVariableOp", [this.#type], [this.handle], 1)[0]!.id;
  }

  dispose(): void {
    this.#binding.runOp("DestroyResourceOp", [], [this.handle], 0);
    this.#binding.deleteTensor(this.handle);
    this.#freeNames.push(this.#name);
  }
}
