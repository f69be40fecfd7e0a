import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, UnsafePickleError } from "../../lib/core/errors.ts";
import { readSafetensors, writeSafetensors } from "../../lib/data/mod.ts";
import { bertShapes } from "../../lib/nn/bert_config.ts";
import { BertFolder, writeBertFolder } from "../../lib/nn/bert_folder.ts";
import { TestFolder } from "../data/mmsa_file.ts";

const TINY = join(import.meta.dirname!, "..", "golden", "bert_tiny");

/** All tensors of the recorded BERT. */
function tensors(): Map<string, { shape: number[]; values: Float32Array }> {
  using file = readSafetensors(join(TINY, "model.safetensors"));
  return new Map(
    [...file.tensors].map(([name, source]) => {
      const values = new Float32Array(source.size);
      source.readFloat32(0, values);
      return [name, { shape: [...source.shape], values }];
    }),
  );
}

/** A copy whose tensors are renamed; a null name leaves one out. */
function copyWith(folder: TestFolder, rename: (name: string) => string | null): string {
  Deno.copyFileSync(join(TINY, "config.json"), folder.at("config.json"));
  const renamed = [...tensors()].flatMap(([old, { shape, values }]) => {
    const name = rename(old);
    return name === null ? [] : [{ name, dtype: "F32" as const, shape, data: values }];
  });
  const head = { dtype: "F32" as const, shape: [2], data: new Float32Array(2) };
  writeSafetensors(folder.at("model.safetensors"), [
    ...renamed,
    { ...head, name: "cls.predictions.bias" },
  ]);
  return folder.path;
}

Deno.test("BertFolder takes bare names, the prefix bert. and the old names of layer norms", () => {
  const expected = tensors();
  const old = (name: string) =>
    name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
  for (const rename of [(name: string) => name, (name: string) => `bert.${old(name)}`, old]) {
    using folder = new TestFolder();
    using bert = new BertFolder(copyWith(folder, rename));
    for (const name of bertShapes(bert.config).keys()) {
      assertEquals(bert.values(name), expected.get(name)!.values, name);
    }
  }
});

Deno.test("BertFolder gives zeros for a pooler that the file lacks, and lacks nothing else", () => {
  using folder = new TestFolder();
  using bert = new BertFolder(copyWith(folder, (name) => name.startsWith("pooler") ? null : name));
  assertEquals(bert.values("pooler.dense.bias"), new Float32Array(32));
  assertThrows(() => bert.values("pooler.bias"), TypeError, 'no parameter "pooler.bias"');
  using other = new TestFolder();
  const name = "encoder.layer.1.output.dense.weight";
  assertThrows(
    () => new BertFolder(copyWith(other, (found) => found === name ? null : found)),
    DataError,
    `model.safetensors lacks "${name}", expected it with shape [32, 64]`,
  );
});

Deno.test("BertFolder refuses weights of another shape than its config.json says", () => {
  using folder = new TestFolder();
  copyWith(folder, (name) => `bert.${name}`);
  const fields = JSON.parse(Deno.readTextFileSync(folder.at("config.json")));
  Deno.writeTextFileSync(folder.at("config.json"), JSON.stringify({ ...fields, vocab_size: 400 }));
  assertThrows(
    () => new BertFolder(folder.path),
    DataError,
    '"bert.embeddings.word_embeddings.weight" has shape [312, 32], expected [400, 32] as ' +
      "config.json says",
  );
});

Deno.test("BertFolder says what a folder lacks, and how to convert other forms", () => {
  const open = (path: string) => () => new BertFolder(path);
  using folder = new TestFolder();
  assertThrows(open(folder.at("no")), DataError, 'config.json": there is no such file or folder');
  Deno.writeTextFileSync(folder.at("config.json"), "[]");
  assertThrows(
    open(folder.path),
    DataError,
    "it is no JSON object, expected a Hugging Face folder",
  );
  Deno.copyFileSync(join(TINY, "config.json"), folder.at("config.json"));
  assertThrows(open(folder.path), DataError, "it has no weights, expected model.safetensors");
  Deno.mkdirSync(folder.at("onnx"));
  Deno.writeTextFileSync(folder.at("onnx/model.onnx"), "x");
  assertThrows(open(folder.path), DataError, "ONNX is for inference only");
  assertThrows(open(folder.at("onnx/model.onnx")), DataError, "ONNX is for inference only");
  Deno.writeTextFileSync(folder.at("pytorch_model.bin"), "cos\nsystem\n(S'true'\ntR.");
  assertThrows(open(folder.path), UnsafePickleError, "os.system");
});

Deno.test("writeBertFolder() writes what it was opened from, with the tokenizer", () => {
  using folder = new TestFolder();
  const path = folder.at("saved");
  using bert = new BertFolder(TINY);
  writeBertFolder(path, bert.fields, tensors(), TINY);
  using again = new BertFolder(path);
  assertEquals([again.fields, again.config], [bert.fields, bert.config]);
  for (const name of bertShapes(bert.config).keys()) {
    assertEquals(again.values(name), bert.values(name), name);
  }
  const files = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  assertEquals(files, [
    "config.json",
    "model.safetensors",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
  ]);
});
