/**
 * The models by name. A new model is one file and one line here.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import { almt } from "./almt.ts";
import { bbfn } from "./bbfn.ts";
import { cenet } from "./cenet.ts";
import { cnn } from "./cnn.ts";
import { constant } from "./constant.ts";
import { efLstm } from "./ef_lstm.ts";
import { graphMfn } from "./graph_mfn.ts";
import { lfDnn } from "./lf_dnn.ts";
import { lmf } from "./lmf.ts";
import { mfn } from "./mfn.ts";
import { mlfDnn } from "./mlf_dnn.ts";
import { mlmf } from "./mlmf.ts";
import { magBert } from "./mag_bert.ts";
import { misa } from "./misa.ts";
import { mmcl } from "./mmcl.ts";
import { mmim } from "./mmim.ts";
import type { ModelDefinition } from "./model.ts";
import { mtfn } from "./mtfn.ts";
import { mult } from "./mult.ts";
import { selfMm } from "./self_mm.ts";
import { sharedPrivate } from "./shared_private.ts";
import { svm } from "./svm.ts";
import { tetfn } from "./tetfn.ts";
import { textGuided } from "./text_guided.ts";
import { tfn } from "./tfn.ts";
import { tfrNet } from "./tfr_net.ts";

/**
 * All models by name, in the order in which they are listed.
 *
 * @internal
 */
export const BY_NAME = {
  "self-mm": selfMm,
  "shared-private": sharedPrivate,
  "text-guided": textGuided,
  mmcl,
  cnn,
  "lf-dnn": lfDnn,
  tfn,
  lmf,
  "ef-lstm": efLstm,
  mfn,
  "graph-mfn": graphMfn,
  mult,
  "mlf-dnn": mlfDnn,
  mtfn,
  mlmf,
  "mag-bert": magBert,
  misa,
  tetfn,
  almt,
  mmim,
  cenet,
  "tfr-net": tfrNet,
  bbfn,
  svm,
  constant,
} satisfies Readonly<Record<string, ModelDefinition>>;

/**
 * The models by the types of their definitions: {@linkcode ModelName} and their settings follow from it.
 *
 * @internal
 */
export type Models = typeof BY_NAME;

/** The name of a model of the registry. */
export type ModelName = keyof Models;

/**
 * All models, in the order in which they are listed.
 *
 * @example
 * ```ts
 * import { MODELS } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const networks = MODELS.filter(({ kind }) => kind === "network").map(({ name }) => name);
 * assertEquals(networks.slice(0, 3), ["self-mm", "shared-private", "text-guided"]);
 * ```
 */
export const MODELS: readonly ModelDefinition[] = Object.values<ModelDefinition>(BY_NAME);

/**
 * The model of that name.
 *
 * @throws {UsageError} when there is none, with the nearest name.
 *
 * @example
 * ```ts
 * import { findModel } from "./mod.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(findModel("self-mm").kind, "network");
 * assertThrows(() => findModel("selfmm"), Error, 'did you mean "self-mm"');
 * ```
 */
export function findModel(name: ModelName | (string & Record<never, never>)): ModelDefinition {
  const model = MODELS.find((model) => model.name === name);
  if (model === undefined) {
    throw new UsageError(unknownName("model", name, MODELS.map((model) => model.name)));
  }
  return model;
}
