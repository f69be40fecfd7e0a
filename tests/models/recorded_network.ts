/** Self-MM as a recording of the reference has it. */

import { assertEquals } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import { loadDataset } from "../../lib/data/mod.ts";
import { featureWidths, type ModelContext, type Network } from "../../lib/models/mod.ts";
import { selfMm } from "../../lib/models/self_mm.ts";
import type { Recording } from "../../lib/parity/recording.ts";

/** The network of a recording, with a BERT where it has one. */
export function makeRecorded(recording: Recording, changes: Partial<ModelContext> = {}): Network {
  using dataset = loadDataset(recording.data, { protocol: recording.protocol });
  if (selfMm.kind !== "network") throw new TypeError("self-mm is a network");
  const bert = recording.bert();
  return selfMm.create({
    config: recording.settings(),
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
  const groupsOf = (groups: Network["groups"]) =>
    groups.map(({ learningRate, weightDecay, parameters }) => ({
      learningRate,
      weightDecay,
      parameters: [...parameters].sort(),
    }));
  assertEquals(groupsOf(network.groups), groupsOf(recording.groups()));
}
