/**
 * One split by MMSA's keys, key by key. Faults are collected, so that one error can name
 * all of them.
 *
 * @module
 */

import { nearest } from "../../core/suggest.ts";
import type { TextBert } from "../dataset.ts";
import { type Lengths, resolveLengths } from "./lengths.ts";
import { SPLIT_KEYS } from "./names.ts";
import { MODALITIES, type Modality, MODALITY_LETTERS, type SplitName } from "../modality.ts";
import { listSome } from "../problem.ts";
import type { ColumnSource, SplitSource } from "../source.ts";
import {
  countOf,
  describe,
  floatsOf,
  type FloatSource,
  floatSource,
  integersOf,
  stringsOf,
} from "../arrays/values.ts";

/** Reads one split; what is wrong is added to `faults`, each as `split "train" …`. */
export function readSplit(
  name: SplitName,
  entries: ReadonlyMap<unknown, unknown>,
  needLabels: boolean,
  faults: string[],
): SplitSource {
  return new SplitReader(name, entries, faults).read(needLabels);
}

class SplitReader {
  readonly #name: SplitName;
  readonly #entries: ReadonlyMap<unknown, unknown>;
  readonly #faults: string[];
  #samples = 0;

  constructor(name: SplitName, entries: ReadonlyMap<unknown, unknown>, faults: string[]) {
    this.#name = name;
    this.#entries = entries;
    this.#faults = faults;
  }

