/** Attributes of TensorFlow ops: how they are written down, and set on an op. @module */

import { EngineError } from "../../core/errors.ts";
import type { NativeMemory, Pinned } from "./memory.ts";
import { AttributeKind } from "./symbols.ts";

/** An attribute as TensorFlow.js passes it to its binding; `type` is an {@linkcode AttributeKind}. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

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

/**
 * Sets `attribute` on the op at `op`.
 *
 * @param dims scratch memory for the sizes of a shape
 * @throws {EngineError} if the kind is unknown
 */
export function setAttribute(
  memory: NativeMemory,
  op: bigint,
  attribute: OpAttribute,
  dims: Pinned<BigInt64Array>,
): void {
  const { native } = memory;
  const name = memory.cString(attribute.name);
  const value = attribute.value;
  const list = Array.isArray(value) ? value as number[] : null;
  switch (attribute.type) {
    case AttributeKind.TYPE:
      if (list === null) return native.TFE_OpSetAttrType(op, name, value as number);
      return native.TFE_OpSetAttrTypeList(op, name, Int32Array.from(list), list.length);
    case AttributeKind.BOOL:
      if (list === null) return native.TFE_OpSetAttrBool(op, name, value ? 1 : 0);
      return native.TFE_OpSetAttrBoolList(op, name, Uint8Array.from(list, Number), list.length);
    case AttributeKind.INT:
      if (list === null) return native.TFE_OpSetAttrInt(op, name, toInt64(value as number));
      return native.TFE_OpSetAttrIntList(op, name, BigInt64Array.from(list, toInt64), list.length);
    case AttributeKind.FLOAT:
      if (list === null) return native.TFE_OpSetAttrFloat(op, name, value as number);
      return native.TFE_OpSetAttrFloatList(op, name, Float32Array.from(list), list.length);
    case AttributeKind.STRING: {
      const bytes = new TextEncoder().encode(value as string);
      return native.TFE_OpSetAttrString(op, name, bytes, BigInt(bytes.length));
    }
    case AttributeKind.SHAPE: {
      const shape = value as number[];
      shape.forEach((size, i) => dims.array[i] = BigInt(size));
      native.TFE_OpSetAttrShape(op, name, dims.address, shape.length, memory.status);
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
