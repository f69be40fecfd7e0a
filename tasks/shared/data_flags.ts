/** Data as `--data`, `--protocol`, `--modalities` and `--nonfinite` ask for it. @module */

import { MODALITIES, type Modality } from "../../lib/data/mod.ts";
import { type TrainingOptions } from "../../lib/training/mod.ts";
import { unknownName, UsageError } from "../../lib/core/mod.ts";
import type { Call } from "./command.ts";
import { protocolOf } from "./flags.ts";

/**
 * What `--data`, `--protocol`, `--modalities` and `--nonfinite` say; what is absent is left open.
 *
 * @throws {UsageError} when there are no data or a modality is unknown
 */
export function dataOf(
  call: Call,
): Pick<TrainingOptions, "protocol" | "modalities" | "nonfinite"> & { readonly data: string } {
  const modalities = modalitiesOf(call);
  return {
    data: call.require("data"),
    ...protocolOf(call),
    ...(modalities === undefined ? {} : { modalities }),
    nonfinite: call.get("nonfinite") as "zero",
  };
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
