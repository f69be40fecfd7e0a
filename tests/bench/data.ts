/** Benchmark data: random features in the shapes of the field's files, readable by both sides. */

import { join } from "node:path";
import { fillUniform } from "../../lib/core/philox.ts";
import { MemoryColumn } from "../../lib/data/mod.ts";
import { MODALITIES, type Modality, RandomStream, type Split } from "../../mod.ts";

/** [steps, width] of each modality. */
type Shapes = Readonly<Record<Modality, readonly [steps: number, width: number]>>;

/** A benchmark dataset. */
export interface BenchData {
  readonly name: string;
  /** Whose settings are used. */
  readonly preset: "mosi" | "mosei" | "sims";
  readonly samples: number;
  readonly shapes: Shapes;
  /** Shortest true length as a share of the steps; 1 for full sequences. */
  readonly shortest: number;
}

const MOSI: Shapes = { text: [1, 768], audio: [375, 5], vision: [500, 20] };
const ALIGNED: Shapes = { text: [1, 768], audio: [50, 5], vision: [50, 20] };
const MOSEI: Shapes = { text: [1, 768], audio: [500, 74], vision: [375, 35] };

/** MOSI has 1,284 train samples; 2,000 stand for MOSEI's 16,326. */
export const BENCH_DATA: readonly BenchData[] = [
  { name: "mosi aligned", preset: "mosi", samples: 1284, shapes: ALIGNED, shortest: 0.1 },
  { name: "mosi varied", preset: "mosi", samples: 1284, shapes: MOSI, shortest: 0.1 },
  { name: "mosi full", preset: "mosi", samples: 1284, shapes: MOSI, shortest: 1 },
  { name: "mosei varied", preset: "mosei", samples: 2000, shapes: MOSEI, shortest: 0.1 },
  { name: "mosei full", preset: "mosei", samples: 2000, shapes: MOSEI, shortest: 1 },
];

/**
 * Writes the arrays as raw little-endian files: `MODALITY.f32` [samples, steps, width],
 * `MODALITY.lengths.i32` and `labels.f32`, with `shape.json`.
 */
export function writeBenchData(folder: string, data: BenchData): void {
  const random = RandomStream.fromSeed(1).split(data.name);
  const { samples } = data;
  Deno.mkdirSync(folder, { recursive: true });
  const write = (name: string, array: Float32Array | Int32Array) =>
    Deno.writeFileSync(join(folder, name), new Uint8Array(array.buffer));
  for (const modality of MODALITIES) {
    const [steps, width] = data.shapes[modality];
    const values = new Float32Array(samples * steps * width);
    fillUniform(values, random.split(modality).key, [0, 0, 0, 0]);
    const shortest = Math.max(1, Math.round(data.shortest * steps));
    const draw = random.split(`${modality} lengths`);
    const lengths = Int32Array.from(
      { length: samples },
      () => shortest + draw.integer(steps - shortest + 1),
    );
    lengths.forEach((length, i) =>
      values.fill(0, (i * steps + length) * width, (i + 1) * steps * width)
    );
    write(`${modality}.f32`, values);
    write(`${modality}.lengths.i32`, lengths);
  }
  write("labels.f32", random.split("labels").uniformArray(samples, -3, 3));
  Deno.writeTextFileSync(join(folder, "shape.json"), JSON.stringify({ samples, ...data.shapes }));
}

/** Reads what {@linkcode writeBenchData} wrote, as a train split. */
export function readBenchData(folder: string): Split {
  const shape = JSON.parse(Deno.readTextFileSync(join(folder, "shape.json")));
  const bytes = (name: string) => Deno.readFileSync(join(folder, name)).buffer;
  const features = Object.fromEntries(MODALITIES.map((modality) => {
    const [steps, width] = shape[modality];
    const lengths = new Int32Array(bytes(`${modality}.lengths.i32`));
    const values = new Float32Array(bytes(`${modality}.f32`));
    const { samples } = shape;
    return [modality, new MemoryColumn(values, { samples, steps, width }, lengths)];
  }));
  const labels = new Float32Array(bytes("labels.f32"));
  // Some models learn people's labels of each modality: what they are costs nothing more.
  const unimodalLabels = Object.fromEntries(MODALITIES.map((modality) => [modality, labels]));
  return {
    name: "train",
    samples: shape.samples,
    ids: Array.from(labels, (_, i) => String(i)),
    labels,
    unimodalLabels,
    features,
    rawText: null,
    textBert: null,
    annotations: null,
  };
}

/**
 * Random ids, masks and segments of sentences, [sentences, 3, places]: from a fifth to all of the
 * places, the first sentence takes them all.
 */
export function makeTokens(sentences: number, places: number): Int32Array {
  const draw = RandomStream.fromSeed(1).split("tokens");
  const shortest = Math.floor(places / 5);
  const values = new Int32Array(3 * sentences * places);
  for (let i = 0; i < sentences; i++) {
    const length = i === 0 ? places : shortest + draw.integer(places - shortest + 1);
    const at = 3 * i * places;
    for (let t = 0; t < length; t++) values[at + t] = 1000 + draw.integer(29000);
    values.fill(1, at + places, at + places + length);
  }
  return values;
}
