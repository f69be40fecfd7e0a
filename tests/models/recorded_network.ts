/** Self-MM as a recording of the reference has it. */

import { assertEquals } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import { loadDataset } from "../../lib/data/mod.ts";
import {
  featureWidths,
  type ModelContext,
  type Network,
  type ValuesOf,
} from "../../lib/models/mod.ts";
import { selfMm } from "../../lib/models/self_mm.ts";
import { SELF_MM_SETTINGS } from "../../lib/models/self_mm_settings.ts";
import type { Recording } from "../../lib/parity/recording.ts";

/** The network of a recording, with a BERT where it has one. */
export function makeRecorded(
  recording: Recording,
  changes: Partial<ModelContext<typeof SELF_MM_SETTINGS>> = {},
): Network {
  using dataset = loadDataset(recording.data, { protocol: recording.protocol });
  const bert = recording.bert();
  return selfMm.create({
    settings: recording.settings() as ValuesOf<typeof SELF_MM_SETTINGS>,
    protocol: recording.protocol,
    modalities: dataset.modalities,
    widths: featureWidths(dataset, dataset.modalities),
    trainLabels: dataset.splits.train!.labels!,
    random: RandomStream.fromSeed(0),
    ...bert === null ? {} : { bert },
    ...changes,
  });
}

/** Asserts that names, shapes and groups of the optimizer are those of the recording. */
export function assertAsRecorded(network: Network, recording: Recording): void {
  const shapes = (entries: Iterable<[string, { shape: number[] }]>) =>
    Object.fromEntries([...entries].map(([name, { shape }]) => [name, shape]));
  assertEquals(shapes(network.parameters), shapes(recording.tensors("init.safetensors")!));
  const groupsOf = (groups: Network["trainedGroups"]) =>
    groups.map(({ learningRate, weightDecay, parameters }) => ({
      learningRate,
      weightDecay,
      parameters: [...parameters].sort(),
    }));
  assertEquals(groupsOf(network.trainedGroups), groupsOf(recording.groups()));
}
