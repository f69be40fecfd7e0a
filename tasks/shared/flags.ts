/** Flags that several commands share. @module */

import type { Flag } from "./command.ts";

/** Which data, and how they are read. */
export const DATA_FLAGS: readonly Flag[] = [
  {
    name: "data",
    value: "PATH",
    help: "an MMSA pickle, a store folder, synthetic or synthetic:n=2000,seed=1",
  },
  {
    name: "protocol",
    value: "PROTOCOL",
    choices: ["mosi", "mosei", "sims"],
    help: "metrics and default settings; default: what the data tell",
  },
  {
    name: "modalities",
    value: "LIST",
    help: "of text,audio,vision, with commas; default: all in the data",
  },
  {
    name: "nonfinite",
    value: "POLICY",
    choices: ["zero", "stop"],
    default: "zero",
    help: "what becomes of NaN and infinite features",
  },
];

/** Where tensors are computed. */
export const ENGINE_FLAGS: readonly Flag[] = [
  {
    name: "engine",
    value: "ENGINE",
    choices: ["auto", "tensorflow", "webgpu", "cpu"],
    default: "auto",
    help: "what computes; auto takes tensorflow where its library is",
  },
  {
    name: "device",
    value: "DEVICE",
    choices: ["auto", "cpu", "gpu"],
    default: "auto",
    help: "what the engine computes on",
  },
];
