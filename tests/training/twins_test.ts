/**
 * Files in the odd forms that people have, and their clean twins: every model that reads features
 * gets the same numbers from both, or numbers that differ by rounding.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type FeatureColumn,
  loadDataset,
  type LoadOptions,
  MODALITIES,
  type Modality,
  type Split,
} from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { MODELS, type Setting } from "../../lib/models/mod.ts";
import { openTraining } from "../../lib/training/mod.ts";
import { readPredictions } from "../../lib/evaluation/mod.ts";
import {
  makeDataset,
  numpy,
  type SplitEntries,
  TestFolder,
  type Value,
} from "../data/mmsa_file.ts";
import { plainSettings } from "../models/networks.ts";
import { smallData } from "../models/small.ts";

/** For models that read words. */
const TINY = new URL("../golden/bert_tiny", import.meta.url).pathname;

/** Values on a grid, so that units of powers of two change no digit. */
const GRID = 64;

/** [samples, steps, width] of a column, with zeros after the true steps. */
function valuesOf(column: FeatureColumn): Float32Array {
  const { samples, steps, width, lengths } = column;
  const values = new Float32Array(samples * steps * width);
  column.read([...lengths.keys()], values);
  return values.map((value, i) => {
    const step = Math.floor(i / width) % steps;
    const isTrue = step < lengths[Math.floor(i / (steps * width))]!;
    // A true step is never zeros: those of the twins without lengths are counted.
    return isTrue ? Math.round(value * GRID) / GRID + 1 / 128 : 0;
  });
}

/** A split under MMSA's keys, with labels of people for each modality. */
function entriesOf(split: Split): SplitEntries {
  const labels = [...split.labels!];
  const entries: SplitEntries = {
    id: [...split.ids],
    raw_text: split.ids.map((id) => `words of ${id}`),
    regression_labels: labels,
  };
  for (const [i, modality] of MODALITIES.entries()) {
    const column = split.features[modality]!;
    entries[modality] = numpy([column.samples, column.steps, column.width], valuesOf(column));
    entries[`${modality}_lengths`] = [...column.lengths];
    entries[`regression_labels_${"TAV"[i]}`] = labels.map((label) => label * 0.75);
  }
  return entries;
}

/** Writes the small dataset after a change of each split. */
function written(
  folder: TestFolder,
  name: string,
  change: (entries: SplitEntries) => void = () => {},
): string {
  const { splits } = smallData();
  const made = makeDataset((all) => {
    for (const split of Object.values(splits)) {
      const entries = entriesOf(split);
      change(entries);
      all[split.name] = entries;
    }
  });
  return folder.pickle(made, `${name}_mosi.pkl`);
}

/** Each row of a feature as its true steps and the rest. */
function eachRow(
  entries: SplitEntries,
  modality: Modality,
  onRow: (row: Float32Array, length: number, width: number) => void,
): void {
  const array = entries[modality] as ReturnType<typeof numpy>;
  const [samples, steps, width] = array.shape as [number, number, number];
  const values = new Float32Array(array.bytes.buffer);
  const lengths = entries[`${modality}_lengths`] as number[];
  for (let i = 0; i < samples; i++) {
    onRow(values.subarray(i * steps * width, (i + 1) * steps * width), lengths[i]!, width);
  }
}

const ODD: Record<string, (entries: SplitEntries) => void> = {
  "zeros in front": (entries) => {
    for (const modality of MODALITIES) {
      eachRow(entries, modality, (row, length, width) => {
        const own = row.slice(0, length * width);
        row.fill(0).set(own, row.length - own.length);
      });
    }
  },
  "no lengths": (entries) => {
    for (const modality of MODALITIES) delete entries[`${modality}_lengths`];
  },
  "lengths of 0": (entries) => {
    for (const modality of ["audio", "vision"]) {
      const lengths = entries[`${modality}_lengths`] as number[];
      entries[`${modality}_lengths`] = lengths.map((length, i) => i % 3 === 0 ? 0 : length);
    }
  },
  "junk after the end": (entries) => {
    for (const modality of MODALITIES) {
      eachRow(entries, modality, (row, length, width) => row.fill(7, length * width));
    }
  },
  "other names and shapes": (entries) => {
    entries["labels"] = (entries["regression_labels"] as number[]).map((label) => [[label]]);
    entries["visual"] = entries["vision"]!;
    entries["visual_len"] = entries["vision_lengths"]!;
    entries["sentences"] = (entries["raw_text"] as string[]).map((text) => text.split(" "));
    for (const key of ["regression_labels", "vision", "vision_lengths", "raw_text"]) {
      delete entries[key];
    }
  },
};
ODD["zeros in front, no lengths"] = (entries) => {
  ODD["zeros in front"]!(entries);
  ODD["no lengths"]!(entries);
};

