/**
 * A store: a folder with `meta.json` and one safetensors file a split, from which single rows can
 * be read, so that a split larger than the memory can be trained on.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import type { ArraySource } from "../arrays/array_source.ts";
import type { TextBert } from "../dataset.ts";
import { MODALITIES, type Modality, type SplitName, SPLITS } from "../modality.ts";
import { readSafetensors } from "./safetensors.ts";
import type { ColumnSource, DatasetSource, Needs, SplitSource } from "../source.ts";
import { damaged, labelTensor, readMeta, type SplitMeta, type StoreMeta } from "./store_meta.ts";
import { floatsOf, integersOf } from "../arrays/values.ts";

/**
 * Opens the store at `folder`; its files stay open until it is disposed.
 *
 * @throws {DataError} if it is no store, is damaged or lacks something of `needs`
 */
export function openStore(folder: string, needs: Needs = {}): DatasetSource {
  const meta = readMeta(folder);
  checkNeeds(folder, meta, needs);
  using open = new DisposableStack();
  const splits: Partial<Record<SplitName, SplitSource>> = {};
  for (const [name, split] of Object.entries(meta.splits) as [SplitName, SplitMeta][]) {
    splits[name] = new SplitFile(folder, name, split, open).read();
  }
  const files = open.move();
  const zeroed = Object.entries(meta.splits).map(([name, { features }]) => [
    name,
    Object.fromEntries(
      Object.entries(features)
        .filter(([, { nonfinite }]) => nonfinite > 0)
        .map(([modality, { nonfinite }]) => [modality, nonfinite]),
    ),
  ]);
  const fingerprints = Object.entries(meta.splits).map((
    [name, { fingerprint }],
  ) => [name, fingerprint]);
  return {
    path: folder,
    format: "store",
    layout: null,
    renamed: [],
    padding: {},
    name: meta.name,
    fileName: meta.source.file,
    protocol: meta.protocol,
    splits,
    problems: [],
    ...(meta.recipe === undefined ? {} : { recipe: meta.recipe }),
    store: {
      problems: meta.problems,
      zeroed: Object.fromEntries(zeroed),
      fingerprints: Object.fromEntries(fingerprints),
    },
    sums: () => ({ bytes: null, sha256: meta.source.sha256 }),
    [Symbol.dispose]: () => files.dispose(),
  };
}

function checkNeeds(folder: string, meta: StoreMeta, needs: Needs): void {
  const faults: string[] = [];
  for (const name of needs.splits ?? []) {
    if (meta.splits[name] === undefined) faults.push(`lacks split "${name}"`);
  }
  for (const name of needs.labels === true ? needs.splits ?? SPLITS : []) {
    if (meta.splits[name]?.labels === false) faults.push(`split "${name}" lacks labels`);
  }
  if (faults.length > 0) throw new DataError(`Cannot load "${folder}": ${faults.join("; ")}`);
}

/** The arrays of one split, each checked against `meta.json`. */
class SplitFile {
  readonly #folder: string;
  readonly #name: SplitName;
  readonly #meta: SplitMeta;
  readonly #tensors: ReadonlyMap<string, ArraySource>;

  constructor(folder: string, name: SplitName, meta: SplitMeta, open: DisposableStack) {
    this.#folder = folder;
    this.#name = name;
    this.#meta = meta;
    try {
      const file = open.use(readSafetensors(join(folder, `${name}.safetensors`)));
      this.#tensors = file.tensors;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw damaged(folder, messageOf(error));
    }
  }

  read(): SplitSource {
    const { samples, ids, rawText, annotations, textBertTokens } = this.#meta;
    const unimodalLabels: Partial<Record<Modality, Float32Array>> = {};
    for (const modality of MODALITIES) {
      if (!this.#meta.unimodalLabels.includes(modality)) continue;
      unimodalLabels[modality] = this.#labels(modality);
    }
    const columns: Partial<Record<Modality, ColumnSource>> = {};
    for (const modality of MODALITIES) {
      if (this.#meta.features[modality] !== undefined) columns[modality] = this.#column(modality);
    }
    let textBert: TextBert | null = null;
    if (textBertTokens !== null) {
      const shape = [samples, 3, textBertTokens] as const;
      const values = integersOf(this.#tensor("text_bert", shape))!.values;
      textBert = { shape, values };
    }
    return {
      name: this.#name,
      ids,
      labels: this.#meta.labels ? this.#labels(null) : null,
      unimodalLabels,
      columns,
      rawText,
      textBert,
      annotations,
    };
  }

  #tensor(name: string, shape: readonly number[]): ArraySource {
    const tensor = this.#tensors.get(name);
    const file = `${this.#name}.safetensors`;
    if (tensor === undefined) throw damaged(this.#folder, `${file} lacks tensor "${name}"`);
    if (String(tensor.shape) !== String(shape)) {
      const found = `[${tensor.shape.join(", ")}]`;
      const what = `tensor "${name}" of ${file} is ${found}, expected [${shape.join(", ")}]`;
      throw damaged(this.#folder, what);
    }
    return tensor;
  }

  #labels(modality: Modality | null): Float32Array {
    return floatsOf(this.#tensor(labelTensor(modality), [this.#meta.samples]))!.values;
  }

  #column(modality: Modality): ColumnSource {
    const { samples } = this.#meta;
    const { steps, width, lengthOrigin } = this.#meta.features[modality]!;
    const values = this.#tensor(modality, [samples, steps, width]);
    const lengths = integersOf(this.#tensor(`${modality}_lengths`, [samples]))!.values;
    if (lengths.some((length) => length < 1 || length > steps)) {
      throw damaged(this.#folder, `a ${modality} length is outside 1 to ${steps}`);
    }
    const shape = { modality, samples, steps, width };
    return { ...shape, values, lengths, lengthOrigin, wrongLengths: [] };
  }
}
