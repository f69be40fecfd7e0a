import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  DataError,
  DataIntegrityError,
  UnsafePickleError,
  UsageError,
} from "../../lib/core/errors.ts";
import { sha256File } from "../../lib/core/files.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { loadDataset, type LoadOptions } from "../../lib/data/load.ts";
import { MODALITIES, type Modality, type SplitName } from "../../lib/data/modality.ts";
import {
  asFloat64,
  floatsIn,
  makeDataset,
  numpy,
  numpyStrings,
  TestFolder,
  type Value,
} from "./mmsa_file.ts";

type Change = Parameters<typeof makeDataset>[0];

/** Loads a valid dataset after `change`, and collects the warnings. */
function loadAfter(
  change: Change,
  options: LoadOptions = {},
  name = "mosi_small.pkl",
): { dataset: Dataset; warnings: string[] } {
  using folder = new TestFolder();
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const dataset = loadDataset(folder.pickle(makeDataset(change), name), { onWarning, ...options });
  return { dataset, warnings };
}

/** All values of a modality of a split. */
function valuesOf(dataset: Dataset, split: SplitName, modality: Modality): Float32Array {
  const column = dataset.splits[split]!.features[modality]!;
  const target = new Float32Array(column.samples * column.steps * column.width);
  column.read(Array.from({ length: column.samples }, (_, i) => i), target);
  return target;
}

Deno.test("loadDataset() reads every key of a split", () => {
  const { dataset, warnings } = loadAfter(({ train }) => {
    train.text_bert = numpy([8, 3, 2], BigInt64Array.from({ length: 48 }, (_, i) => BigInt(i)));
    train.regression_labels_T = numpy([8], new Float64Array(8).fill(0.5));
  }, { protocol: "mosi" });
  const train = dataset.splits.train!;
  assertEquals(warnings, []);
  assertEquals([dataset.name, dataset.protocol], ["mosi_small", "mosi"]);
  assertEquals(dataset.modalities, MODALITIES);
  assertEquals([train.name, train.samples], ["train", 8]);
  assertEquals(train.ids[7], "train$_$7");
  assertEquals(train.rawText![2], "words train 2");
  assertEquals(train.annotations!.slice(0, 3), ["Negative", "Neutral", "Positive"]);
  assertEquals([...train.labels!.slice(0, 3)], [-1.5, 0, 1.5]);
  assertEquals([...train.unimodalLabels.text!], new Array(8).fill(0.5));
  assertEquals(train.unimodalLabels.audio, undefined);
  assertEquals(train.textBert!.shape, [8, 3, 2]);
  assertEquals([...train.textBert!.values].slice(-2), [46, 47]);
  const { samples, steps, width, lengths } = train.features.audio!;
  assertEquals([samples, steps, width], [8, 5, 2]);
  assertEquals([...lengths], [1, 2, 3, 4, 5, 1, 2, 3]);
  assertEquals(valuesOf(dataset, "train", "audio"), floatsIn(makeDataset().train!.audio));
});

Deno.test("loadDataset() takes lists, float64 arrays and numpy strings for the usual types", () => {
  const plain = loadAfter(() => {}).dataset;
  const { dataset } = loadAfter(({ train }) => {
    train.id = numpyStrings(train.id as string[]);
    train.text = asFloat64(train.text);
    const vision = [...floatsIn(train.vision)];
    const steps = (sample: number) =>
      [0, 1, 2, 3].map((step) => vision.slice(sample * 12 + step * 3, sample * 12 + step * 3 + 3));
    train.vision = Array.from({ length: 8 }, (_, sample) => steps(sample)) as Value;
    train.audio_lengths = numpy([8, 1], Float32Array.from(train.audio_lengths as number[]));
    train.regression_labels = [...floatsIn(train.regression_labels)];
  });
  const [found, wanted] = [dataset.splits.train!, plain.splits.train!];
  assertEquals([found.ids, found.labels], [wanted.ids, wanted.labels]);
  assertEquals(found.features.audio!.lengths, wanted.features.audio!.lengths);
  for (const modality of MODALITIES) {
    assertEquals(valuesOf(dataset, "train", modality), valuesOf(plain, "train", modality));
  }
});

