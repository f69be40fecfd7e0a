/**
 * The package transformers.js, loaded when it is first used: it is large, and brings onnxruntime.
 *
 * @module
 */

import { loadPackage } from "../core/packages.ts";

/** A node of the package's trie, which has a child a letter. */
export interface TrieNode {
  readonly children: ReadonlyMap<string, TrieNode>;
  readonly isLeaf: boolean;
}

/** A function of a text, with its parts where it is a sequence. */
export interface PackageNormalizer {
  (text: string): string;
  readonly normalizers?: readonly PackageNormalizer[];
}

/** A tokenizer as the package has it. */
export interface PackageTokenizer {
  /** Ids of a sentence, with those of the special tokens around it. */
  encode(text: string): number[];
  /** What a text becomes before it is cut. */
  normalizer: PackageNormalizer | null;
  /** Its vocabulary, and, of a SentencePiece model, the pieces by their letters. */
  readonly model: {
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    readonly trie?: {
      readonly root: TrieNode;
      commonPrefixSearch: (text: string) => Iterable<string>;
    };
  };
}

/** A tensor as the package has it. */
export interface PackageTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A model as the package has it: a function of named tensors. */
export type PackageModel = (
  inputs: Readonly<Record<string, PackageTensor>>,
) => Promise<{ readonly last_hidden_state: PackageTensor }>;

/** The part of the package that is used here. */
export interface TransformersPackage {
  readonly PreTrainedTokenizer: new (
    tokenizer: unknown,
    config: Readonly<Record<string, unknown>>,
  ) => PackageTokenizer;
  readonly AutoModel: {
    from_pretrained(name: string, options: { readonly quantized: false }): Promise<PackageModel>;
  };
  readonly Tensor: new (
    type: "int64",
    data: BigInt64Array,
    dims: readonly number[],
  ) => PackageTensor;
  readonly env: { allowRemoteModels: boolean; allowLocalModels: boolean; localModelPath: string };
}

/**
 * Loads the package. It never downloads a model: those are folders that the user has.
 *
 * @throws {DataError} when it cannot be loaded, for example without network at the first use.
 */
export async function loadTransformers(): Promise<TransformersPackage> {
  const transformers = await loadPackage<TransformersPackage>("@xenova/transformers");
  transformers.env.allowRemoteModels = false;
  return transformers;
}
