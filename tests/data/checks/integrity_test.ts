import { assert, assertEquals, assertMatch } from "@std/assert";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { MODALITIES, type ProtocolName, SPLITS } from "../../../lib/data/modality.ts";
import type { Problem, ProblemCode } from "../../../lib/data/problem.ts";
import { formatInspection } from "../../../lib/data/checks/report.ts";
import {
  asFloat64,
  floatsIn,
  makeDataset,
  makeOneSided,
  numpy,
  NumpyArray,
  type SplitEntries,
  TestFolder,
} from "../mmsa_file.ts";

type Change = Parameters<typeof makeDataset>[0];

/** Problems of a valid dataset after `change`. */
function problemsAfter(change: Change, protocol: ProtocolName = "mosi"): readonly Problem[] {
  using folder = new TestFolder();
  return inspectDataset(folder.pickle(makeDataset(change)), protocol).problems;
}

function only(problems: readonly Problem[], code: ProblemCode): Problem {
  assertEquals(problems.map((problem) => problem.code), [code]);
  return problems[0]!;
}

/** Float32 numbers as float64, of which one is replaced. */
function withFloat64(split: SplitEntries, key: string, at: number, value: number): void {
  const array = asFloat64(split[key]);
  new Float64Array(array.bytes.buffer)[at] = value;
  split[key] = array;
}

Deno.test("inspectDataset() finds no problem in a valid file", () => {
  assertEquals(problemsAfter(() => {}), []);
});

Deno.test("inspectDataset() finds each kind of non-finite feature in each place", () => {
  const widths = { text: 4, audio: 2, vision: 3 };
  const steps = { text: 3, audio: 5, vision: 4 };
  const kinds = [[NaN, "NaN"], [Infinity, "+inf"], [-Infinity, "-inf"], [1e39, "+inf"]] as const;
  for (const modality of MODALITIES) {
    for (const split of SPLITS) {
      for (const [value, kind] of kinds) {
        // Sample 2, step 1, column 1.
        const at = (2 * steps[modality] + 1) * widths[modality] + 1;
        const found = only(
          problemsAfter((splits) => withFloat64(splits[split], modality, at, value)),
          "nonfinite-feature",
        );
        assertEquals([found.severity, found.split, found.modality], ["warning", split, modality]);
        assertEquals([found.count, found.ids], [1, [`${split}$_$2`]]);
        assertMatch(found.message, new RegExp(`^${modality} column 1 is \\${kind} in 1 of `));
      }
    }
  }
});

Deno.test("inspectDataset() counts rows of each column and kind, not values", () => {
  const found = only(
    problemsAfter(({ train }) => {
      const audio = floatsIn(train.audio); // [8, 5, 2]
      for (const sample of [1, 3]) audio.fill(NaN, sample * 10, sample * 10 + 10);
      audio[50] = -Infinity;
    }),
    "nonfinite-feature",
  );
  assertEquals(found.ids, ["train$_$1", "train$_$3", "train$_$5"]);
  assertEquals(
    found.message,
    'audio column 0 is NaN in 2, -inf in 1; column 1 is NaN in 2 of 8 rows of split "train" ' +
      "(21 values)",
  );
});

Deno.test("inspectDataset() reports labels that are not finite, human ones of a modality too", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const found = only(
      problemsAfter(({ test }) => floatsIn(test.regression_labels)[3] = value),
      "nonfinite-label",
    );
    assertEquals([found.severity, found.split, found.ids], ["error", "test", ["test$_$3"]]);
    const wanted = `split "test" label 3 ("test$_$3") is ${value}, expected a number in [-3, 3]`;
    assertEquals(found.message, wanted);
  }
  const vision = only(
    problemsAfter(({ valid }) => valid.regression_labels_V = [0, null, 1, -1]),
    "nonfinite-label",
  );
  assertEquals([vision.modality, vision.ids], ["vision", ["valid$_$1"]]);
});

