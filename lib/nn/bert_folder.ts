/**
 * A BERT as a folder, as Hugging Face's `save_pretrained` writes it: `config.json`,
 * `model.safetensors` or `pytorch_model.bin`, and the files of the tokenizer.
 *
 * @module
 */

import { join } from "node:path";
import { DataError, reasonOf } from "../core/errors.ts";
import { exists, writeJsonAtomic } from "../core/files.ts";
import { writeSafetensors } from "../data/mod.ts";
import {
  encoderShapes,
  readEncoderConfig,
  type TextEncoderConfig,
  typeOf,
} from "./text_encoder.ts";
import { openWeights, type WeightFiles } from "./bert_weights.ts";

/** Files that hold the tokenizer; the first or the second of them has the vocabulary. */
export const TOKENIZER_FILES = [
  "tokenizer.json",
  "vocab.txt",
  "tokenizer_config.json",
  "special_tokens_map.json",
] as const;

/** Names of layer norms in files that were converted from TensorFlow. */
const OLD_NAMES = [["LayerNorm.weight", "LayerNorm.gamma"], ["LayerNorm.bias", "LayerNorm.beta"]];

/** An open folder. Weights are read when they are asked for: BERT-base has 440 MB of them. */
export class BertFolder implements Disposable {
  readonly path: string;
  readonly config: TextEncoderConfig;
  /** The fields of `config.json`, as found. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly #file: WeightFiles;
  readonly #tensorOf: ReadonlyMap<string, string>;

  /**
   * Opens `path` and checks names and shapes. Heads (`cls.*`) and other tensors are ignored; the
   * pooler, which is not used, may be missing.
   *
   * @throws {DataError} when it has no `config.json` or no weights (with what to do about other
   * forms), or a tensor is missing or has another shape than the configuration says.
   */
  constructor(path: string) {
    this.path = path;
    this.fields = readFields(path);
    this.config = readEncoderConfig(this.fields, join(path, "config.json"));
    this.#file = openWeights(path) ?? refuseWithout(path);
    try {
      this.#tensorOf = this.#match();
    } catch (error) {
      this.#file[Symbol.dispose]();
      throw error;
    }
  }

  /** The values of a parameter by its name in `encoderShapes`, in C order; zeros for an absent pooler. */
  values(name: string): Float32Array {
    const tensor = this.#tensorOf.get(name);
    if (tensor === undefined) {
      const shape = encoderShapes(this.config).get(name);
      if (shape === undefined) throw new TypeError(`BERT has no parameter "${name}"`);
      return new Float32Array(shape.reduce((product, n) => product * n, 1));
    }
    const source = this.#file.tensors.get(tensor)!;
    const values = new Float32Array(source.size);
    source.readFloat32(0, values);
    return values;
  }

  /** SHA-256 of the weights. */
  sha256(): string {
    return this.#file.sha256();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  /** The tensor in the file of each parameter. */
  #match(): Map<string, string> {
    const matched = new Map<string, string>();
    const refuse = (state: string) => {
      throw new DataError(`Cannot load the BERT in "${this.path}": ${state}`);
    };
    const { prefix } = typeOf(this.config);
    for (const [name, shape] of encoderShapes(this.config)) {
      const found = spellings(name, prefix).find((spelling) => this.#file.tensors.has(spelling));
      if (found === undefined) {
        if (!name.startsWith("pooler.")) {
          refuse(
            `${this.#file.name} lacks "${name}", expected it with shape [${shape.join(", ")}]`,
          );
        }
        continue;
      }
      const actual = this.#file.tensors.get(found)!.shape;
      if (actual.join() !== shape.join()) {
        refuse(
          `"${found}" has shape [${actual.join(", ")}], expected [${shape.join(", ")}] ` +
            "as config.json says",
        );
      }
      matched.set(name, found);
    }
    return matched;
  }
}

/**
 * Writes a BERT as a folder that Hugging Face and {@linkcode BertFolder} open.
 *
 * @param fields the fields of its `config.json`
 * @param weights shape and values of each parameter by its name, without prefix
 * @param tokenizer a folder whose tokenizer files are copied, where there is one
 */
export function writeBertFolder(
  path: string,
  fields: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, { readonly shape: number[]; readonly values: Float32Array }>,
  tokenizer?: string,
): void {
  Deno.mkdirSync(path, { recursive: true });
  writeJsonAtomic(join(path, "config.json"), fields);
  if (tokenizer !== undefined) copyTokenizer(tokenizer, path);
  writeSafetensors(
    join(path, "model.safetensors"),
    [...weights].map(([name, { shape, values }]) => ({ name, dtype: "F32", shape, data: values })),
    { format: "pt" },
  );
}

/** Copies the tokenizer files that `from` has. */
export function copyTokenizer(from: string, to: string): void {
  for (const name of TOKENIZER_FILES) {
    if (exists(join(from, name))) Deno.copyFileSync(join(from, name), join(to, name));
  }
}

/** The names under which a parameter may stand in a file; those of models with a head are prefixed. */
function spellings(name: string, prefix: string): string[] {
  const old = OLD_NAMES.reduce((text, [now, then]) => text.replace(now!, then!), name);
  return [name, old].flatMap((spelling) => [spelling, prefix + spelling]);
}

/** @throws {DataError} when `config.json` is missing or no JSON object */
function readFields(path: string): Record<string, unknown> {
  const file = join(path, "config.json");
  const wanted = "a Hugging Face folder with config.json and model.safetensors";
  if (path.endsWith(".onnx")) throw new DataError(noOnnx(path));
  let fields: unknown;
  try {
    fields = JSON.parse(Deno.readTextFileSync(file));
  } catch (error) {
    throw new DataError(`Cannot read "${file}": ${reasonOf(error)}, expected ${wanted}`);
  }
  if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
    return fields as Record<string, unknown>;
  }
  throw new DataError(`Cannot read "${file}": it is no JSON object, expected ${wanted}`);
}

/** @throws {DataError} always: there are no weights that can be read */
function refuseWithout(path: string): never {
  for (const onnx of ["onnx/model.onnx", "model.onnx"]) {
    if (exists(join(path, onnx))) throw new DataError(noOnnx(join(path, onnx)));
  }
  throw new DataError(
    `Cannot load the BERT in "${path}": it has no weights, expected model.safetensors or ` +
      "pytorch_model.bin",
  );
}

/** The line that converts a model, in its folder. */
const CONVERT = "python3 -c \"from transformers import AutoModel as M; M.from_pretrained('.')" +
  ".save_pretrained('.')\" in that folder";

function noOnnx(file: string): string {
  return `Cannot train the BERT in "${file}": ONNX is for inference only, expected the model's ` +
    `model.safetensors; make it where the model came from with ${CONVERT}`;
}
