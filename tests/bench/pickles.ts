/** Pickles in MMSA's layout with features of any size, for the benches that read files. */

import { fillUniform } from "../../lib/core/philox.ts";
import { MODALITIES, type Modality, RandomStream } from "../../mod.ts";
import { numpy, pickled, type Value } from "../data/mmsa_file.ts";

/** Samples of each split, and [steps, width] of each modality. */
export interface PickleShape {
  readonly samples: Readonly<Record<"train" | "valid" | "test", number>>;
  readonly features: Readonly<Record<Modality, readonly [steps: number, width: number]>>;
}

/**
 * Writes random features and labels. In MMSA's layout the lengths are full; in MulT's there are none,
 * other names, and zeros before a third of each sequence.
 */
export function writeBenchPickle(
  path: string,
  shape: PickleShape,
  layout: "MMSA" | "MulT" = "MMSA",
): void {
  const random = RandomStream.fromSeed(1);
  const splits = Object.entries(shape.samples).map(([split, samples]): [string, Value] => {
    const drawn = random.split(split);
    const features = MODALITIES.map((modality) => {
      const [steps, width] = shape.features[modality];
      const values = new Float32Array(samples * steps * width);
      fillUniform(values, drawn.split(modality).key, [0, 0, 0, 0]);
      const row = steps * width, padding = Math.ceil(steps / 3) * width;
      for (let at = 0; layout === "MulT" && at < values.length; at += row) {
        values.fill(0, at, at + padding);
      }
      return [modality, numpy([samples, steps, width], values)] as const;
    });
    const lengths = (["audio", "vision"] as const).map((modality) => {
      const [steps] = shape.features[modality];
      return [`${modality}_lengths`, Array<number>(samples).fill(steps)] as const;
    });
    const ids = Array.from({ length: samples }, (_, i) => `${split}$_$${i}`);
    const labels = drawn.split("labels").uniformArray(samples, -3, 3);
    const named = Object.fromEntries(features);
    if (layout === "MulT") return [split, { ...named, labels: numpy([samples, 1, 1], labels) }];
    return [split, {
      id: ids,
      raw_text: ids,
      ...named,
      ...Object.fromEntries(lengths),
      regression_labels: numpy([samples], labels),
    }];
  });
  Deno.writeFileSync(path, pickled(Object.fromEntries(splits)));
}
