import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UnsafePickleError } from "../../../lib/core/errors.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { arrangedTokens } from "../../../lib/data/layouts/tokens.ts";
import { areTexts, idsOf, sentencesOf } from "../../../lib/data/layouts/texts.ts";
import { meaningOf, splitOf } from "../../../lib/data/layouts/names.ts";
import { makeDataset, TestFolder, type Value } from "../mmsa_file.ts";

Deno.test("sentencesOf() takes words, bytes and what is missing", () => {
  const latin1 = Uint8Array.of(99, 97, 102, 233);
  const { texts, missing, latin1: count } = sentencesOf([
    "so good",
    ["not", "sp", "bad"],
    latin1,
    null,
    NaN,
    "",
  ])!;
  assertEquals(texts, ["so good", "not bad", "café", "", "", ""]);
  assertEquals([missing, count], [3, 1]);
  assertEquals(sentencesOf(7), null);
  assertEquals([areTexts([null, "a"]), areTexts([[1, 2]]), areTexts([NaN, "a"])], [
    true,
    false,
    true,
  ]);
});

Deno.test("idsOf() joins parts, and takes numbers and bytes", () => {
  const bytes = new TextEncoder().encode("v1");
  assertEquals(idsOf([["a", 1], ["b", 2]])!.texts, ["a$_$1", "b$_$2"]);
  assertEquals(idsOf([3, [bytes]])!.texts, ["3", "v1"]);
});

Deno.test("arrangedTokens() turns tokens, and adds a mask to ids alone", () => {
  const turned = arrangedTokens([[[101, 1, 0], [7, 1, 0], [0, 0, 0], [0, 0, 0]]]);
  assertEquals(turned.note, "transposed");
  const values = (turned.value as { values(): Int32Array }).values();
  assertEquals([...values], [101, 7, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  const ids = arrangedTokens([[101, 7, 0]]);
  assertEquals(ids.note, "ids only");
  assertEquals([...(ids.value as typeof turned.value & { values(): Int32Array }).values()], [
    101,
    7,
    0,
    1,
    1,
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("names mean what the field means by them, and ids are no splits", () => {
  const meanings = {
    "FACET 4.2": "vision",
    "CMU_MOSI_TimestampedWordVectors": "text",
    "OpenSMILE": "audio",
    "label_T": "regression_labels_T",
    "Opinion Segment Labels": "regression_labels",
    "video_id": "video_id",
    "video": "vision",
    "video_lengths": "vision_lengths",
    "sentences": "raw_text",
    "config": undefined,
  };
  for (const [name, meaning] of Object.entries(meanings)) assertEquals(meaningOf(name), meaning);
  assertEquals(["dev", "val", "Training", "test_0", "mosi"].map(splitOf), [
    "valid",
    "valid",
    "train",
    undefined,
    undefined,
  ]);
});

Deno.test("a missing transcript is told once where words are read, and not elsewhere", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train, test }) => {
      const texts: Value[] = [...train.raw_text as string[]];
      texts[1] = null;
      texts[2] = NaN;
      train.raw_text = texts;
      test.raw_text = (test.raw_text as string[]).map((text, i) => i === 0 ? "" : text);
    }),
    "mosi.pkl",
  );
  const warningsOf = (text: "bert" | "features") => {
    const warnings: string[] = [];
    using data = loadDataset(path, { text, onWarning: (message) => warnings.push(message) });
    assertEquals(data.splits.train!.rawText!.slice(0, 4), [
      "words train 0",
      "",
      "",
      "words train 3",
    ]);
    return warnings.filter((message) => /missing/.test(message));
  };
  assertEquals(warningsOf("features"), []);
  const [warning, ...more] = warningsOf("bert");
  assertEquals(more, []);
  assertMatch(warning!, /3 transcripts missing \(2 in "train", 1 in "test"\): taken as empty/);
});

Deno.test("frames of pandas and files of joblib are refused with the line that saves arrays", () => {
  using folder = new TestFolder();
  const refuse = (global: string) => {
    const path = folder.at("frame.pkl");
    Deno.writeTextFileSync(path, `c${global.replace(/\.(\w+)$/, "\n$1")}\n(tR.`);
    return assertThrows(() => loadDataset(path), UnsafePickleError).message;
  };
  assertMatch(
    refuse("pandas.core.frame.DataFrame"),
    /import pickle, pandas; .*pandas\.read_pickle/,
  );
  assertMatch(refuse("joblib.numpy_pickle.NumpyArrayWrapper"), /joblib\.load\(".*frame\.pkl"\)/);
  assert(!refuse("os.system").includes("import pickle"));
});