Deno.test("loadDataset() takes [samples, width] as one step", () => {
  const { dataset } = loadAfter((splits) => {
    for (const split of Object.values(splits)) {
      const samples = (split.id as string[]).length;
      split.audio = numpy([samples, 10], floatsIn(split.audio));
      delete split.audio_lengths;
    }
  });
  const { steps, width, lengths } = dataset.splits.valid!.features.audio!;
  assertEquals([steps, width, [...lengths]], [1, 10, [1, 1, 1, 1]]);
});

Deno.test("loadDataset() pads lists of sequences and takes their lengths", () => {
  const row = (steps: number) => numpy([steps, 2], new Float32Array(steps * 2).fill(steps));
  const { dataset } = loadAfter(({ valid }) => {
    valid.audio = [row(2), row(1), row(3), row(1)];
    delete valid.audio_lengths;
  });
  const { steps, lengths } = dataset.splits.valid!.features.audio!;
  assertEquals([steps, [...lengths]], [3, [2, 1, 3, 1]]);
  const first = [2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0, 0];
  assertEquals([...valuesOf(dataset, "valid", "audio").slice(0, 12)], first);
});

Deno.test("loadDataset() takes lengths of aligned files from the mask, else from the text", () => {
  const align: Change = (splits) => {
    for (const split of Object.values(splits)) {
      const samples = (split.id as string[]).length;
      for (const key of ["text", "audio"]) {
        split[key] = numpy([samples, 3, 2], floatsIn(split[key]).slice(0, samples * 6));
      }
      delete split.audio_lengths;
      split.text_lengths = Array.from({ length: samples }, () => 2);
    }
  };
  const lengthsOf = (dataset: Dataset, modality: Modality) => [
    ...dataset.splits.valid!.features[modality]!.lengths,
  ];
  const byText = loadAfter(align).dataset;
  assertEquals(lengthsOf(byText, "audio"), [2, 2, 2, 2]);
  assertEquals(lengthsOf(byText, "vision"), [1, 2, 3, 4]);
  const byMask = loadAfter((splits) => {
    align(splits);
    const tokens = [[7, 0, 0, 1, 0, 0, 0, 0, 0], [7, 8, 9, 1, 1, 1, 0, 0, 0]];
    const values = [...tokens, ...tokens].flat().map(BigInt);
    splits.valid.text_bert = numpy([4, 3, 3], BigInt64Array.from(values));
  }).dataset;
  assertEquals(lengthsOf(byMask, "audio"), [1, 3, 1, 3]);
  assertEquals(lengthsOf(byMask, "text"), [2, 2, 2, 2]);
});

Deno.test("loadDataset() loads files without modalities, lengths, texts, labels or splits", () => {
  const { dataset, warnings } = loadAfter((splits) => {
    delete (splits as Partial<typeof splits>).valid;
    for (const split of Object.values(splits)) {
      for (const key of Object.keys(split)) {
        if (!["id", "audio"].includes(key)) delete split[key];
      }
    }
  });
  assertEquals([warnings, dataset.modalities], [[], ["audio"]]);
  assertEquals(Object.keys(dataset.splits), ["train", "test"]);
  const { labels, rawText, textBert, annotations, features } = dataset.splits.test!;
  assertEquals([labels, rawText, textBert, annotations], [null, null, null, null]);
  assertEquals([...features.audio!.lengths], [5, 5, 5, 5, 5]);
});

Deno.test("loadDataset() loads the modalities and splits that were asked for", () => {
  const { dataset } = loadAfter(() => {}, { modalities: ["vision", "text"], splits: ["test"] });
  assertEquals(dataset.modalities, ["text", "vision"]);
  assertEquals(Object.keys(dataset.splits), ["test"]);
  assertEquals(Object.keys(dataset.splits.test!.features), ["text", "vision"]);
});

Deno.test("loadDataset() refuses a modality that is absent", () => {
  const change: Change = ({ test }) => delete test.vision;
  assertThrows(
    () => loadAfter(change, { modalities: ["text", "vision"] }),
    UsageError,
    'mosi_small.pkl": split "test" has text, audio only',
  );
  const { dataset, warnings } = loadAfter(change);
  assertEquals(dataset.modalities, ["text", "audio"]);
  assertMatch(warnings.join(), /vision is missing in split "test", so it is not used/);
});