  read(needLabels: boolean): SplitSource {
    const missing = ["id", ...(needLabels ? ["regression_labels"] : [])]
      .filter((key) => !this.#entries.has(key));
    const hints = (keys: readonly string[]) => keys.map((key) => this.#hint(key)).join(", ");
    if (missing.length > 0) this.#fault(`lacks ${hints(missing)}`);
    const used = [...MODALITIES, "text_bert"];
    if (!used.some((key) => this.#entries.has(key))) {
      this.#fault(`has no features, expected at least one of ${hints(MODALITIES)}`);
    }
    const found = this.#strings("id");
    this.#samples = found?.length ?? this.#firstSize();
    const ids = found ?? [];
    const textBert = this.#textBert();
    const unimodalLabels: Partial<Record<Modality, Float32Array>> = {};
    for (const modality of MODALITIES) {
      const labels = this.#numbers(`regression_labels_${MODALITY_LETTERS[modality]}`);
      if (labels !== null) unimodalLabels[modality] = labels;
    }
    return {
      name: this.#name,
      ids,
      labels: this.#numbers("regression_labels"),
      unimodalLabels,
      columns: this.#columns(textBert),
      rawText: this.#strings("raw_text"),
      textBert,
      annotations: this.#strings("annotations"),
    };
  }

  #fault(text: string): void {
    this.#faults.push(`split "${this.#name}" ${text}`);
  }

  /** The missing key with the nearest key that is there and unused. */
  #hint(key: string): string {
    const unknown = [...this.#entries.keys()].map(String).filter((key) =>
      !SPLIT_KEYS.includes(key)
    );
    const near = nearest(key, unknown);
    return near === undefined ? `"${key}"` : `"${key}" (nearest is "${near}")`;
  }

  /** Number of samples of the first features, where the ids are missing. */
  #firstSize(): number {
    const values = MODALITIES.map((modality) => floatSource(this.#entries.get(modality)));
    return values.find((value) => value !== null)?.shape[0] ?? 0;
  }

  #checkSamples(key: string, samples: number | undefined): void {
    if (samples === this.#samples) return;
    this.#fault(`has ${samples} rows of "${key}", expected ${this.#samples} as of "id"`);
  }

  #strings(key: string): string[] | null {
    if (!this.#entries.has(key)) return null;
    const strings = stringsOf(this.#entries.get(key));
    if (strings === null) {
      this.#fault(`"${key}" is ${describe(this.#entries.get(key))}, expected a list of strings`);
    } else if (key !== "id") {
      this.#checkSamples(key, strings.length);
    }
    return strings;
  }

  /** One number a sample, [samples] or [samples, 1]; null where the key is absent. */
  #numbers(key: string): Float32Array | null {
    if (!this.#entries.has(key)) return null;
    const found = floatsOf(this.#entries.get(key));
    const one = found === null ? 0 : countOf(found.shape.slice(1));
    if (found === null || (one !== 1 && found.shape[0] !== 0)) {
      const value = describe(this.#entries.get(key));
      this.#fault(`"${key}" is ${value}, expected one number a sample`);
      return null;
    }
    this.#checkSamples(key, found.shape[0]);
    return found.values;
  }

  #textBert(): TextBert | null {
    const value = this.#entries.get("text_bert");
    if (!this.#entries.has("text_bert")) return null;
    const found = integersOf(value);
    if (found?.shape.length !== 3 || found.shape[1] !== 3) {
      this.#fault(`"text_bert" is ${describe(value)}, expected numbers [samples, 3, tokens]`);
      return null;
    }
    this.#checkSamples("text_bert", found.shape[0]);
    return { shape: [found.shape[0]!, 3, found.shape[2]!], values: found.values };
  }

  #columns(textBert: TextBert | null): Partial<Record<Modality, ColumnSource>> {
    const columns: Partial<Record<Modality, ColumnSource>> = {};
    for (const modality of MODALITIES) {
      if (!this.#entries.has(modality)) continue;
      const values = this.#features(modality);
      if (values === null) continue;
      const [samples = 0, steps = 1, width = 0] = values.shape;
      const shape = { modality, samples, steps, width, values };
      columns[modality] = { ...shape, ...this.#lengths(values, columns, textBert, modality) };
    }
    return columns;
  }

  /** Features as [samples, steps, width]; [samples, width] is one step. */
  #features(modality: Modality): FloatSource | null {
    const value = this.#entries.get(modality);
    const source = floatSource(value);
    const rank = source?.shape.length;
    if (source === null || (rank !== 2 && rank !== 3)) {
      const empty = this.#samples === 0 && Array.isArray(value) && value.length === 0;
      if (!empty) {
        this.#fault(`"${modality}" is ${describe(value)}, expected [samples, steps, width]`);
      }
      return null;
    }
    this.#checkSamples(modality, source.shape[0]);
    const shape = rank === 3 ? source.shape : [source.shape[0]!, 1, source.shape[1]!];
    if (countOf(shape.slice(1)) === 0) {
      this.#fault(`"${modality}" is ${describe(value)}, expected at least 1 step and 1 column`);
      return null;
    }
    return withShape(source, shape);
  }

  #lengths(
    values: FloatSource,
    columns: Readonly<Partial<Record<Modality, ColumnSource>>>,
    textBert: TextBert | null,
    modality: Modality,
  ): Lengths {
    const [samples = 0, steps = 1] = values.shape;
    const text = columns.text;
    const aligned = modality !== "text" && text?.steps === steps && text.lengthOrigin === "given";
    const masked = steps > 1 && textBert?.shape[2] === steps && textBert.shape[0] === samples;
    return resolveLengths(samples, steps, {
      given: this.#numbers(`${modality}_lengths`) ?? values.rowLengths ?? null,
      mask: masked ? textBert : null,
      text: aligned ? text.lengths : null,
    });
  }
}

function withShape(source: FloatSource, shape: readonly number[]): FloatSource {
  return {
    shape,
    dtype: source.dtype,
    readFloat32: (start, target) => source.readFloat32(start, target),
    // Rows of a list that are vectors have one step each, whatever their own first size is.
    ...(source.rowLengths !== undefined && source.shape.length === 3
      ? { rowLengths: source.rowLengths }
      : {}),
  };
}

/** `it has "id", "text"`, for messages about keys that are not there. */
export function hasKeys(entries: ReadonlyMap<unknown, unknown>): string {
  return `it has ${listSome([...entries.keys()].map(String), 20) || "no keys"}`;
}
