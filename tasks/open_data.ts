/** Data as `--data`, `--protocol`, `--modalities` and `--nonfinite` ask for it. @module */

import {
  type Dataset,
  isSynthetic,
  loadDataset,
  makeSynthetic,
  MODALITIES,
  type Modality,
  parseSynthetic,
  type ProtocolName,
  requireProtocol,
  unknownName,
  UsageError,
} from "../mod.ts";
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
 * @param warn takes warnings about the data
 * @throws {UsageError} when the protocol cannot be told or a modality is not there.
 */
export function openData(call: Call, warn: (line: string) => void): OpenData {
  const path = call.require("data");
  const asked = call.get("modalities")?.split(",").map(toModality);
  const given = call.get("protocol") as ProtocolName | undefined;
  const dataset = openPath(path, {
    nonfinite: call.get("nonfinite") as "zero",
    warn,
    ...(asked === undefined ? {} : { modalities: asked }),
    ...(given === undefined ? {} : { protocol: given }),
  });
  try {
    const protocol = requireProtocol(dataset, given ?? null);
    return {
      dataset,
      protocol,
      modalities: asked ?? dataset.modalities,
      [Symbol.dispose]: () => dataset.close(),
    };
  } catch (error) {
    dataset.close();
    throw error;
  }
}

/** How to read a file. */
export interface PathOptions {
  readonly modalities?: readonly Modality[];
  readonly protocol?: ProtocolName;
  readonly nonfinite?: "zero" | "stop";
  readonly warn: (line: string) => void;
}

/** Opens a pickle, a store folder or synthetic data. */
export function openPath(path: string, options: PathOptions): Dataset {
  if (isSynthetic(path)) return makeSynthetic(parseSynthetic(path));
  const { warn, ...rest } = options;
  return loadDataset(path, { ...rest, onWarning: warn });
}

function toModality(text: string): Modality {
  const modality = MODALITIES.find((name) => name === text.trim());
  if (modality === undefined) throw new UsageError(unknownName("modality", text, MODALITIES));
  return modality;
}
