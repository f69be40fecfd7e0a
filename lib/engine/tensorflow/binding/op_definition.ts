/**
 * Which inputs of an op are lists: a graph takes these in another way than single ones.
 *
 * @module
 */

import type { NativeMemory } from "./memory.ts";

/** Field numbers of the protocol buffers `OpDef` and `OpDef.ArgDef`. */
const INPUT_ARG = 2, NUMBER_ATTR = 5, TYPE_LIST_ATTR = 6;

/** For each input argument of an op: whether it is a list. One list at most has to be supported. */
export function listInputs(memory: NativeMemory, graph: bigint, op: string): boolean[] {
  const { native, status } = memory;
  const buffer = native.TF_NewBuffer();
  try {
    native.TF_GraphGetOpDef(graph, memory.cString(op), buffer, status);
    memory.check(`find the TensorFlow op "${op}"`);
    // A TF_Buffer begins with its address and its length.
    const head = new BigUint64Array(2);
    native.copyToScript(head, buffer, 16n);
    const bytes = new Uint8Array(Number(head[1]));
    native.copyToScript(bytes, head[0]!, head[1]!);
    return [...fields(bytes)].filter(([field]) => field === INPUT_ARG).map(([, argument]) =>
      [...fields(argument)].some(([field, value]) =>
        (field === NUMBER_ATTR || field === TYPE_LIST_ATTR) && value.length > 0
      )
    );
  } finally {
    native.TF_DeleteBuffer(buffer);
  }
}

/** The length-delimited fields of a protocol buffer message; others are passed over. */
function* fields(bytes: Uint8Array): Generator<[field: number, value: Uint8Array]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    switch (key & 7) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        yield [key >> 3, bytes.subarray(at, at + length)];
        at += length;
        break;
      }
      default:
        at += 4;
    }
  }
}