/** All that a model can read of a split. */
function readings(path: string, options: LoadOptions = {}): unknown {
  using data = loadDataset(path, { protocol: "mosi", ...options });
  return Object.values(data.splits).map((split) => ({
    ids: split.ids,
    labels: split.labels,
    unimodalLabels: split.unimodalLabels,
    rawText: split.rawText,
    features: MODALITIES.map((modality) => {
      const column = split.features[modality]!;
      const { samples, steps, width, lengths } = column;
      // Beyond the length nothing is read; a network that sees padding sees zeros.
      const timeMajor = new Float32Array(samples * steps * width);
      column.readTimeMajor([...lengths.keys()], timeMajor);
      return { steps, width, lengths, timeMajor };
    }),
  }));
}

for (const [name, change] of Object.entries(ODD)) {
  Deno.test(`a file with ${name} is read as its clean twin`, () => {
    using folder = new TestFolder();
    const [odd, clean] = [written(folder, "odd", change), written(folder, "clean")];
    assertEquals(readings(odd), readings(clean));
  });
}

Deno.test("a missing text is read as an empty one", () => {
  using folder = new TestFolder();
  const texts = (missing: Value) =>
    written(folder, String(missing), (entries) => {
      entries["raw_text"] = (entries["raw_text"] as string[]).map((t, i) => i % 4 ? t : missing);
    });
  assertEquals(readings(texts(null)), readings(texts("")));
  assertEquals(readings(texts(NaN)), readings(texts("")));
});

/** Columns in units of their own, as pixels and Hz are; powers of two keep the digits. */
function withUnits(entries: SplitEntries): void {
  for (const modality of ["audio", "vision"] as const) {
    eachRow(entries, modality, (row, length, width) => {
      for (let i = 0; i < length * width; i++) {
        row[i] = (8 + row[i]!) * [2048, 0.125, 16][i % width % 3]!;
      }
    });
  }
}

/** Labels from -2 to 2 and up from there. */
function onScale(entries: SplitEntries, neutral: number): void {
  for (const key of Object.keys(entries).filter((key) => key.startsWith("regression_labels"))) {
    const labels = entries[key] as number[];
    entries[key] = labels.map((label) => Math.round(label * 2 / 3 * GRID) / GRID + neutral);
  }
}

/** Trains for two epochs and gives the scores of test. */
async function scores(
  folder: TestFolder,
  data: string,
  model: typeof MODELS[number],
  neutral: number,
  settings: Readonly<Record<string, Setting>>,
): Promise<number[]> {
  const engine = await openEngine({ engine: "cpu" });
  const words = model.needs.includes("bert") ? { bert: TINY, retokenize: true } : {};
  const own = { ...plainSettings(model), ...words, ...settings };
  using training = await openTraining({
    model,
    data,
    protocol: "mosi",
    labelRange: { low: neutral - 2, high: neutral + 2, neutral },
    settings: model.kind === "network" ? { ...own, epochs: 2 } : {},
    engine,
    out: folder.at(`runs_${data.includes("odd")}`),
    onWarning: () => {},
  });
  const { summary } = await training.train(1);
  return readPredictions(`${summary.path}/predictions.csv`)
    .filter(({ split }) => split === "test").map(({ prediction }) => prediction);
}

for (const model of MODELS.filter(({ name }) => name !== "constant")) {
  Deno.test(`${model.name} gives an odd file the scores of its clean twin`, async () => {
    using folder = new TestFolder();
    const odd = written(folder, "odd", (entries) => {
      onScale(entries, 3);
      withUnits(entries);
      ODD["zeros in front"]!(entries);
      ODD["other names and shapes"]!(entries);
    });
    const clean = written(folder, "clean", (entries) => onScale(entries, 0));
    const found = await scores(folder, odd, model, 3, {});
    const wanted = await scores(folder, clean, model, 0, { standardize: "train" });
    found.forEach((score, i) => assertAlmostEquals(score - 3, wanted[i]!, 2e-3));
    assert(new Set(wanted).size > 1);
  });
}