Deno.test("inspectDataset() checks the label range of the protocol", () => {
  const change: Change = ({ train }) => floatsIn(train.regression_labels).set([10 / 3, -3.25], 4);
  const mosi = only(problemsAfter(change), "label-range");
  assertEquals([mosi.severity, mosi.count], ["error", 2]);
  assertEquals(mosi.ids, ["train$_$4", "train$_$5"]);
  assertMatch(mosi.message, /label 4 \("train\$_\$4"\) is 3\.33.*and so are 1 more$/);
  const sims = problemsAfter(() => {}, "sims").map(({ code, split }) => `${code} ${split}`);
  assertEquals(sims, ["label-range train", "label-range valid", "label-range test"]);
});

Deno.test("inspectDataset() accepts labels at the limit", () => {
  const labels = Float64Array.of(3, -3, 3.0000000001, -3, 0, 1, 2, -1);
  assertEquals(problemsAfter(({ train }) => train.regression_labels = numpy([8], labels)), []);
});

Deno.test("inspectDataset() warns of a train split with fewer than 2 labels of a sign", () => {
  const found = only(
    problemsAfter(({ train }) => train.regression_labels = [1, 2, 3, 1, 2, 0, 0, -1]),
    "one-sided-labels",
  );
  assertMatch(found.message, /has 1 negative and 5 positive labels/);
  assertEquals(problemsAfter(({ test }) => test.regression_labels = [1, 1, 1, 1, 1]), []);
});

Deno.test("inspectDataset() reports ids that are in two splits as an error", () => {
  const found = only(
    problemsAfter(({ train, test }) => {
      test.id = ["test$_$0", (train.id as string[])[6]!, "test$_$2", "test$_$3", "test$_$4"];
    }),
    "leaked-id",
  );
  assertEquals([found.severity, found.split, found.ids], ["error", "test", ["train$_$6"]]);
  assertMatch(found.message, /split "test" shares 1 id with split "train"/);
});

Deno.test("inspectDataset() warns of ids that are twice in a split", () => {
  const found = only(
    problemsAfter(({ valid }) => valid.id = ["a", "b", "a", "a"]),
    "duplicate-id",
  );
  assertEquals([found.severity, found.count, found.ids], ["warning", 2, ["a", "a"]]);
});

/** Copies text, audio, vision and words of a sample into another. */
function copySample(from: SplitEntries, source: number, to: SplitEntries, target: number): void {
  for (const [key, size] of [["text", 12], ["audio", 10], ["vision", 12]] as const) {
    const sample = floatsIn(from[key]).slice(source * size, (source + 1) * size);
    floatsIn(to[key]).set(sample, target * size);
  }
  const words = [...to.raw_text as string[]];
  words[target] = (from.raw_text as string[])[source]!;
  to.raw_text = words;
}

Deno.test("inspectDataset() reports a sample that is in two splits under two ids", () => {
  const found = only(
    problemsAfter(({ train, test }) => copySample(train, 7, test, 2)),
    "leaked-sample",
  );
  assertEquals([found.severity, found.split, found.ids], ["error", "test", ["test$_$2"]]);
});

Deno.test("inspectDataset() warns of a sample that is twice in a split", () => {
  const found = only(
    problemsAfter(({ train }) => copySample(train, 1, train, 5)),
    "duplicate-sample",
  );
  assertEquals([found.severity, found.ids], ["warning", ["train$_$5"]]);
});

Deno.test("inspectDataset() does not take samples for equal that differ in one bit or word", () => {
  assertEquals(
    problemsAfter(({ train, test }) => {
      copySample(train, 7, test, 2);
      floatsIn(test.vision)[2 * 12 + 11]! += 2 ** -14;
    }),
    [],
  );
  assertEquals(
    problemsAfter(({ train, test }) => {
      copySample(train, 7, test, 2);
      test.raw_text = ["a", "b", "c", "d", "e"];
    }),
    [],
  );
});

