/**
 * Tokenizers of the package transformers.js, corrected where it makes other ids than Hugging Face's
 * `tokenizers`, by which the models were trained.
 *
 * @module
 */

import { readCharsmap } from "./charsmap.ts";
import {
  loadTransformers,
  type PackageNormalizer,
  type PackageTokenizer,
  type TrieNode,
} from "./transformers.ts";

/** A part of `tokenizer.json`. */
type Part = Readonly<Record<string, unknown>>;

/** A tokenizer of `tokenizer.json` and `tokenizer_config.json`. */
export async function makePackageTokenizer(
  tokenizer: Part,
  config: Part,
): Promise<PackageTokenizer> {
  const { PreTrainedTokenizer } = await loadTransformers();
  const made = new PreTrainedTokenizer(asPackageReads(tokenizer), config);
  const { normalizer } = tokenizer as { normalizer?: Part | null };
  made.normalizer = corrected(made.normalizer, normalizer ?? null);
  const { trie } = made.model;
  if (trie !== undefined) trie.commonPrefixSearch = (text) => prefixesOf(text, trie.root);
  return made;
}

/** The normalizer of `part` as `tokenizers` has it; the package's where that is the same. */
function corrected(made: PackageNormalizer | null, part: Part | null): PackageNormalizer | null {
  if (made === null || part === null) return made;
  if (part["type"] === "BertNormalizer") return wrap((text) => normalizeAsBert(text, part));
  if (part["type"] === "Precompiled") {
    return wrap(readCharsmap(String(part["precompiled_charsmap"])));
  }
  if (part["type"] !== "Sequence") return made;
  const steps = (part["normalizers"] as Part[]).map((step, i) =>
    corrected(made.normalizers![i]!, step)!
  );
  return wrap((text) => steps.reduce((normal, step) => step(normal), text));
}

function wrap(normalize: (text: string) => string): PackageNormalizer {
  return Object.assign(normalize, { normalize });
}

/** The forms that newer files have, in the older ones that the package knows. */
function asPackageReads(tokenizer: Part): Part {
  const model = tokenizer["model"] as { merges?: readonly (string | readonly string[])[] };
  const merges = model.merges?.map((pair) => typeof pair === "string" ? pair : pair.join(" "));
  return {
    ...tokenizer,
    model: merges === undefined ? model : { ...model, merges },
    pre_tokenizer: withPrefixSpace(tokenizer["pre_tokenizer"] as Part | null),
  };
}

/** `prepend_scheme` has taken the place of `add_prefix_space`. */
function withPrefixSpace(part: Part | null): Part | null {
  if (part?.["type"] === "Sequence") {
    const parts = part["pretokenizers"] as Part[];
    return { ...part, pretokenizers: parts.map(withPrefixSpace) };
  }
  const scheme = part?.["prepend_scheme"];
  if (part?.["type"] !== "Metaspace" || scheme === undefined) return part;
  return { ...part, add_prefix_space: scheme !== "never" };
}

/** The package knows half of the accents, and no Chinese characters beyond 16 bits. */
function normalizeAsBert(text: string, options: Part): string {
  const isLower = options["lowercase"] === true;
  let normal = text;
  if (options["clean_text"] === true) {
    normal = normal.replace(/[\t\n\r]/g, " ").replace(/[\0\ufffd\p{C}]/gu, "")
      .replace(/\s/gu, " ");
  }
  if (options["handle_chinese_chars"] === true) normal = normal.replace(CHINESE, " $& ");
  if ((options["strip_accents"] ?? isLower) === true) {
    normal = normal.normalize("NFD").replace(/\p{Mn}/gu, "");
  }
  return isLower ? [...normal].map((letter) => letter.toLowerCase()).join("") : normal;
}

/** The blocks of Chinese characters that BERT takes apart. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** The pieces that `text` begins with. The package asks for halves of what needs 32 bits: emoji. */
function* prefixesOf(text: string, root: TrieNode): Generator<string> {
  let node: TrieNode | undefined = root, prefix = "";
  for (const letter of text) {
    node = node.children.get(letter);
    if (node === undefined) return;
    prefix += letter;
    if (node.isLeaf) yield prefix;
  }
}
