/** Attributes of TensorFlow ops: how they are written down, and set on an op. @module */

import { EngineError } from "../../../core/errors.ts";
import type { NativeMemory, Pinned } from "./memory.ts";
import { AttributeKind, type Native } from "./symbols.ts";

/** An attribute as TensorFlow.js passes it to its binding; `type` is an {@linkcode AttributeKind}. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Has a function run on one thread but for what an op shares out: in the same bits, with less work. */
export const ON_ONE_THREAD: OpAttribute = {
  name: "executor_type",
  type: AttributeKind.STRING,
  value: "SINGLE_THREADED_EXECUTOR",
};

/** A `DT_…` attribute. */
export function typeAttribute(name: string, value: number | readonly number[]): OpAttribute {
  return { name, type: AttributeKind.TYPE, value };
}

/** An `int` attribute. */
export function intAttribute(name: string, value: number): OpAttribute {
  return { name, type: AttributeKind.INT, value };
}

/** A `float` attribute. */
export function floatAttribute(name: string, value: number): OpAttribute {
  return { name, type: AttributeKind.FLOAT, value };
}

/** A `bool` attribute. */
export function boolAttribute(name: string, value: boolean): OpAttribute {
  return { name, type: AttributeKind.BOOL, value };
}

/** The functions that set attributes: on an op that runs at once, or on one of a graph. */
export interface AttributeSetters {
  readonly type: Native["TFE_OpSetAttrType"];
  readonly typeList: Native["TFE_OpSetAttrTypeList"];
  readonly bool: Native["TFE_OpSetAttrBool"];
  readonly boolList: Native["TFE_OpSetAttrBoolList"];
  readonly int: Native["TFE_OpSetAttrInt"];
  readonly intList: Native["TFE_OpSetAttrIntList"];
  readonly float: Native["TFE_OpSetAttrFloat"];
  readonly floatList: Native["TFE_OpSetAttrFloatList"];
  readonly string: Native["TFE_OpSetAttrString"];
  /** `sizes` is the address of `rank` 64-bit integers. */
  readonly shape: (op: bigint, name: bigint, sizes: bigint, rank: number) => void;
}

/** Setters for ops that run at once. */
export function eagerSetters({ native, status }: NativeMemory): AttributeSetters {
  return {
    type: native.TFE_OpSetAttrType,
    typeList: native.TFE_OpSetAttrTypeList,
    bool: native.TFE_OpSetAttrBool,
    boolList: native.TFE_OpSetAttrBoolList,
    int: native.TFE_OpSetAttrInt,
    intList: native.TFE_OpSetAttrIntList,
    float: native.TFE_OpSetAttrFloat,
    floatList: native.TFE_OpSetAttrFloatList,
    string: native.TFE_OpSetAttrString,
    shape: (op, name, sizes, rank) => native.TFE_OpSetAttrShape(op, name, sizes, rank, status),
  };
}

/** Setters for ops of a graph. */
export function graphSetters({ native }: NativeMemory): AttributeSetters {
  return {
    type: native.TF_SetAttrType,
    typeList: native.TF_SetAttrTypeList,
    bool: native.TF_SetAttrBool,
    boolList: native.TF_SetAttrBoolList,
    int: native.TF_SetAttrInt,
    intList: native.TF_SetAttrIntList,
    float: native.TF_SetAttrFloat,
    floatList: native.TF_SetAttrFloatList,
    string: native.TF_SetAttrString,
    shape: native.TF_SetAttrShape,
  };
}

/**
 * Sets `attribute` on the op at `op`.
 *
 * @param dims scratch memory for the sizes of a shape
 * @throws {EngineError} if the kind is unknown
 */
export function setAttribute(
  setters: AttributeSetters,
  memory: NativeMemory,
  op: bigint,
  attribute: OpAttribute,
  dims: Pinned<BigInt64Array>,
): void {
  const name = memory.cString(attribute.name);
  const value = attribute.value;
  const list = Array.isArray(value) ? value as number[] : null;
  switch (attribute.type) {
    case AttributeKind.TYPE:
      if (list === null) return setters.type(op, name, value as number);
      return setters.typeList(op, name, Int32Array.from(list), list.length);
    case AttributeKind.BOOL:
      if (list === null) return setters.bool(op, name, value ? 1 : 0);
      return setters.boolList(op, name, Uint8Array.from(list, Number), list.length);
    case AttributeKind.INT:
      if (list === null) return setters.int(op, name, toInt64(value as number));
      return setters.intList(op, name, BigInt64Array.from(list, toInt64), list.length);
    case AttributeKind.FLOAT:
      if (list === null) return setters.float(op, name, value as number);
      return setters.floatList(op, name, Float32Array.from(list), list.length);
    case AttributeKind.STRING: {
      const bytes = new TextEncoder().encode(value as string);
      return setters.string(op, name, bytes, BigInt(bytes.length));
    }
    case AttributeKind.SHAPE: {
      const shape = value as number[];
      shape.forEach((size, i) => dims.array[i] = BigInt(size));
      setters.shape(op, name, dims.address, shape.length);
      return memory.check(`set the attribute "${attribute.name}"`);
    }
    default:
      throw new EngineError(
        `Cannot set the attribute "${attribute.name}": its kind is ${attribute.type}, ` +
          `expected one of ${Object.values(AttributeKind).join(", ")}`,
      );
  }
}

function toInt64(value: number): bigint {
  return BigInt(Math.trunc(value));
}