Deno.test("inspectDataset() only warns where equal texts alone can be compared", () => {
  const found = only(
    problemsAfter(({ train, valid, test }) => {
      copySample(train, 7, test, 2);
      for (const split of [train, valid, test]) {
        delete split.audio;
        delete split.vision;
      }
    }),
    "leaked-sample",
  );
  assertEquals(found.severity, "warning");
});

Deno.test("inspectDataset() passes over samples without anything in them", () => {
  const codes = problemsAfter((splits) => {
    for (const split of Object.values(splits)) {
      split.raw_text = (split.id as string[]).map(() => "");
      for (const key of ["text", "audio", "vision"]) floatsIn(split[key]).fill(0, 0, 24);
    }
  }).map(({ code }) => code);
  assertEquals(new Set(codes), new Set(["zero-rows"]));
});

Deno.test("inspectDataset() warns of lengths that are 0 or beyond the array", () => {
  const found = only(
    problemsAfter(({ valid }) => {
      floatsIn(valid.audio).fill(0, 0, 10);
      valid.audio_lengths = [0, 5, 6, 1];
    }).filter(({ code }) => code !== "zero-rows"),
    "length-range",
  );
  assertEquals([found.split, found.modality, found.count], ["valid", "audio", 2]);
  assertEquals(found.ids, ["valid$_$0", "valid$_$2"]);
});

Deno.test("inspectDataset() names columns with one value within the lengths", () => {
  const found = only(
    problemsAfter(({ train }) => {
      const vision = floatsIn(train.vision); // [8, 4, 3], lengths 1, 2, 3, 4, 1, …
      for (let row = 0; row < 32; row++) {
        const inside = row % 4 < 1 + Math.floor(row / 4) % 4;
        vision[row * 3 + 1] = inside ? 7 : row;
      }
    }),
    "constant-column",
  );
  assertMatch(found.message, /1 vision column with one value only: 1$/);
});

Deno.test("inspectDataset() warns of splits that are missing, empty or have one sample", () => {
  const empty = new NumpyArray("f4", [0, 3, 4], new Uint8Array());
  const codes = problemsAfter(({ valid, test }) => {
    for (const key of Object.keys(valid)) delete valid[key];
    Object.assign(valid, { id: [], text: empty, audio: [], vision: [], regression_labels: [] });
    for (const key of Object.keys(test)) delete test[key];
    Object.assign(test, { id: ["one"], text: numpy([1, 3, 4], new Float32Array(12).fill(1)) });
  }).map(({ code, split, modality }) => `${code} ${split ?? modality}`);
  assertEquals(codes.toSorted(), [
    "empty-split valid",
    "missing-labels test",
    "partial-modality audio",
    "partial-modality vision",
    "tiny-split test",
  ]);
});

Deno.test("inspectDataset() tells that the protocol is unknown", () => {
  using folder = new TestFolder();
  const { problems, protocol, ok } = inspectDataset(folder.pickle(makeOneSided()));
  const unknown = problems.filter(({ code }) => code === "unknown-protocol");
  assertMatch(only(unknown, "unknown-protocol").message, /give --protocol mosi\|mosei\|sims$/);
  assertEquals([protocol, ok], [null, true]);
});

Deno.test("inspectDataset() and loadDataset() take the same protocol by the range of labels, and say so", () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset());
  const inspection = inspectDataset(path);
  const { message } = only(inspection.problems, "guessed-protocol");
  assertMatch(
    message,
    /^protocol mosi is told by its labels, -2.25 to 1.75, alone: --protocol says/,
  );
  assertMatch(formatInspection(inspection), /^ {2}protocol +mosi, by its labels, -2.25 to 1.75$/m);
  const warnings: string[] = [];
  using dataset = loadDataset(path, { onWarning: (warning) => warnings.push(warning) });
  assertEquals([dataset.protocol, inspection.protocol, warnings], ["mosi", "mosi", [
    `"data.pkl": ${message}`,
  ]]);
  const said = inspectDataset(path, "mosei");
  assertEquals(
    [said.protocolReason, said.problems.some(({ code }) => code === "guessed-protocol")],
    [null, false],
  );
});

