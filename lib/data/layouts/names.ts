/**
 * The field's names for one thing, and what they mean here: `facet`, `visual` and `video` are
 * `vision`, `dev` and `val` are `valid`.
 *
 * @module
 */

import { MODALITIES, type Modality, MODALITY_LETTERS, type SplitName } from "../modality.ts";

/** Keys of a split that have a meaning (METHODS 0.1); others are ignored with a warning. */
export const SPLIT_KEYS: readonly string[] = [
  "id",
  "raw_text",
  "text_bert",
  "annotations",
  ...MODALITIES.flatMap((modality) => [modality, `${modality}_lengths`]),
  ...["regression_labels", "classification_labels"].flatMap((key) => [
    key,
    ...Object.values(MODALITY_LETTERS).map((letter) => `${key}_${letter}`),
  ]),
];

/**
 * Keys that other keys are made of: the two parts of an id, to which split a sample belongs, lengths of
 * all modalities.
 */
export const PART_KEYS = {
  video: "video_id",
  clip: "clip_id",
  mode: "mode",
  lengths: "lengths",
} as const;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const SPLIT_WORDS: Readonly<Record<SplitName, ReadonlySet<string>>> = {
  train: words("train training trn tr"),
  valid: words("valid validation val dev development"),
  test: words("test testing tst"),
};

const MODALITY_WORDS: Readonly<Record<Modality, ReadonlySet<string>>> = {
  text: words("text texts textual language lang linguistic glove bert roberta wordvectors"),
  audio: words(
    "audio acoustic acoustics covarep coavarep speech voice sound opensmile smile librosa mfcc " +
      "wav2vec wavlm hubert mfccs egemaps",
  ),
  vision: words(
    "vision visual visuals video videos facet openface face faces facial image images frames au aus",
  ),
};

/** Words that say nothing about which key it is. */
const EMPTY_WORDS = words(
  "feature features feat feats vector vectors vec vecs embedding embeddings emb embs data set " +
    "input inputs seq sequence sequences array arrays cmu mosi mosei sims timestamped aligned " +
    "unaligned modality open split fold samples",
);

const LENGTH_WORDS = words("length lengths len lens");
const LABEL_WORDS = words(
  "label labels target targets tgt gt y sentiment sentiments polarity rating ratings score scores",
);
const BESIDE_LABEL = words("regression opinion segment segments all true m multi");
const CLASS_WORDS = words("class classes classification emotion emotions");
const RAW_WORDS = words(
  "sentence sentences transcript transcripts transcription transcriptions utterance utterances " +
    "word words raw script",
);
const ID_WORDS = words("id ids key keys name names uid segment segments");
const MODE_WORDS = words("mode split splits fold partition subset");

/** Keys of one letter: l is for language. */
const SINGLE_LETTERS: Readonly<Record<string, Modality>> = {
  t: "text",
  l: "text",
  a: "audio",
  v: "vision",
};

/** `FACET 4.2` → facet, 4, 2; `rawText` → raw, text */
function tokensOf(key: string): string[] {
  return key.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/)
    .map((word) => word === "wav2vec" || word === "word2vec" ? word : word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
}

/** The split that `key` names; undefined where it names none. */
export function splitOf(key: string): SplitName | undefined {
  // `train_0` is the id of a sample.
  if (/\d/.test(key)) return undefined;
  const [named, rest] = splitAndRest(key);
  return rest === "" ? named : undefined;
}

/** The split that `key` names among other words, and the others: `train_audio` → train, audio. */
export function splitAndRest(key: string): [SplitName | undefined, string] {
  const tokens = tokensOf(key);
  for (const [split, names] of Object.entries(SPLIT_WORDS) as [SplitName, Set<string>][]) {
    const at = tokens.findIndex((token) => names.has(token));
    if (at < 0) continue;
    const rest = tokens.filter((token, i) => i !== at && !EMPTY_WORDS.has(token));
    return [split, rest.join("_")];
  }
  return [undefined, key];
}

/**
 * The modality that `name` means, also by the name of a tool or dataset; undefined where it means none.
 *
 * @example
 * ```ts
 * import { modalityOf } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["video", "COVAREP", "glove_vectors", "smell"].map(modalityOf), [
 *   "vision",
 *   "audio",
 *   "text",
 *   undefined,
 * ]);
 * ```
 */
export function modalityOf(name: string): Modality | undefined {
  const tokens = tokensOf(name).filter((token) => !EMPTY_WORDS.has(token));
  if (isWordVectors(name)) return "text";
  return tokens.length === 0
    ? undefined
    : MODALITIES.find((modality) => tokens.every((token) => MODALITY_WORDS[modality].has(token)));
}

