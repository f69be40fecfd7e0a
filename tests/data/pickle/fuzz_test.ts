/** Damaged pickles give an error of ours or a value, and nothing that was claimed is allocated. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../../lib/core/errors.ts";
import { NdArray, readPickle } from "../../../lib/data/pickle/mod.ts";
import { damaged, seeded } from "../seeded.ts";
import { binaryBytes, bytes, ndarray, rawOf, text, withFile } from "./assemble.ts";

const ROUNDS = 1500;

/** A valid pickle with most of what a data set has. */
function sample(): Uint8Array {
  const values = rawOf(Float32Array.from({ length: 24 }, (_, i) => i / 7));
  const encoded = bytes(
    "c_codecs\nencode\nX\x04\x00\x00\x00\x00\xc3\xbf\x01",
    text("latin1"),
    "\x86R",
  );
  return bytes(
    "\x80\x04}q\x00(",
    text("text"),
    ndarray({ shape: [2, 3, 4], code: "f4", content: binaryBytes(values) }),
    text("audio"),
    ndarray({
      shape: [4, 3],
      code: "i2",
      content: binaryBytes(values.slice(0, 24)),
      fortran: true,
    }),
    text("mask"),
    ndarray({ shape: [3], code: "u1", order: "|", content: encoded }),
    text("id"),
    bytes("](", text("video$_$1"), text("video$_$2"), "e"),
    text("names"),
    ndarray({ shape: [2], code: "U3", content: binaryBytes(values.slice(0, 24).fill(0)) }),
    text("labels"),
    "(I1\nF-2.5\nL9007199254740993L\nS'a\\x41'\nt",
    text("set"),
    "c__builtin__\nset\n](K\x01K\x02e\x85R",
    "u.",
  );
}

/** Reads everything that a value holds. */
function readAll(root: unknown): void {
  const pending = [root];
  const seen = new Set<unknown>();
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof NdArray) pending.push(...Array.from<unknown>(value.values()));
    else if (value instanceof Map) pending.push(...value.keys(), ...value.values());
    else if (value instanceof Set || Array.isArray(value)) pending.push(...value);
  }
}

for (
  const [name, content] of [
    ["a pickle of every kind of value", sample()],
    [
      "the golden data",
      Deno.readFileSync(join(import.meta.dirname!, "../../golden/self_mm_features/data.pkl")),
    ],
  ] as const
) {
  Deno.test(`readPickle() survives ${ROUNDS} damaged copies of ${name}`, () => {
    const random = seeded(20240607);
    let failed = 0;
    withFile(content, (path) => {
      using whole = readPickle(path);
      readAll(whole.root);
      for (let round = 0; round < ROUNDS; round++) {
        Deno.writeFileSync(path, damaged(content, random));
        try {
          using pickle = readPickle(path, { lazyBytes: round % 2 === 0 ? 16 : 65536 });
          readAll(pickle.root);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          failed++;
        }
      }
    });
    assert(failed > ROUNDS / 4, `only ${failed} failed`);
  });
}

Deno.test("readPickle() survives a cut at every byte of a pickle", () => {
  const content = sample();
  withFile(content, (path) => {
    for (let length = 0; length < content.length; length++) {
      Deno.writeFileSync(path, content.subarray(0, length));
      let message = "";
      try {
        using _pickle = readPickle(path);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        message = error.message;
      }
      assertEquals(/it is empty|the download may have stopped early$/.test(message), true, message);
    }
  });
});
