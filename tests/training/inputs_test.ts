import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { DataError } from "../../lib/core/errors.ts";
import { MemoryColumn, type Split } from "../../lib/data/mod.ts";
import type { Inputs } from "../../lib/models/mod.ts";
import { type Reader, readInputs } from "../../lib/training/inputs.ts";
import { forEachEngine } from "../engine/engines.ts";
import { smallData } from "../models/small.ts";

/** Three samples of two steps of width two, of true lengths 2, 1 and 2; 0 beyond. */
const SPLIT: Split = {
  ...smallData().splits.test!,
  samples: 3,
  features: {
    audio: new MemoryColumn(
      Float32Array.of(1, 2, 3, 4, 5, 6, 0, 0, 9, 10, 11, 12),
      { samples: 3, steps: 2, width: 2 },
      Int32Array.of(2, 1, 2),
    ),
  },
};

/** A network that wants these forms. */
function reader(dataForms: Reader["dataForms"], seesPadding = false): Reader {
  return { dataForms, seesPadding };
}

/** Reads the samples 2 and 1 and hands on what came, as arrays. */
function read(forms: Reader["dataForms"], seesPadding = false): Record<string, unknown> {
  const inputs = readInputs(reader(forms, seesPadding), SPLIT, [2, 1]) as Record<string, tf.Tensor>;
  const arrays = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, tensor.arraySync()]),
  );
  tf.dispose(inputs);
  return arrays;
}

forEachEngine("readInputs() gives the first step, or sequences in either layout", () => {
  assertEquals(read({ audio: "first" }), { audio: [[9, 10], [5, 6]] });
  assertEquals(read({ audio: "sequence" }), {
    audio: [[[9, 10], [11, 12]], [[5, 6], [0, 0]]],
    audioLengths: [2, 1],
  });
  assertEquals(read({ audio: "timeMajor" }), {
    audio: [[[9, 10], [5, 6]], [[11, 12], [0, 0]]],
    audioLengths: [2, 1],
  });
});

forEachEngine("readInputs() reads nothing that was not asked for, and lengths as int32", () => {
  const before = tf.memory().numTensors;
  assertEquals(readInputs(reader({}), SPLIT, [0]), {});
  assertEquals(tf.memory().numTensors, before);
  const inputs: Inputs = readInputs(reader({ audio: "sequence" }), SPLIT, [0, 1, 2]);
  assertEquals([inputs.audio!.dtype, inputs.audioLengths!.dtype], ["float32", "int32"]);
  assertEquals(tf.memory().numTensors - before, 2);
  tf.dispose(inputs as tf.TensorContainer);
});

forEachEngine("readInputs() refuses a split without a modality that the model needs", () => {
  const read = () => readInputs(reader({ text: "first" }), SPLIT, [0]);
  assertThrows(read, DataError, 'Cannot read split "test": it has no text');
});

forEachEngine(
  "readInputs() gives the mean of the true steps, or of all where padding is seen",
  () => {
    for (let again = 0; again < 2; again++) {
      assertEquals(read({ audio: "mean" }), { audio: [[10, 11], [5, 6]] });
      assertEquals(read({ audio: "mean" }, true), { audio: [[10, 11], [2.5, 3]] });
    }
  },
);

forEachEngine(
  "readInputs() leaves nothing of a former batch to a network that sees padding",
  () => {
    for (const form of ["sequence", "timeMajor"] as const) {
      const scratch = new Map<string, Float32Array>();
      const wanted = reader({ audio: form }, true);
      tf.dispose(readInputs(wanted, SPLIT, [0], scratch) as tf.TensorContainer);
      const second = readInputs(wanted, SPLIT, [1], scratch);
      assertEquals([...second.audio!.dataSync()], [5, 6, 0, 0], form);
      tf.dispose(second as tf.TensorContainer);
    }
  },
);
