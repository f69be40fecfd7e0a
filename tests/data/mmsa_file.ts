/** Small pickles in MMSA's format, written opcode by opcode, with whatever fault a test needs. */

import { join } from "node:path";

/** A numpy array. */
export class NumpyArray {
  constructor(
    readonly dtype: string,
    readonly shape: readonly number[],
    readonly bytes: Uint8Array,
  ) {}
}

/** A numpy array of the values of a typed array. */
export function numpy(
  shape: readonly number[],
  values: Float32Array | Float64Array | BigInt64Array | Int32Array,
): NumpyArray {
  const kind = values instanceof BigInt64Array || values instanceof Int32Array ? "i" : "f";
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new NumpyArray(`${kind}${values.BYTES_PER_ELEMENT}`, shape, bytes);
}

/** A numpy array of strings, `<U…`. */
export function numpyStrings(texts: readonly string[]): NumpyArray {
  const longest = Math.max(1, ...texts.map((text) => text.length));
  const codes = new Uint32Array(texts.length * longest);
  texts.forEach((text, i) =>
    [...text].forEach((letter, j) => codes[i * longest + j] = letter.codePointAt(0)!)
  );
  return new NumpyArray(`U${longest}`, [texts.length], new Uint8Array(codes.buffer));
}

/** What a test pickle may hold: an object becomes a dictionary, an array a list. */
export type Value =
  | null
  | number
  | string
  | NumpyArray
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A folder for one test, removed with all that is in it. */
export class TestFolder implements Disposable {
  readonly path: string = Deno.makeTempDirSync();

  /** Path of `name` in the folder. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes `value` as a pickle of protocol 3 and gives its path. */
  pickle(value: Value, name = "data.pkl"): string {
    Deno.writeFileSync(this.at(name), pickled(value));
    return this.at(name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The bytes of a pickle. */
export function pickled(value: Value): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(0x80, 3)];
  const text = new TextEncoder();
  const op = (code: string, argument: Uint8Array = new Uint8Array()) =>
    parts.push(text.encode(code), argument);
  const sized = (bytes: Uint8Array) => {
    const all = new Uint8Array(4 + bytes.length);
    new DataView(all.buffer).setUint32(0, bytes.length, true);
    all.set(bytes, 4);
    return all;
  };
  const integer = (number: number) => op("J", new Uint8Array(Int32Array.of(number).buffer));
  const tuple = (...items: (() => void)[]) => {
    op("(");
    items.forEach((item) => item());
    op("t");
  };
  const array = ({ dtype, shape, bytes }: NumpyArray) => {
    op("cnumpy.core.multiarray\n_reconstruct\n");
    tuple(() => op("cnumpy\nndarray\n"), () => tuple(() => integer(0)), () => write("b"));
    op("R");
    const makeDtype = () => {
      op("cnumpy\ndtype\n");
      tuple(() => write(dtype), () => integer(0), () => integer(1));
      op("R");
      const width = dtype.startsWith("U") ? 4 * Number(dtype.slice(1)) : -1;
      const rest = [3, "<", null, null, null, width, width < 0 ? -1 : 4, 0];
      tuple(...rest.map((item) => () => write(item)));
      op("b");
    };
    tuple(
      () => integer(1),
      () => tuple(...shape.map((size) => () => integer(size))),
      makeDtype,
      () => integer(0),
      () => op("B", sized(bytes)),
    );
    op("b");
  };
  const write = (item: Value): void => {
    if (item === null) op("N");
    else if (typeof item === "string") op("X", sized(text.encode(item)));
    else if (typeof item === "number" && Number.isInteger(item)) integer(item);
    else if (typeof item === "number") {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, item);
      op("G", bytes);
    } else if (item instanceof NumpyArray) array(item);
    else if (Array.isArray(item)) {
      op("](");
      item.forEach(write);
      op("e");
    } else {
      op("}(");
      for (const [key, entry] of Object.entries(item)) {
        write(key);
        write(entry);
      }
      op("u");
    }
  };
  write(value);
  op(".");
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A split as MMSA has it. */
export type SplitEntries = Record<string, Value>;

/** A valid split with text [n, 3, 4], audio [n, 5, 2], vision [n, 4, 3] and distinct values. */
export function makeSplit(name: string, samples: number): SplitEntries {
  const numbers = (...shape: number[]) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b));
    const start = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
    return numpy(shape, values.map((_, i) => start + shape.at(-1)! + i / 64));
  };
  const indices = Array.from({ length: samples }, (_, i) => i);
  return {
    raw_text: indices.map((i) => `words ${name} ${i}`),
    text: numbers(samples, 3, 4),
    audio: numbers(samples, 5, 2),
    vision: numbers(samples, 4, 3),
    audio_lengths: indices.map((i) => 1 + i % 5),
    vision_lengths: indices.map((i) => 1 + i % 4),
    id: indices.map((i) => `${name}$_$${i}`),
    annotations: indices.map((i) => ["Negative", "Neutral", "Positive"][i % 3]!),
    classification_labels: numpy([samples], BigInt64Array.from(indices, (i) => BigInt(i % 3))),
    regression_labels: numpy(
      [samples],
      Float32Array.from(indices, (i) => [-1.5, 0, 1.5, -2.25, 1.25, -0.5, 0.75, 1.75][i]!),
    ),
  };
}

/** A valid dataset of 8, 4 and 5 samples; `change` plants a fault. */
export function makeDataset(
  change: (splits: Record<"train" | "valid" | "test", SplitEntries>) => void = () => {},
): Record<string, SplitEntries> {
  const splits = {
    train: makeSplit("train", 8),
    valid: makeSplit("valid", 4),
    test: makeSplit("test", 5),
  };
  change(splits);
  return splits;
}

/** The dataset with labels whose range tells no protocol. */
export function makeOneSided(): Record<string, SplitEntries> {
  return makeDataset((splits) => {
    for (const { regression_labels } of Object.values(splits)) {
      const labels = floatsIn(regression_labels);
      labels.set(labels.map(Math.abs));
    }
  });
}

/** The dataset with another width of a modality, in all splits. */
export function makeWide(modality: string, width: number): Record<string, SplitEntries> {
  return makeDataset((splits) => {
    for (const split of Object.values(splits)) {
      const [samples = 0, steps = 0] = (split[modality] as NumpyArray).shape;
      const values = new Float32Array(samples * steps * width);
      split[modality] = numpy([samples, steps, width], values);
    }
  });
}

/** The float32 values of an array that {@linkcode makeSplit} made, to be changed in place. */
export function floatsIn(value: Value | undefined): Float32Array {
  const { bytes } = value as NumpyArray;
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The same dataset with each float32 array as float64, so that values can be out of range. */
export function asFloat64(value: Value | undefined): NumpyArray {
  return numpy((value as NumpyArray).shape, Float64Array.from(floatsIn(value)));
}
