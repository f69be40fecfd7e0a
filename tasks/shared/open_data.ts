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
  requireProtocol,
  unknownName,
  UsageError,
} from "../../mod.ts";
import type { Call } from "./command.ts";

/** An open dataset and how it is used. */
export interface OpenData extends Disposable {
  readonly dataset: Dataset;
  readonly protocol: ProtocolName;
  readonly modalities: readonly Modality[];
}

/**
 * Opens what `--data` names.
 *
 * @param text the setting of that name; undefined for a model that has none
 * @param warn takes warnings about the data
 * @throws {UsageError} when the protocol cannot be told or a modality is not there.
 */
export function openData(
  call: Call,
  text: unknown,
  warn: (message: string) => void,
): OpenData {
  const path = call.require("data");
  const asked = modalitiesOf(call);
  const given = call.get("protocol") as ProtocolName | undefined;
  const dataset = loadDataset(path, {
    nonfinite: call.get("nonfinite") as "zero",
    onWarning: warn,
    text: text === "bert" ? "bert" : "features",
    ...(asked === undefined ? {} : { modalities: asked }),
    ...(given === undefined ? {} : { protocol: given }),
  });
  try {
    // Left out in silence, it would be missed by who has asked for it in these words.
    if (call.get("text") === "features" && asked === undefined) requireText(dataset);
    const protocol = requireProtocol(dataset, given ?? null);
    return {
      dataset,
      protocol,
      modalities: dataset.modalities,
      [Symbol.dispose]: () => dataset.close(),
    };
  } catch (error) {
    dataset.close();
    throw error;
  }
}

/** @throws {UsageError} when there are no features of the text */
function requireText({ path, modalities }: Dataset): void {
  if (modalities.includes("text")) return;
  throw new UsageError(
    `Cannot use --text features with "${path}": it has ${
      modalities.join(" and ")
    }, expected text; ` +
      "where there are tokens or raw text, --text bert reads them",
  );
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