/** `features`, `data`: whether `name` says nothing about what it names. */
export function saysNothing(name: string): boolean {
  const tokens = tokensOf(name);
  return tokens.length > 0 && splitOf(name) === undefined &&
    tokens.every((token) => EMPTY_WORDS.has(token));
}

/** Words of keys that say something about features and hold none. */
const BESIDE_FEATURES = words(
  "mask masks length lengths len lens label labels id ids key keys path paths file files fps rate " +
    "time times timestamp timestamps interval intervals index idx position positions weight " +
    "weights pad padding attention token tokens name names",
);

/** The only modality that `name` has a word of, among others; undefined for what is beside features. */
export function modalityAmong(name: string): Modality | undefined {
  const tokens = tokensOf(name);
  if (tokens.some((token) => BESIDE_FEATURES.has(token))) return undefined;
  const named = MODALITIES.filter((modality) =>
    tokens.some((token) => MODALITY_WORDS[modality].has(token))
  );
  return named.length === 1 ? named[0] : undefined;
}

/** `glove_vectors`, `word embeddings`: the words as features, not as words. */
function isWordVectors(name: string): boolean {
  const tokens = tokensOf(name);
  return tokens.some((token) => token === "word" || token === "words") &&
    tokens.some((token) => /^(vec|emb|feat)/.test(token));
}

/** The key of a split that `key` means, one of {@linkcode SPLIT_KEYS} or {@linkcode PART_KEYS}. */
export function meaningOf(key: string): string | undefined {
  if (SPLIT_KEYS.includes(key)) return key;
  const all = tokensOf(key);
  const tokens = all.filter((token) => !EMPTY_WORDS.has(token));
  const among = (names: ReadonlySet<string>) => tokens.filter((token) => names.has(token));
  const only = (...sets: ReadonlySet<string>[]) =>
    tokens.length > 0 && tokens.every((token) => sets.some((names) => names.has(token)));
  if (among(LABEL_WORDS).length > 0) return labelMeaning(tokens);
  if (tokens.length > 0 && only(LENGTH_WORDS)) return PART_KEYS.lengths;
  if (among(LENGTH_WORDS).length > 0) {
    const modality = modalityOf(tokens.filter((token) => !LENGTH_WORDS.has(token)).join(" "));
    return modality === undefined ? undefined : `${modality}_lengths`;
  }
  if (only(CLASS_WORDS)) return "classification_labels";
  if (all.includes("video") || all.includes("vid")) {
    if (all.some((token) => ID_WORDS.has(token)) || all.length === 1 && all[0] === "vid") {
      return PART_KEYS.video;
    }
  }
  if (all.includes("clip") && all.length <= 2) return PART_KEYS.clip;
  if (all.length > 0 && all.every((token) => MODE_WORDS.has(token))) return PART_KEYS.mode;
  if (only(words("annotation annotations"))) return "annotations";
  if (isWordVectors(key)) return "text";
  const isTokens = tokens.includes("bert") && (tokens.includes("text") || tokens.includes("ids"));
  if (isTokens || (tokens.includes("input") && tokens.includes("ids"))) return "text_bert";
  if (key.toLowerCase() === "input_ids") return "text_bert";
  if (among(RAW_WORDS).length > 0 && only(RAW_WORDS, words("text texts actual"))) return "raw_text";
  if (only(ID_WORDS, words("utt utterance sample"))) return "id";
  return SINGLE_LETTERS[key.toLowerCase()] ?? modalityOf(key);
}

/** What the name of a computational sequence means: it has the names of datasets and tools. */
export function sequenceMeaning(name: string): string | undefined {
  const meaning = meaningOf(name);
  if (meaning !== undefined) return meaning;
  if (isWordVectors(name)) return "text";
  const tokens = tokensOf(name);
  if (tokens.some((token) => LABEL_WORDS.has(token))) return "regression_labels";
  if (tokens.some((token) => token === "words")) return "raw_text";
  return MODALITIES.find((modality) => tokens.some((token) => MODALITY_WORDS[modality].has(token)));
}

/** `labels`, `label_T`, `Opinion Segment Labels`, `classification_labels_A`. */
function labelMeaning(tokens: readonly string[]): string | undefined {
  const rest = tokens.filter((token) => !LABEL_WORDS.has(token) && !BESIDE_LABEL.has(token));
  const isClass = rest.some((token) => CLASS_WORDS.has(token));
  const key = isClass ? "classification_labels" : "regression_labels";
  const others = rest.filter((token) => !CLASS_WORDS.has(token));
  if (others.length === 0) return key;
  if (others.length > 1) return undefined;
  const modality = MODALITIES.find((modality) =>
    others[0] === MODALITY_LETTERS[modality].toLowerCase() || modalityOf(others[0]!) === modality
  );
  return modality === undefined ? undefined : `${key}_${MODALITY_LETTERS[modality]}`;
}
