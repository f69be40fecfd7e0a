/** Corruptions as `--drop` and `--noise` ask for them. @module */

import { type Corruption } from "../../lib/features/mod.ts";
import { MODALITIES, type Modality } from "../../lib/data/mod.ts";
import { unknownName, UsageError } from "../../lib/core/mod.ts";
import type { Call } from "./command.ts";

/**
 * All combinations of the levels of `--noise`, each without the modalities of `--drop`; one without
 * any corruption where neither was given.
 *
 * @throws {UsageError} when a modality is unknown to the run, a level is no number of 0 or more, or
 * a modality is both dropped and noisy
 */
export function corruptionsOf(call: Call, used: readonly Modality[]): Corruption[] {
  const drop = call.all("drop").flatMap((text) => text.split(","))
    .map((name) => toUsed(name.trim(), used));
  const levels = new Map<Modality, number[]>();
  for (const text of call.all("noise")) {
    let modality: Modality | null = null;
    for (const part of text.split(",")) {
      // "audio=0.1,0.3,vision=1": a part without a name is a further level.
      const [level = "", name] = part.split("=").reverse();
      if (name !== undefined) modality = toUsed(name.trim(), used);
      if (modality === null || level.trim() === "" || !(Number(level) >= 0)) {
        throw new UsageError(
          `Cannot use --noise "${text}": expected MODALITY=LEVEL,… such as audio=0.3`,
        );
      }
      levels.set(modality, [...levels.get(modality) ?? [], Number(level)]);
    }
  }
  const both = drop.find((modality) => levels.has(modality));
  if (both !== undefined) {
    throw new UsageError(`Cannot add noise to ${both}: it is dropped`);
  }
  let corruptions: Corruption[] = [{ drop: [...new Set(drop)], noise: {} }];
  for (const [modality, amounts] of levels) {
    corruptions = corruptions.flatMap((corruption) =>
      amounts.map((amount) => ({
        ...corruption,
        noise: { ...corruption.noise, [modality]: amount },
      }))
    );
  }
  return corruptions;
}

function toUsed(text: string, used: readonly Modality[]): Modality {
  const modality = MODALITIES.find((name) => name === text);
  if (modality === undefined) throw new UsageError(unknownName("modality", text, MODALITIES));
  if (used.includes(modality)) return modality;
  throw new UsageError(`Cannot corrupt ${modality}: the run reads ${used.join(", ")} only`);
}
