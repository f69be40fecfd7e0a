/** Ids of sentences that `tests/golden/text_encoders/record.py` recorded. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { askTokenizer } from "./transformers_probe.ts";

/** The recorded sentences, of 200 in the folder `root`, that the tokenizer of `root/name` reads otherwise. */
export async function wronglyTokenized(root: string, name: string): Promise<string[]> {
  const [texts, expected] = [join(root, "sentences.json"), join(root, name, "ids.json")]
    .map((path) => JSON.parse(Deno.readTextFileSync(path))) as [string[], number[][]];
  assertEquals([texts.length, expected.length], [200, 200]);
  const places = Math.max(...expected.map((ids) => ids.length));
  const values = await askTokenizer({ folder: join(root, name), texts, places });
  assert(typeof values !== "string", String(values));
  return texts.filter((_, i) => {
    const [ids, mask] = [0, 1].map((part) => {
      const start = (3 * i + part) * places;
      return values.slice(start, start + places);
    });
    const used = ids!.slice(0, mask!.lastIndexOf(1) + 1);
    return used.join() !== expected[i]!.join();
  });
}
