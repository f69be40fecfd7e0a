/**
 * From sentences to word pieces, as a text encoder was trained with.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, messageOf, reasonOf } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import type { Split, TextBert } from "../data/mod.ts";
import { makePackageTokenizer } from "./package_tokenizer.ts";

/** Places of a sentence where the file does not tell: MMSA's for MOSI and MOSEI. */
const PLACES = 50;

/** The special tokens of BERT, by their names in a tokenizer's configuration. */
const SPECIAL = {
  pad_token: "[PAD]",
  unk_token: "[UNK]",
  cls_token: "[CLS]",
  sep_token: "[SEP]",
  mask_token: "[MASK]",
} as const;

/** Makes ids of a sentence. */
export interface Tokenizer {
  /** Ids of [CLS], the pieces of the sentence, [SEP]. */
  encode(text: string): number[];
  /** Id of [PAD]. */
  readonly padding: number;
  /** Number of its pieces; absent where it is not known. */
  readonly vocabulary?: number;
}

/**
 * Opens the tokenizer of a Hugging Face folder: `tokenizer.json`, or else `vocab.txt` with what
 * `tokenizer_config.json` says.
 *
 * @throws {DataError} when it has neither, or they cannot be read.
 *
 * @example
 * ```ts
 * import { openTokenizer } from "./tokenizer.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = new URL("../../tests/golden/bert_tiny", import.meta.url).pathname;
 * const tokenizer = await openTokenizer(folder); // uncased
 * assertEquals(tokenizer.encode("A good movie"), tokenizer.encode("a GOOD movie"));
 * assertEquals(tokenizer.encode("").length, 2); // [CLS] [SEP]
 * ```
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const config = {
    ...readJson(folder, "special_tokens_map.json"),
    ...readJson(folder, "tokenizer_config.json"),
  };
  const tokenizer = readJson(folder, "tokenizer.json") ?? fromVocabulary(folder, config);
  try {
    const made = await makePackageTokenizer(tokenizer, { ...SPECIAL, ...plainTokens(config) });
    const ids = made.model.tokens_to_ids;
    const padding = PADDINGS.concat(contentOf(config["pad_token"])).map((token) => ids.get(token))
      .findLast((id) => id !== undefined);
    if (padding === undefined) {
      throw new DataError(`its vocabulary lacks ${PADDINGS.join(" and ")}`);
    }
    const vocabulary = Math.max(...ids.values()) + 1;
    return { encode: (text) => made.encode(text), padding, vocabulary };
  } catch (error) {
    throw new DataError(
      `Cannot read the tokenizer in "${folder}": ${
        messageOf(error)
      }, expected the tokenizer.json ` +
        "of a text encoder",
      { cause: error },
    );
  }
}

/** What tokenizers call padding. */
const PADDINGS = ["<pad>", "[PAD]"];

/** The text of a token, which a configuration may hold with options beside it. */
function contentOf(token: unknown): string[] {
  const content = typeof token === "object" && token !== null && "content" in token
    ? token.content
    : token;
  return typeof content === "string" ? [content] : [];
}

/** The configuration with tokens as texts alone. */
function plainTokens(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      name.endsWith("_token") ? contentOf(value)[0] ?? null : value,
    ]),
  );
}

/**
 * Token ids, attention masks and segments of sentences, [sentences, 3, places], as MMSA has them: a
 * sentence that is too long loses its end, not its [SEP], and an empty one is [CLS] [SEP].
 *
 * @param places largest number of tokens, the special ones included; at least 2
 *
 * @example
 * ```ts
 * import { tokenize } from "./tokenizer.ts";
 * import { assertEquals } from "@std/assert";
 * // Letters for word pieces: [CLS] is 101 and [SEP] is 102.
 * const letters = {
 *   encode: (text: string) => [101, ...Array.from(text, (c) => c.charCodeAt(0)), 102],
 *   padding: 0,
 * };
 * const { shape, values } = tokenize(letters, ["A", "ABC"], 4);
 * assertEquals(shape, [2, 3, 4]);
 * assertEquals([...values.slice(0, 8)], [101, 65, 102, 0, 1, 1, 1, 0]);
 * assertEquals([...values.slice(12, 16)], [101, 65, 66, 102]);
 * ```
 */