Deno.test("loadDataset() lists every missing key and the nearest that is there", () => {
  const change: Change = ({ train, test }) => {
    train.regresion_labls = train.regression_labels!;
    delete train.regression_labels;
    delete test.regression_labels;
  };
  const error = assertThrows(() => loadAfter(change, { labels: "required" }), DataError);
  assertMatch(error.message, /"regression_labels" \(nearest is "regresion_labls"\); /);
  assertMatch(error.message, /split "test" lacks "regression_labels"$/);
});

Deno.test("loadDataset() asks for labels only where they are required", () => {
  const change: Change = ({ test }) => delete test.regression_labels;
  assertEquals(loadAfter(change).dataset.splits.test!.labels, null);
  assertEquals(loadAfter(change, { labels: "required", splits: ["train"] }).warnings, []);
});

Deno.test("loadDataset() lists every key of the wrong size or kind", () => {
  const error = assertThrows(
    () =>
      loadAfter(({ train, valid }) => {
        train.raw_text = ["one"];
        train.audio_lengths = [1, 2, 3];
        train.text_bert = numpy([8, 2, 2], new Float32Array(32));
        valid.vision = ["no", "numbers", "at", "all"];
        valid.regression_labels = numpy([4, 2], new Float32Array(8));
        valid.annotations = 7;
      }),
    DataError,
  );
  for (
    const part of [
      'split "train" has 1 rows of "raw_text", expected 8 as of "id"',
      'split "train" has 3 rows of "audio_lengths", expected 8',
      '"text_bert" is an array [8, 2, 2] of <f4, expected numbers [samples, 3, tokens]',
      'split "valid" "vision" is a list of 4, expected [samples, steps, width]',
      "has 2 labels a sample (an array [4, 2]), expected one number a sample: --label-column 0 to 1",
      '"annotations" is a number, expected a list of strings',
    ]
  ) assert(error.message.includes(part), `${part}\nis not in\n${error.message}`);
});

Deno.test("loadDataset() refuses a modality that has another width in another split", () => {
  const narrow: Change = ({ test }) => test.audio = numpy([5, 2, 1], new Float32Array(10));
  const message = 'split "test" has audio of width 1, expected 2 as in split "train"';
  assertThrows(() => loadAfter(narrow), DataError, message);
});

Deno.test("loadDataset() refuses pickles that are no dataset, and says what they are", () => {
  using folder = new TestFolder();
  const message = (value: Value) =>
    assertThrows(() => loadDataset(folder.pickle(value)), DataError).message;
  assertMatch(message([1, 2]), /its content is a list of 2, expected a dictionary with "train"/);
  assertMatch(message({ div: {}, trian: {} }), /lacks split "train" \(nearest is "trian"\)/);
  assertMatch(message({ train: [1] }), /split "train" is a list of 1, expected a dictionary/);
  assertMatch(
    message({ train: { id: [], visuel: [] } }),
    /has no features, expected at least one of .*"vision": it has "id", "visuel"/,
  );
});

Deno.test("loadDataset() refuses a split that was asked for and is absent", () => {
  const change: Change = (splits) => {
    Object.assign(splits, { vlaid: splits.valid });
    delete (splits as Partial<typeof splits>).valid;
  };
  const asked = { splits: ["train", "valid"] } as const;
  assertThrows(() => loadAfter(change, asked), DataError, 'split "valid" (nearest is "vlaid")');
  assertMatch(loadAfter(change).warnings.join(), /ignores "vlaid" beside the splits/);
});

Deno.test("loadDataset() refuses what is missing, a folder, empty, cut off or evil", () => {
  using folder = new TestFolder();
  assertThrows(() => loadDataset(folder.at("no.pkl")), DataError, "there is no such file");
  assertThrows(() => loadDataset(folder.path), DataError, "folder without meta.json");
  Deno.writeFileSync(folder.at("empty.pkl"), new Uint8Array());
  assertThrows(() => loadDataset(folder.at("empty.pkl")), DataError, "empty");
  const whole = Deno.readFileSync(folder.pickle(makeDataset()));
  Deno.writeFileSync(folder.at("cut.pkl"), whole.subarray(0, whole.length >> 1));
  assertThrows(() => loadDataset(folder.at("cut.pkl")), DataError);
  Deno.writeTextFileSync(folder.at("evil.pkl"), "cos\nsystem\n(S'true'\ntR.");
  assertThrows(() => loadDataset(folder.at("evil.pkl")), UnsafePickleError, "os.system");
});