Deno.test("inspectDataset() compares counts with the published file that this resembles", () => {
  const wide = (samples: number) => ({
    id: Array.from({ length: samples }, (_, i) => `${samples}$_$${i}`),
    text: numpy([samples, 1, 768], Float32Array.from({ length: samples * 768 }, (_, i) => i)),
    audio: numpy([samples, 2, 5], new Float32Array(samples * 10).fill(samples)),
    vision: numpy([samples, 2, 20], new Float32Array(samples * 40).fill(samples)),
    regression_labels: numpy([samples], new Float32Array(samples)),
  });
  using folder = new TestFolder();
  const path = folder.pickle({ train: wide(4), valid: wide(229), test: wide(3) });
  const { problems, recognized, protocol } = inspectDataset(path);
  const found = problems.filter(({ code }) => code === "count-mismatch");
  assertEquals([recognized, protocol], [null, "mosi"]);
  assertEquals(found.map(({ message }) => message), [
    'split "train" has 4 samples, mosi-unaligned has 1284',
    'split "test" has 3 samples, mosi-unaligned has 686',
  ]);
});

Deno.test("inspectDataset() makes a problem of a file that cannot be read", () => {
  using folder = new TestFolder();
  Deno.writeTextFileSync(folder.at("labels.csv"), "video_id,clip_id,label\r\na,1,0.5\r\n");
  const { ok, format, problems } = inspectDataset(folder.at("labels.csv"));
  assertEquals([ok, format], [false, null]);
  assertMatch(
    only(problems, "unreadable").message,
    /is a table that begins with "video_id,clip_id/,
  );
});

Deno.test("inspectDataset() sums up labels, lengths and value ranges", () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset(), "mosi_small.pkl");
  const { splits, protocol, format, bytes, sha256 } = inspectDataset(path);
  assertEquals([protocol, format, bytes], ["mosi", "mmsa-pickle", Deno.statSync(path).size]);
  assertMatch(sha256!, /^[0-9a-f]{64}$/);
  const { samples, labels, features, rawText, textBert } = splits.train!;
  assertEquals([samples, rawText, textBert], [8, true, null]);
  assertEquals(labels, {
    least: -2.25,
    greatest: 1.75,
    mean: 1 / 8,
    negative: 3,
    neutral: 1,
    positive: 4,
  });
  assertEquals(features.audio, {
    steps: 5,
    width: 2,
    dtype: "<f4",
    lengths: { least: 1, median: 3, greatest: 5 },
    lengthOrigin: "given",
    range: [544, 544 + 75 / 64],
    nonfinite: 0,
  });
});

Deno.test("formatInspection() shows identity, both tables and the problems", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train, test }) => {
      floatsIn(train.audio)[1] = -Infinity;
      delete test.regression_labels;
    }),
    "mosei_small.pkl",
  );
  const text = formatInspection(inspectDataset(path));
  assert(text.startsWith(path));
  assertMatch(text, /^ {2}protocol {4}mosei, by its name$/m);
  assertMatch(text, /^ {2}train +8 +-2\.25 +1\.75 +0\.125 +3 +1 +4$/m);
  assertMatch(text, /^ {2}test +5 +none$/m);
  assertMatch(text, /^ {2}vision +valid +4 +3 +float32 +1\/3\/4 +531 +531\.7$/m);
  assertMatch(text, /^0 errors, 2 warnings$/m);
  assertMatch(text, /audio column 1 is -inf in 1 of 8 rows.*\n +ids: "train\$_\$0"$/m);
});

Deno.test("formatInspection() shows of an unreadable file why it is", () => {
  const text = formatInspection(inspectDataset("no/such/file.pkl"));
  assertMatch(text, /^no\/such\/file\.pkl\n {2}not a dataset\n\n1 error, 0 warnings\n/);
  assertMatch(text, /unreadable: Cannot load "no\/such\/file\.pkl": there is no such file/);
});