export function tokenize(
  tokenizer: Tokenizer,
  texts: readonly string[],
  places: number,
): TextBert {
  const values = new Int32Array(texts.length * 3 * places);
  texts.forEach((text, i) => {
    const all = tokenizer.encode(text);
    const ids = all.length <= places ? all : [...all.slice(0, places - 1), all.at(-1)!];
    const start = 3 * i * places;
    values.fill(tokenizer.padding, start, start + places);
    values.set(ids, start);
    values.fill(1, start + places, start + places + ids.length);
  });
  return { shape: [texts.length, 3, places], values };
}

/**
 * The split with the tokens of its raw text in place of its own, in as many places as those have.
 *
 * @param positions largest number of places that the BERT has
 * @throws {DataError} when it has no raw text, or all sentences are empty.
 */
export function retokenize(split: Split, tokenizer: Tokenizer, positions: number): Split {
  if (split.rawText === null) {
    throw new DataError(
      `Cannot tokenize split "${split.name}": it has no raw text (raw_text), which ` +
        "--retokenize needs",
    );
  }
  // One that is missing is an empty sentence; where all are, there is nothing to learn from.
  if (split.samples > 0 && split.rawText.every((text) => text.trim() === "")) {
    throw new DataError(
      `Cannot tokenize split "${split.name}": the raw text of sample "${split.ids[0]}" is ` +
        `empty${split.samples > 1 ? ", and so is that of all others" : ""}, expected words`,
    );
  }
  const places = Math.min(positions, split.textBert?.shape[2] ?? PLACES);
  return { ...split, textBert: tokenize(tokenizer, split.rawText, places) };
}

/** A file of the folder; null where there is none. @throws {DataError} when it is no JSON object */
function readJson(folder: string, name: string): Record<string, unknown> | null {
  const path = join(folder, name);
  if (!exists(path)) return null;
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected JSON`);
  }
}

/** The line that makes tokenizer.json of a SentencePiece model or other files. */
const CONVERT = 'python3 -c "from transformers import AutoTokenizer as T; ' +
  "T.from_pretrained('.').save_pretrained('.')\" in that folder";

/** What `tokenizer.json` would say, from `vocab.txt`: a piece a line, its id the line's number. */
function fromVocabulary(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const path = join(folder, "vocab.txt");
  if (!exists(path)) {
    throw new DataError(
      `Cannot tokenize with "${folder}": it has no tokenizer.json and no vocab.txt, expected one; ` +
        `make it where the model came from with ${CONVERT}`,
    );
  }
  const lines = Deno.readTextFileSync(path).replace(/\r?\n$/, "").split("\n");
  const vocab = Object.fromEntries(lines.map((line, id) => [line.replace(/\r$/, ""), id]));
  const special = Object.values(SPECIAL);
  const missing = special.filter((token) => vocab[token] === undefined);
  if (missing.length > 0) {
    const list = missing.join(", ");
    throw new DataError(`Cannot read "${path}": it lacks ${list}, expected a vocabulary of BERT`);
  }
  const specialToken = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const ids = (token: string) => ({ id: token, ids: [vocab[token]], tokens: [token] });
  const sentence = [
    specialToken(SPECIAL.cls_token),
    { Sequence: { id: "A", type_id: 0 } },
    specialToken(SPECIAL.sep_token),
  ];
  const { cls_token, sep_token } = SPECIAL;
  return {
    version: "1.0",
    added_tokens: special.map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config["tokenize_chinese_chars"] ?? true,
      strip_accents: config["strip_accents"] ?? null,
      lowercase: config["do_lower_case"] ?? true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: sentence,
      pair: sentence,
      special_tokens: { [cls_token]: ids(cls_token), [sep_token]: ids(sep_token) },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: SPECIAL.unk_token,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
