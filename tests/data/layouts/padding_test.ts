import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataIntegrityError } from "../../../lib/core/errors.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { convertDataset } from "../../../lib/data/store/convert.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { makeDataset, numpy, TestFolder } from "../mmsa_file.ts";

const STEPS = 6, WIDTH = 2;

/** Sequences of 1 to 5 steps, padded at the place that `isFront` says for each sample. */
function padded(
  samples: number,
  isFront: (sample: number) => boolean,
): { values: Float32Array; lengths: number[] } {
  const values = new Float32Array(samples * STEPS * WIDTH);
  const lengths = Array.from({ length: samples }, (_, i) => 1 + i % (STEPS - 1));
  lengths.forEach((length, i) => {
    const start = isFront(i) ? STEPS - length : 0;
    for (let j = 0; j < length * WIDTH; j++) {
      values[(i * STEPS + start) * WIDTH + j] = i + 1 + j / 8;
    }
  });
  return { values, lengths };
}

function dataset(isFront: (sample: number) => boolean, hasLengths = true) {
  return makeDataset((splits) => {
    for (const split of Object.values(splits)) {
      const samples = (split.id as string[]).length;
      const { values, lengths } = padded(samples, isFront);
      split.audio = numpy([samples, STEPS, WIDTH], values);
      if (hasLengths) split.audio_lengths = lengths;
      else delete split.audio_lengths;
    }
  });
}

function audioOf(path: string, warnings: string[] = []) {
  using data = loadDataset(path, { protocol: "mosi", onWarning: (text) => warnings.push(text) });
  const column = data.splits.train!.features.audio!;
  const values = new Float32Array(column.samples * STEPS * WIDTH);
  column.read([...column.lengths.keys()], values);
  return { values: [...values], lengths: [...column.lengths] };
}

for (const hasLengths of [true, false]) {
  const how = hasLengths ? "with" : "without";
  Deno.test(`loadDataset() reads front padding as end padding ${how} lengths`, () => {
    using folder = new TestFolder();
    const front = folder.pickle(dataset(() => true, hasLengths), "front.pkl");
    const end = folder.pickle(dataset(() => false, hasLengths), "end.pkl");
    const warnings: string[] = [];
    assertEquals(audioOf(front, warnings), audioOf(end));
    assertEquals(warnings.filter((text) => /front/.test(text)).length, 1);
    assertMatch(warnings.join(), /audio padded with zeros at the front: turned to the end/);
    assertEquals(audioOf(end).lengths, [1, 2, 3, 4, 5, 1, 2, 3]);
    assertEquals(inspectDataset(front, "mosi").padding.audio, "front");
    assertEquals(inspectDataset(end, "mosi").padding.audio, "end");
    convertDataset(front, folder.at("store"), { protocol: "mosi" });
    assertEquals(audioOf(folder.at("store")), audioOf(end));
  });
}

Deno.test("padding at both places is an error, which training refuses too", () => {
  using folder = new TestFolder();
  const path = folder.pickle(dataset((sample) => sample % 2 === 0), "mixed.pkl");
  const { ok, problems, padding } = inspectDataset(path, "mosi");
  assertEquals([ok, padding.audio], [false, "mixed"]);
  assert(problems.some(({ code, severity }) => code === "mixed-padding" && severity === "error"));
  assertThrows(
    () => loadDataset(path, { protocol: "mosi" }),
    DataIntegrityError,
    "audio is padded with zeros at the front in some samples and at the end in others",
  );
});

Deno.test("sequences whose steps and columns are exchanged are told", () => {
  using folder = new TestFolder();
  const exchanged = dataset(() => false, false);
  for (const split of Object.values(exchanged)) {
    const { values } = padded((split.id as string[]).length, () => false);
    const turned = values.map((_, at) => {
      const [row, rest] = [Math.floor(at / (STEPS * WIDTH)), at % (STEPS * WIDTH)];
      const [column, step] = [Math.floor(rest / STEPS), rest % STEPS];
      return values[row * STEPS * WIDTH + step * WIDTH + column]!;
    });
    split.audio = numpy([(split.id as string[]).length, WIDTH, STEPS], turned);
  }
  const told = (made: typeof exchanged) =>
    inspectDataset(folder.pickle(made, "made.pkl"), "mosi").problems
      .filter(({ code }) => code === "exchanged-axes");
  const [only, ...more] = told(exchanged);
  assertEquals([only!.modality, more], ["audio", []]);
  assertMatch(only!.message, /if its 2 steps are columns and its 6 columns steps, save it as/);
  assertEquals(told(dataset(() => false, false)), []);
  assertEquals(told(dataset(() => true)), []);
});

Deno.test("a length of 0 is counted from the values, with a warning", () => {
  using folder = new TestFolder();
  const change = dataset(() => false);
  (change.train!.audio_lengths as number[])[2] = 0;
  const path = folder.pickle(change, "zero.pkl");
  const warnings: string[] = [];
  assertEquals(audioOf(path, warnings).lengths[2], 3);
  assertMatch(warnings.join(), /1 audio length of 0 for sequences that have values/);
});

Deno.test("a sequence that begins with zeros of its own is left where it is", () => {
  using folder = new TestFolder();
  const change = dataset(() => false);
  const { values } = padded(8, () => false);
  values.fill(0, 4 * STEPS * WIDTH, 4 * STEPS * WIDTH + WIDTH);
  change.train!.audio = numpy([8, STEPS, WIDTH], values);
  const path = folder.pickle(change, "silent.pkl");
  assertEquals(audioOf(path).values, [...values]);
});