function plantNonFinite({ train, test }: Parameters<Change & object>[0]): void {
  floatsIn(train.audio).set([NaN, 1, -Infinity], 10);
  floatsIn(test.vision)[4] = Infinity;
}

Deno.test("loadDataset() sets non-finite features to 0 with one warning and counts", () => {
  const { dataset, warnings } = loadAfter(plantNonFinite);
  assertEquals(warnings.length, 1);
  assertMatch(
    warnings[0]!,
    /^"mosi_small\.pkl": set to 0: audio column 0 is NaN in 1, -inf in 1 of/,
  );
  assertMatch(warnings[0]!, /vision column 1 is \+inf in 1 of 5 rows of split "test"/);
  assertEquals(dataset.zeroed, { train: { audio: 2 }, test: { vision: 1 } });
  const wanted = floatsIn(makeDataset().train!.audio);
  wanted.set([0, 1, 0], 10);
  assertEquals(valuesOf(dataset, "train", "audio"), wanted);
  assert(valuesOf(dataset, "test", "vision").every(Number.isFinite));
});

Deno.test("loadDataset() refuses non-finite features with nonfinite: stop", () => {
  assertThrows(
    () => loadAfter(plantNonFinite, { nonfinite: "stop" }),
    DataIntegrityError,
    'audio column 0 is NaN in 1, -inf in 1 of 8 rows of split "train"',
  );
  // What is not loaded does not matter.
  assertEquals(
    loadAfter(plantNonFinite, { nonfinite: "stop", modalities: ["text"] }).dataset.zeroed,
    {},
  );
});

Deno.test("loadDataset() takes float64 beyond float32 for infinite", () => {
  const { dataset, warnings } = loadAfter(({ valid }) => {
    valid.text = asFloat64(valid.text);
    new Float64Array(valid.text.bytes.buffer)[5] = -1e39;
  });
  assertEquals(dataset.zeroed, { valid: { text: 1 } });
  assertEquals(valuesOf(dataset, "valid", "text")[5], 0);
  assertMatch(warnings[0]!, /float64 beyond 3\.4e38 counts as infinite/);
});

Deno.test("loadDataset() stops at labels that are not finite, whatever nonfinite is", () => {
  const change: Change = ({ test }) => floatsIn(test.regression_labels)[4] = NaN;
  assertThrows(
    () => loadAfter(change, { nonfinite: "zero" }),
    DataIntegrityError,
    'split "test" label 4 ("test$_$4") is NaN, expected a number in [-3, 3]',
  );
  assertEquals(loadAfter(change, { splits: ["train"] }).warnings, []);
});

Deno.test("loadDataset() stops at labels out of the range of the protocol", () => {
  const change: Change = ({ valid }) => floatsIn(valid.regression_labels)[0] = 10 / 3;
  assertThrows(() => loadAfter(change), DataIntegrityError, "label 0");
  assertThrows(() => loadAfter(() => {}, { protocol: "sims" }), DataIntegrityError, "[-1, 1]");
  const { dataset } = loadAfter(change, {}, "unknown.pkl");
  assertEquals(dataset.protocol, null);
});

Deno.test("loadDataset() warns of what can be lived with and lists it as problems", () => {
  const { dataset, warnings } = loadAfter(({ train, test }) => {
    train.audio_lengths = [9, 1, 1, 1, 1, 1, 1, 1];
    test.id = ["train$_$0", "b", "c", "d", "e"];
    floatsIn(train.vision).fill(0, 0, 12);
    test.visoin_lengths = [];
    delete test.vision_lengths;
  });
  const codes = dataset.problems.map(({ code }) => code);
  assertEquals(codes, ["unknown-key", "leaked-id", "length-range", "zero-rows"]);
  assertEquals(warnings.length, 3);
  assertMatch(warnings[0]!, /ignores key "visoin_lengths": is it "vision_lengths"\?/);
  assertEquals(dataset.splits.train!.features.audio!.lengths[0], 5);
});

Deno.test("loadDataset() tells of bytes after the end of the pickle", () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset(), "mosi.pkl");
  Deno.writeFileSync(path, new Uint8Array(3), { append: true });
  const warnings: string[] = [];
  loadDataset(path, { onWarning: (message) => warnings.push(message) });
  assertMatch(warnings.join(), /goes on for 3 bytes/);
});

