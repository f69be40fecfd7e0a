import { assert, assertEquals, assertMatch } from "@std/assert";
import { RandomStream } from "../../../lib/core/random.ts";
import { textKind } from "../../../lib/data/checks/text_kind.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { numpy, TestFolder } from "../mmsa_file.ts";
import { MemoryColumn } from "../../../lib/data/column.ts";

const SAMPLES = 120, STEPS = 8;

/** Texts whose steps `stepOf` makes, with labels in [-3, 3]. */
function texts(
  width: number,
  stepOf: (label: number, step: number, random: RandomStream) => Float32Array,
  steps = STEPS,
): { text: MemoryColumn; labels: Float32Array } {
  const random = RandomStream.fromSeed(5).split(`width ${width}`);
  const values = new Float32Array(SAMPLES * steps * width);
  const lengths = Int32Array.from({ length: SAMPLES }, () => 3 + random.integer(steps - 2));
  const labels = Float32Array.from({ length: SAMPLES }, () => 6 * random.uniform() - 3);
  for (let i = 0; i < SAMPLES; i++) {
    for (let step = 0; step < lengths[i]!; step++) {
      values.set(stepOf(labels[i]!, step, random), (i * steps + step) * width);
    }
  }
  return { text: new MemoryColumn(values, { samples: SAMPLES, steps, width }, lengths), labels };
}

/** States of a BERT: [CLS] of all sentences lie near each other, and away from the words. */
function bert(width: number): ReturnType<typeof texts> {
  const cls = RandomStream.fromSeed(7).split("cls").normalArray(width);
  return texts(width, (label, step, random) => {
    const noise = random.normalArray(width);
    return noise.map((value, j) =>
      step === 0 ? cls[j]! + 0.3 * value + (j % 2 ? 0.02 : -0.02) * label : value
    );
  });
}

/** Vectors of a vocabulary, as GloVe's: the same word has the same vector. */
function glove(width: number): ReturnType<typeof texts> {
  const random = RandomStream.fromSeed(9).split("words");
  const words = Array.from({ length: 60 }, () => random.normalArray(width));
  return texts(width, (_, __, draw) => words[draw.integer(words.length)]!);
}

for (const [name, width] of [["tiny", 128], ["base", 768], ["large", 1024]] as const) {
  Deno.test(`textKind() takes [CLS] of BERT-${name} for a sentence vector`, () => {
    const { text, labels } = bert(width);
    const { isSentence, reason } = textKind(text, labels);
    assert(isSentence, reason);
    assertMatch(reason, /variances away from the others/);
    assert(textKind(text, null).isSentence);
  });
}

for (const width of [50, 300]) {
  Deno.test(`textKind() takes GloVe of ${width} numbers for words`, () => {
    const { text, labels } = glove(width);
    const { isSentence, reason } = textKind(text, labels);
    assertEquals(isSentence, false, reason);
    assertMatch(reason, /occurs in others/);
  });
}

Deno.test("textKind() asks the labels where vectors are all different and of one kind", () => {
  const width = 6;
  // The label is in all words, or in the first step alone.
  const words = texts(width, (label, _, random) => {
    const noise = random.normalArray(width, 4);
    noise[0]! += label;
    return noise;
  }, 24);
  const mean = textKind(words.text, words.labels);
  assertEquals(mean.isSentence, false, mean.reason);
  const first = texts(width, (label, step, random) => {
    const noise = random.normalArray(width);
    if (step === 0) noise[0]! += label;
    return noise;
  });
  const sentence = textKind(first.text, first.labels);
  assert(sentence.isSentence, sentence.reason);
  assertMatch(sentence.reason, /predicts labels with r = /);
});

Deno.test("textKind() takes one step, and words that are 0, for what they are", () => {
  const single = new MemoryColumn(new Float32Array(8), { samples: 4, steps: 1, width: 2 });
  assertEquals(textKind(single, null), { isSentence: true, reason: "the text has one step" });
  const unknown = texts(
    4,
    (_, step, random) => step === 0 ? new Float32Array(4) : random.normalArray(4),
  );
  assertEquals(textKind(unknown.text, unknown.labels).isSentence, false);
});

/** A file with the texts, and audio of as many steps or of others. */
function written(
  folder: TestFolder,
  { text, labels }: ReturnType<typeof texts>,
  isFront: boolean,
  isAligned: boolean,
): string {
  const { samples, steps, width, lengths } = text;
  const values = new Float32Array(samples * steps * width);
  text.read([...lengths.keys()], values);
  for (let i = 0; i < samples && isFront; i++) {
    const row = values.subarray(i * steps * width, (i + 1) * steps * width);
    row.copyWithin((steps - lengths[i]!) * width, 0, lengths[i]! * width);
    row.fill(0, 0, (steps - lengths[i]!) * width);
  }
  const audioSteps = isAligned ? steps : steps + 3;
  const audio = RandomStream.fromSeed(8).normalArray(samples * audioSteps * 2);
  const all = {
    id: Array.from({ length: samples }, (_, i) => `a${i}`),
    text: numpy([samples, steps, width], values),
    audio: numpy([samples, audioSteps, 2], audio),
    labels: numpy([samples, 1, 1], labels),
  };
  return folder.pickle({ train: all }, "mosi.pkl");
}

for (const isFront of [false, true]) {
  for (const isAligned of [false, true]) {
    const form = `${isFront ? "front" : "end"}-padded, ${isAligned ? "" : "not "}aligned`;
    Deno.test(`data:check tells word vectors from BERT's features, ${form}`, () => {
      using folder = new TestFolder();
      const poolings = [bert(128), glove(50)].map((made) => {
        const { textPooling, padding } = inspectDataset(
          written(folder, made, isFront, isAligned),
          "mosi",
        );
        assertEquals(padding.text, isFront ? "front" : "end");
        return textPooling;
      });
      assertEquals(poolings, ["first", "lstm"]);
    });
  }
}
