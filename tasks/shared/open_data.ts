/** Data as `--data`, `--protocol`, `--modalities` and `--nonfinite` ask for it. @module */

import {
  DataError,
  type Dataset,
  isSynthetic,
  loadDataset,
  type LoadOptions,
  MODALITIES,
  type Modality,
  type Predictor,
  type ProtocolName,
  type TrainingOptions,
  unknownName,
  UsageError,
} from "../../mod.ts";
import type { Call } from "./command.ts";

/**
 * What `--data`, `--protocol`, `--modalities` and `--nonfinite` say; what is absent is left open.
 *
 * @throws {UsageError} when there are no data or a modality is unknown
 */
export function dataOf(
  call: Call,
): Pick<TrainingOptions, "protocol" | "modalities" | "nonfinite"> & { readonly data: string } {
  const protocol = call.get("protocol") as ProtocolName | undefined;
  const modalities = modalitiesOf(call);
  return {
    data: call.require("data"),
    ...(protocol === undefined ? {} : { protocol }),
    ...(modalities === undefined ? {} : { modalities }),
    nonfinite: call.get("nonfinite") as "zero",
  };
}

/**
 * Opens data for a run that was trained before, with the modalities that it needs.
 *
 * @throws {DataError} when the data lack a modality or a split: then no flag is wrong.
 */
export function openForRun(
  path: string,
  { config, modalities, protocol }: Predictor,
  options: Pick<LoadOptions, "splits" | "labels" | "onWarning">,
): Dataset {
  try {
    const text = config["text"] === "bert" ? "bert" : "features";
    return loadDataset(path, { modalities, protocol, text, ...options });
  } catch (error) {
    if (!(error instanceof UsageError) || isSynthetic(path)) throw error;
    throw new DataError(error.message, { cause: error });
  }
}

/** What `--modalities` names; undefined where it was not given. @throws {UsageError} an unknown one */
export function modalitiesOf(call: Call): Modality[] | undefined {
  return call.list("modalities")?.map(toModality);
}

function toModality(text: string): Modality {
  const modality = MODALITIES.find((name) => name === text);
  if (modality === undefined) throw new UsageError(unknownName("modality", text, MODALITIES));
  return modality;
}