Deno.test("loadDataset() gives the SHA-256 of the file, again after it has changed", () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset(), "mosi.pkl");
  const dataset = loadDataset(path);
  const first = dataset.sha256();
  assertEquals(first, sha256File(path));
  Deno.writeFileSync(path, new Uint8Array(1), { append: true });
  assertEquals(dataset.sha256(), sha256File(path));
  assert(dataset.sha256() !== first);
});

Deno.test("loadDataset() leaves features in the file where asked to, and reads the same later", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train }) => floatsIn(train["audio"])[3] = Infinity),
    "mosi.pkl",
  );
  const lazy = loadDataset(path, { lazy: true });
  const whole = loadDataset(path);
  for (const modality of MODALITIES) {
    assertEquals(valuesOf(lazy, "train", modality), valuesOf(whole, "train", modality));
  }
  assertEquals(lazy.splits.valid!.labels, whole.splits.valid!.labels);
  assertEquals([whole.zeroed.train, lazy.zeroed], [{ audio: 1 }, {}], "nothing was read before");
  lazy.close();
});

const SHARED = new URL("../../../shared/data/", import.meta.url);
const hasShared = (() => {
  try {
    return Deno.statSync(SHARED).isDirectory;
  } catch {
    return false;
  }
})();
const where = hasShared ? "" : " (skipped: ../shared is absent)";

Deno.test({
  name: `loadDataset() names the -inf column of mosei_video.pkl${where}`,
  ignore: !hasShared,
  fn() {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const dataset = loadDataset(new URL("mosei_video.pkl", SHARED).pathname, { onWarning });
    assertEquals(dataset.protocol, "mosei");
    assertEquals(dataset.zeroed, {
      train: { audio: 359 },
      valid: { audio: 55 },
      test: { audio: 115 },
    });
    assertMatch(warnings.join(), /audio column 7 is -inf in 359 of 505 rows of split "train"/);
  },
});

Deno.test({
  name: `loadDataset() finds the protocol and modalities of the other real files${where}`,
  ignore: !hasShared,
  fn() {
    const facts = ["mosi_text_audio", "mosi_glove50_train", "sims_scalar", "youtube"].map(
      (name) => {
        const dataset = loadDataset(new URL(`${name}.pkl`, SHARED).pathname);
        const counts = Object.values(dataset.splits).map(({ samples }) => samples);
        return [dataset.name, dataset.protocol, dataset.modalities.length, counts];
      },
    );
    assertEquals(facts, [
      ["mosi_text_audio", "mosi", 2, [1284, 229, 686]],
      ["mosi_glove50_train", "mosi", 1, [1284]],
      ["sims_scalar", "sims", 3, [320, 45, 90]],
      ["youtube", null, 3, [64, 12, 20]],
    ]);
  },
});

Deno.test("loadDataset() takes tokens for a BERT where features of the text are missing", () => {
  const withTokens: Change = (splits) => {
    for (const [name, samples] of [["train", 8], ["valid", 4], ["test", 5]] as const) {
      const split = splits[name];
      delete split.text;
      split.text_bert = numpy([samples, 3, 2], new Int32Array(samples * 6).fill(1));
    }
  };
  const { dataset } = loadAfter(withTokens, { text: "bert" });
  assertEquals(dataset.modalities, MODALITIES);
  assertEquals(Object.keys(dataset.splits.train!.features), ["audio", "vision"]);
  assertEquals(dataset.splits.train!.textBert!.shape, [8, 3, 2]);
  assertEquals(loadAfter(withTokens).dataset.modalities, ["audio", "vision"]);
  assertThrows(
    () => loadAfter(withTokens, { modalities: ["text"] }),
    UsageError,
    'split "train" has audio, vision only; its text is there as words, for --text bert',
  );
  const alone: Change = (splits) => {
    withTokens(splits);
    for (const split of Object.values(splits)) {
      for (const key of ["audio", "vision", "audio_lengths", "vision_lengths"]) delete split[key];
    }
  };
  const only = loadAfter(alone, { text: "bert", protocol: "mosi" });
  assertEquals(only.dataset.modalities, ["text"]);
});

Deno.test("loadDataset() does not load features of the text for a BERT", () => {
  const { dataset } = loadAfter(() => {}, { text: "bert" });
  assertEquals(dataset.modalities, MODALITIES);
  assertEquals(Object.keys(dataset.splits.train!.features), ["audio", "vision"]);
});
