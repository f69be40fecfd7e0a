import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { exists } from "../../lib/core/files.ts";
import { loadDataset, makeSynthetic } from "../../lib/data/mod.ts";
import { retokenize, tokenize } from "../../lib/features/mod.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { ENCODERS, RECORDINGS } from "../nn/text_encoders/recorded.ts";
import { wronglyTokenized } from "./recorded_ids.ts";
import { askTokenizer } from "./transformers_probe.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const TINY = join(ROOT, "tests", "golden", "bert_tiny");
/** Research data, which is not in the repository. */
const SHARED = join(ROOT, "..", "shared", "data");
const HAS_SHARED = exists(join(SHARED, "vocab", "expected.json"));

function testShared(name: string, fn: () => Promise<void>): void {
  const note = HAS_SHARED ? "" : " (skipped: the research data are not here)";
  Deno.test({ name: name + note, ignore: !HAS_SHARED, fn });
}

/** Letters for word pieces: [CLS] is 1, [SEP] 2, [PAD] 9. */
const LETTERS = {
  encode: (text: string) => [1, ...Array.from(text, (letter) => letter.codePointAt(0)!), 2],
  padding: 9,
};

Deno.test("tokenize() pads with [PAD], mask 0 and segment 0, and keeps [SEP] when it cuts", () => {
  const { shape, values } = tokenize(LETTERS, ["A", "ABCDE", "AB"], 4);
  assertEquals(shape, [3, 3, 4]);
  const zeros = [0, 0, 0, 0];
  assertEquals([...values], [
    ...[1, 65, 2, 9, 1, 1, 1, 0, ...zeros],
    ...[1, 65, 66, 2, 1, 1, 1, 1, ...zeros],
    ...[1, 65, 66, 2, 1, 1, 1, 1, ...zeros],
  ]);
});

Deno.test("tokenize() makes [CLS] [SEP] of an empty sentence", () => {
  assertEquals([...tokenize(LETTERS, [""], 3).values], [1, 2, 9, 1, 1, 0, 0, 0, 0]);
});

Deno.test("retokenize() makes as many places as the file has, at most those of the BERT", () => {
  const split = { ...makeSynthetic({ n: 8 }).splits.train!, samples: 1, ids: ["v$_$1"] };
  const said = { ...split, rawText: ["ABCDEFGH"] };
  const places = (tokens: number | null, positions: number) => {
    const textBert = tokens === null
      ? null
      : { shape: [1, 3, tokens] as const, values: new Int32Array(3 * tokens) };
    return retokenize({ ...said, textBert }, LETTERS, positions).textBert!.shape[2];
  };
  assertEquals([places(39, 512), places(39, 20), places(null, 512)], [39, 20, 50]);
  assertThrows(
    () => retokenize({ ...split, rawText: null }, LETTERS, 9),
    DataError,
    'split "train": it has no raw text (raw_text), which --retokenize needs',
  );
  assertThrows(
    () => retokenize({ ...split, rawText: [" "] }, LETTERS, 9),
    DataError,
    'the raw text of sample "v$_$1" is empty',
  );
});

Deno.test("openTokenizer() gives the recorded ids of bert_tiny, from either of its files", async () => {
  const { sentences } = JSON.parse(Deno.readTextFileSync(join(TINY, "expected.json"))) as {
    sentences: { text: string; input_ids: number[] }[];
  };
  using folder = new TestFolder();
  for (const name of ["vocab.txt", "tokenizer_config.json"]) {
    Deno.copyFileSync(join(TINY, name), folder.at(name));
  }
  const texts = sentences.map(({ text }) => text);
  for (const path of [TINY, folder.path]) {
    const values = await askTokenizer({ folder: path, texts, places: 64 }) as number[];
    sentences.forEach(({ input_ids: ids }, i) => {
      const row = values.slice(3 * 64 * i, 3 * 64 * i + 64);
      assertEquals(row, [...ids, ...Array(64 - ids.length).fill(0)]);
    });
  }
});

for (const name of ENCODERS) {
  Deno.test(`openTokenizer() gives the recorded ids of 200 sentences for ${name}`, async () => {
    assertEquals(await wronglyTokenized(RECORDINGS, name), []);
  });
}

Deno.test("openTokenizer() says what a folder lacks", async () => {
  using folder = new TestFolder();
  const ask = async () => await askTokenizer({ folder: folder.path, texts: ["a"], places: 9 });
  assertMatch(
    await ask() as string,
    /it has no tokenizer.json and no vocab.txt, expected one; make it .*AutoTokenizer/,
  );
  Deno.writeTextFileSync(folder.at("vocab.txt"), "a\n[PAD]\n");
  assertMatch(await ask() as string, /it lacks \[UNK\], \[CLS\], \[SEP\], \[MASK\], expected/);
  Deno.writeTextFileSync(folder.at("tokenizer.json"), "{");
  assertMatch(await ask() as string, /Cannot read ".*tokenizer.json": .*, expected JSON$/);
});

testShared("openTokenizer() gives the ids of BERT's English and Chinese vocabularies", async () => {
  const path = join(SHARED, "vocab", "expected.json");
  const { about: _, ...expected } = JSON.parse(Deno.readTextFileSync(path)) as {
    [name: string]: { text: string; ids: number[] }[];
  };
  assertEquals(Object.keys(expected).length, 2);
  for (const [name, sentences] of Object.entries(expected)) {
    using folder = new TestFolder();
    Deno.copyFileSync(join(SHARED, "vocab", `${name}.txt`), folder.at("vocab.txt"));
    const texts = sentences!.map(({ text }) => text);
    const values = await askTokenizer({ folder: folder.path, texts, places: 60 }) as number[];
    sentences!.forEach(({ ids }, i) => {
      assertEquals(values.slice(180 * i, 180 * i + ids.length), ids, texts[i]!);
    });
  }
});

testShared("tokenize() gives the text_bert of MOSI's file, row for row", async () => {
  using folder = new TestFolder();
  const vocabulary = join(SHARED, "vocab", "bert-base-uncased.txt");
  Deno.copyFileSync(vocabulary, folder.at("vocab.txt"));
  using dataset = loadDataset(join(SHARED, "mosi_text_audio.pkl"));
  const splits = Object.values(dataset.splits);
  const texts = splits.flatMap(({ rawText }) => rawText!);
  assert(texts.length === 2199);
  const values = await askTokenizer({ folder: folder.path, texts, places: 50 }) as number[];
  const expected = splits.flatMap(({ textBert }) => [...textBert!.values]);
  const wrong = texts.filter((_, i) =>
    expected.slice(150 * i, 150 * i + 150).some((value, j) => value !== values[150 * i + j])
  );
  assertEquals(wrong, []);
});
