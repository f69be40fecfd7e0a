/**
 * Encoders that a user has on disk, in the layout of Hugging Face: `config.json`, perhaps
 * `preprocessor_config.json`, and a network as ONNX. Nothing is downloaded but the package that runs
 * them.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { DataError, messageOf, reasonOf } from "../core/errors.ts";
import { exists, sha256File } from "../core/files.ts";
import { loadPackage } from "../core/packages.ts";

/** A folder whose files are there. */
export interface EncoderFolder {
  readonly path: string;
  /** `model_type` of its configuration, for example `wav2vec2`. */
  readonly type: string;
  /** `preprocessor_config.json`; empty where there is none. */
  readonly preprocessor: Readonly<Record<string, unknown>>;
  /** The network. */
  readonly network: string;
}

/**
 * Looks at a folder.
 *
 * @param types values of `model_type` that are wanted; none: any
 * @param names of the network below `onnx`, the first that is there
 * @throws {DataError} it is something else, with how to make one
 */
export function readEncoderFolder(
  path: string,
  types: readonly string[],
  names: readonly string[] = ["model.onnx"],
): EncoderFolder {
  const config = readJson(join(path, "config.json"));
  const type = String(config["model_type"] ?? "");
  if (types.length > 0 && !types.includes(type)) {
    throw new DataError(
      `Cannot use "${path}": its config.json is of a model "${type}", expected ${
        types.join(" or ")
      }`,
    );
  }
  const preprocessor = join(path, "preprocessor_config.json");
  const network = names.map((name) => join(path, "onnx", name)).find(exists);
  if (network === undefined) {
    throw new DataError(
      `Cannot use "${path}": it has no onnx/${names[0]}; download that file from where the model ` +
        'came from, or make it with "optimum-cli export onnx --model . onnx" in that folder',
    );
  }
  return {
    path,
    type,
    preprocessor: exists(preprocessor) ? readJson(preprocessor) : {},
    network,
  };
}

/** SHA-256 of the network: tells one encoder from another. */
export function encoderHash({ network }: EncoderFolder): string {
  return sha256File(network);
}

function readJson(path: string): Record<string, unknown> {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected JSON`);
  }
}

/** A tensor as the package has it. */
export interface EncoderTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A network as the package has it. */
export type Encoder = (
  inputs: Readonly<Record<string, EncoderTensor>>,
) => Promise<Readonly<Record<string, EncoderTensor>>>;

/** The part of the package that is used here. */
interface EncoderPackage {
  readonly AutoModel: ModelClass;
  readonly CLIPVisionModelWithProjection: ModelClass;
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => EncoderTensor;
}
interface ModelClass {
  from_pretrained(name: string, options: { readonly quantized: false }): Promise<Encoder>;
}

/** A network, and how its inputs are made. */
export interface OpenEncoder {
  readonly run: Encoder;
  tensor(data: Float32Array, dims: readonly number[]): EncoderTensor;
}

/** The package, which looks for networks beside a folder and nowhere else, and the folder's name. */
export async function localTransformers<T>(
  path: string,
): Promise<{ readonly transformers: T; readonly name: string }> {
  type Settings = { readonly env: { allowRemoteModels: boolean; localModelPath: string } };
  const transformers = await loadPackage<T & Settings>("@xenova/transformers");
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = dirname(resolve(path));
  return { transformers, name: basename(resolve(path)) };
}

/** Opens the network of a folder. @throws {DataError} it cannot be opened */
export async function openEncoder(
  { path, network }: EncoderFolder,
  kind: "AutoModel" | "CLIPVisionModelWithProjection" = "AutoModel",
): Promise<OpenEncoder> {
  const { transformers, name } = await localTransformers<EncoderPackage>(path);
  const run = await transformers[kind].from_pretrained(name, { quantized: false })
    .catch((error: unknown) => {
      throw new DataError(`Cannot open "${network}": ${messageOf(error)}`, { cause: error });
    });
  return { run, tensor: (data, dims) => new transformers.Tensor("float32", data, dims) };
}
