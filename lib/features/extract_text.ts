/**
 * From the raw text of a dataset to a store with a BERT's features as its text.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../core/errors.ts";
import { exists, writeJsonAtomic } from "../core/files.ts";
import { lockFolder } from "../core/lock.ts";
import {
  type ColumnSource,
  type Conversion,
  convertSource,
  openDataset,
  type ProtocolName,
  type SourceOptions,
  sourceOptions,
  type Split,
  type SplitName,
  type SplitSource,
  type TextBert,
} from "../data/mod.ts";
import { readMeta, RowFile } from "../data/store/mod.ts";
import { placeCounts, placesOf, tokenCounts } from "../data/text_bert.ts";
import type { TextExtractor } from "./text_extractor.ts";

import { retokenize, type Tokenizer } from "./tokenizer.ts";
import { byTokens } from "./word_pieces.ts";

/** Batches whose sentences are sorted by length together, and written together, at most. */
const WINDOW = 8;
/** Bytes of their rows, at most. */
const WINDOW_BYTES = 64e6;

/** What makes features of sentences. */
export interface TextModel {
  /** Makes ids of words. */
  readonly tokenizer: Tokenizer;
  /** Makes features of ids. */
  readonly extractor: TextExtractor;
  /** SHA-256 of its weights: tells one model from another. */
  readonly sha256: string;
}

/** How features are extracted. */
export interface ExtractOptions extends SourceOptions {
  /** `tokens`: the states of all tokens (default); `cls`: that of the first alone. */
  readonly kind?: "tokens" | "cls";
  /** Sentences that are computed at once; default 32. */
  readonly batchSize?: number;
  /**
   * The words of samples by their ids, where steps of audio and vision are words: they are what is
   * tokenized, and each token gets the steps of its word. For `tokens` only.
   */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** The protocol, where it is known. */
  readonly protocol?: ProtocolName;
  /** Called after each batch with the number of sentences done and of all. */
  readonly onProgress?: (done: number, all: number) => void;
  /**
   * Aborting it ends the extraction after a batch; the same call goes on, and computes the last few
   * batches again.
   */
  readonly signal?: AbortSignal;
}

/**
 * Tokenizes the raw text of the dataset at `path`, computes the last hidden states of `model`, and
 * writes everything as a store in which they are the text. What is done is kept beside `folder`
 * until then, and the same call goes on with it.
 *
 * @param path a pickle or a store
 * @param folder of the new store
 * @throws {DataError} when a split has no raw text, or `folder` holds something else.
 */
export async function extractText(
  path: string,
  model: TextModel,
  folder: string,
  options: ExtractOptions = {},
): Promise<Conversion> {
  const { kind = "tokens", words, signal } = options;
  using source = openDataset(path, {}, sourceOptions(options));
  const { extractor, tokenizer } = model;
  const wordsIn = ({ ids }: SplitSource) => words && ids.map((id) => words[id] ?? []);
  const splits = Object.values(source.splits).map((split) => {
    const said = wordsIn(split)?.map((own) => own.join(" ")) ?? split.rawText;
    const spoken = { ...split, rawText: said } as unknown as Split;
    return { split, tokens: retokenize(spoken, tokenizer, extractor.positions).textBert! };
  });
  const recipe = {
    data: source.sums().sha256,
    model: model.sha256,
    // Another tokenizer makes other tokens.
    tokens: splits.map(({ tokens }) => digest(tokens.values)),
    kind,
  };
  const sha256 = digest(JSON.stringify(recipe));
  const finished = findFinished(folder, sha256);
  if (finished !== null) return finished;
  const target = resolve(folder);
  const work = join(dirname(target), `.${basename(target)}.text`);
  const all = splits.reduce((sum, { split }) => sum + split.ids.length, 0);
  using open = new DisposableStack();
  const made: Partial<Record<SplitName, SplitSource>> = {};
  using lock = lockFolder(work);
  keepOnly(work, recipe);
  let done = 0;
  for (const { split, tokens } of splits) {
    const steps = kind === "cls" ? 1 : tokens.shape[2];
    const rows = new RowFile(join(work, `${split.name}.f32`), [steps, extractor.width]);
    for await (const count of fill(rows, tokens, extractor, steps, options.batchSize ?? 32)) {
      options.onProgress?.(done + count, all);
      signal?.throwIfAborted();
    }
    done += split.ids.length;
    const { values, file } = rows.open();
    open.use(file);
    const text: ColumnSource = {
      modality: "text",
      samples: split.ids.length,
      steps,
      width: extractor.width,
      values,
      lengths: kind === "cls" ? new Int32Array(split.ids.length).fill(1) : tokenCounts(tokens),
      lengthOrigin: "given",
      wrongLengths: [],
    };
    const columns = { ...split.columns, text };
    const own = kind === "cls" ? undefined : wordsIn(split);
    for (const modality of own === undefined ? [] : ["audio", "vision"] as const) {
      const column = split.columns[modality];
      if (column === undefined) continue;
      const path = join(work, `${split.name}.${modality}.rows`);
      Deno.writeFileSync(path, new Uint8Array(0));
      const laid = new RowFile(path, [tokens.shape[2], column.width]);
      const made = byTokens(column, own!, tokenizer, tokens, laid);
      const { values, file } = laid.open();
      open.use(file);
      columns[modality] = { ...made, values };
    }
    made[split.name] = { ...split, textBert: tokens, columns };
  }
  const steps = words === undefined || kind === "cls" ? {} : { steps: "pieces" };
  const text = { features: "bert", kind, ...steps, weights: model.sha256 };
  const derived = {
    ...source,
    splits: made,
    store: null,
    ...(source.recipe === undefined ? {} : { recipe: { ...source.recipe, text } }),
    sums: () => ({ bytes: null, sha256: sha256 }),
  };
  const conversion = convertSource(derived, folder, {
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
  });
  open.dispose();
  lock[Symbol.dispose]();
  Deno.removeSync(work, { recursive: true });
  return conversion;
}

