/**
 * What a run with its own BERT, or another text encoder, needs: the folder that it starts from, and tokens that fit it.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, UsageError } from "../core/errors.ts";
import { exists, writeJsonAtomic } from "../core/files.ts";
import type { Modality, Split } from "../data/mod.ts";
import { openTokenizer, retokenize } from "../features/mod.ts";
import type { Config, GivenBert } from "../models/mod.ts";
import { readEncoderConfig, type TextEncoderConfig, typeOf } from "../nn/text_encoder.ts";
import { BertFolder, copyTokenizer } from "../nn/bert_folder.ts";
import { checkTokens, checkVocabulary } from "../nn/bert_tokens.ts";

/**
 * Opens the BERT that the settings name; null where text is read as features.
 *
 * @throws {UsageError} when the settings contradict each other.
 * @throws {DataError} when the folder cannot be used.
 */
export function openBert(config: Config, modalities: readonly Modality[]): BertFolder | null {
  const path = String(config["bert"] ?? "");
  const frozen = Number(config["bertFrozenLayers"] ?? 0);
  if (config["text"] !== "bert") {
    if (path === "" && config["retokenize"] !== true && frozen === 0) return null;
    throw new UsageError("Cannot use a BERT with text as features, expected --text bert");
  }
  if (path === "") throw new UsageError("Cannot use --text bert without --bert FOLDER");
  if (!modalities.includes("text")) {
    const found = modalities.join(", ");
    throw new UsageError(`Cannot use --text bert: the modalities are ${found}, expected text too`);
  }
  const bert = new BertFolder(path);
  const { layers } = bert.config;
  if (frozen <= layers) return bert;
  bert[Symbol.dispose]();
  throw new UsageError(
    `Cannot set bertFrozenLayers to ${frozen}: the BERT in "${path}" has ${layers} layers, ` +
      `expected 0 to ${layers}`,
  );
}

/**
 * Gives splits the tokens that the settings ask for, and checks them.
 *
 * @param folder where the tokenizer is
 * @throws {DataError} when the tokenizer cannot be read; the returned function, when a split's
 * tokens do not fit the BERT.
 */
export async function openTokens(
  settings: Config,
  bert: TextEncoderConfig,
  folder: string,
): Promise<(split: Split) => Split> {
  const isAsked = settings["retokenize"] === true;
  // What a file has as text_bert are BERT's tokens: others make their own of the raw text.
  const isOwn = !typeOf(bert).readsBertTokens;
  const tokenizer = isAsked || isOwn ? await openTokenizer(folder) : null;
  if (tokenizer !== null) checkVocabulary(tokenizer, bert, folder);
  return (split) => {
    const isMade = tokenizer !== null && (isAsked || split.rawText !== null);
    const prepared = isMade ? retokenize(split, tokenizer, bert.positions) : split;
    checkTokens(prepared, bert, isMade ? undefined : tokenizer?.encode("")[0]);
    return prepared;
  };
}

/** A split of one utterance, of which only the words are known. */
export function splitOfText(text: string): Split {
  return {
    name: "test",
    samples: 1,
    ids: ["text"],
    labels: null,
    unimodalLabels: {},
    features: {},
    rawText: [text],
    textBert: null,
    annotations: null,
  };
}

/** The part of a run folder that a prediction needs: configuration and tokenizer, no weights. */
export function saveBertFiles(bert: BertFolder, folder: string): void {
  Deno.mkdirSync(folder, { recursive: true });
  writeJsonAtomic(join(folder, "config.json"), bert.fields);
  copyTokenizer(bert.path, folder);
}

/** A BERT with the settings that it is trained by. */
export function givenBert(
  config: TextEncoderConfig,
  values: GivenBert["values"],
  settings: Config,
): GivenBert {
  const frozenLayers = Number(settings["bertFrozenLayers"] ?? 0);
  return {
    config,
    values,
    frozenLayers,
    isStill: frozenLayers === config.layers && settings["mode"] !== "reference",
    isCheckpointed: settings["bertCheckpoint"] === true,
    learningRate: Number(settings["learningRateBert"]),
    weightDecay: Number(settings["weightDecayBert"]),
  };
}

/** The BERT of a run, whose weights are among the run's. @throws {DataError} when it is missing. */
export function readBertFiles(folder: string, settings: Config): GivenBert {
  const path = join(folder, "config.json");
  if (!exists(path)) {
    throw new DataError(`Cannot read "${path}": there is no such file, expected the run's BERT`);
  }
  const config = readEncoderConfig(JSON.parse(Deno.readTextFileSync(path)), path);
  return givenBert(config, null, settings);
}