/** The same extraction, done before. @throws {DataError} when there is something else */
function findFinished(folder: string, sha256: string): Conversion | null {
  if (!exists(folder) || Deno.readDirSync(folder).next().done === true) return null;
  const meta = readMeta(folder);
  if (meta.source.sha256 === sha256) {
    return { folder, written: false, meta, problems: meta.problems };
  }
  throw new DataError(
    `Cannot write text features to "${folder}": it holds other data, expected a new folder`,
  );
}

/**
 * Computes the rows that the file lacks, sentences of like length together, so that little padding is
 * computed; yields the number of sentences that are done after each batch.
 */
async function* fill(
  rows: RowFile,
  tokens: TextBert,
  extractor: TextExtractor,
  steps: number,
  batchSize: number,
): AsyncGenerator<number> {
  const { shape: [samples] } = tokens, { width } = extractor;
  if (samples === 0) rows.append(new Float32Array(0));
  const counts = placeCounts(tokens);
  const window = batchSize * windowOf(4 * batchSize * steps * width);
  let start = rows.count();
  // Whole windows alone: the same sentences are then computed together as without a stop.
  if (start < samples) start = rows.count(window);
  for (; start < samples; start += window) {
    const end = Math.min(samples, start + window);
    const order = Array.from({ length: end - start }, (_, i) => start + i)
      .sort((a, b) => counts[a]! - counts[b]! || a - b);
    const kept = new Float32Array(order.length * steps * width);
    for (let at = 0; at < order.length; at += batchSize) {
      const batch = order.slice(at, at + batchSize);
      const cut = cutTokens(tokens, batch);
      const states = await extractor.run(cut.values, batch.length);
      const used = cut.places * width, own = Math.min(steps * width, used);
      batch.forEach((sample, i) =>
        kept.set(states.subarray(i * used, i * used + own), (sample - start) * steps * width)
      );
      // Before the last batch is told of, so that who stops then has lost nothing.
      if (at + batch.length === order.length) rows.append(kept);
      yield start + at + batch.length;
    }
  }
}

/** Batches of a window, by the bytes of the rows of one. */
function windowOf(bytes: number): number {
  return Math.max(1, Math.min(WINDOW, Math.floor(WINDOW_BYTES / bytes)));
}

/** The tokens of some sentences, [batch, 3, places], cut after the last token of the longest. */
function cutTokens(tokens: TextBert, batch: readonly number[]) {
  const { shape: [, , all], values } = tokens;
  const rows = batch.flatMap((sample) =>
    [0, 1, 2].map((part) =>
      values.subarray((3 * sample + part) * all, (3 * sample + part + 1) * all)
    )
  );
  const places = Math.max(1, ...batch.map((sample) => placesOf(tokens, sample)));
  const cut = new Int32Array(rows.length * places);
  rows.forEach((row, i) => cut.set(row.subarray(0, places), i * places));
  return { values: cut, places };
}

/** Empties the folder, unless what is in it was made by the same recipe. */
function keepOnly(work: string, recipe: unknown): void {
  const path = join(work, "recipe.json");
  const isSame = exists(path) &&
    JSON.stringify(JSON.parse(Deno.readTextFileSync(path))) === JSON.stringify(recipe);
  if (isSame) return;
  for (const { name } of [...Deno.readDirSync(work)]) {
    if (name.endsWith(".f32")) Deno.removeSync(join(work, name));
  }
  writeJsonAtomic(path, recipe);
}

function digest(content: string | Int32Array): string {
  const bytes = typeof content === "string"
    ? content
    : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}
