/** Files of real PyTorch; `make_torch.py` wrote them. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { UnsafePickleError } from "../../../lib/core/errors.ts";
import type { ArraySource } from "../../../lib/data/arrays/array_source.ts";
import { readContent } from "../../../lib/data/containers/mod.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { checkDataset } from "./made_dataset.ts";

const FOLDER = new URL("../../golden/torch/", import.meta.url).pathname;

for (const file of ["pickled.pkl", "saved.pt", "before_1_6.pt"]) {
  Deno.test(`loadDataset() reads ${file} of PyTorch: turned, cut and halved tensors`, () => {
    using dataset = loadDataset(FOLDER + file, { protocol: "mosi" });
    checkDataset(dataset);
    const { layout, splits } = inspectDataset(FOLDER + file, "mosi");
    assertEquals([layout, splits.train!.features.audio!.dtype], ["MMSA", "<f2"]);
  });
}

Deno.test("readContent() reads tensors of all kinds, also of one storage", () => {
  using content = readContent(`${FOLDER}kinds.pt`);
  const tensors = content.value as Map<string, ArraySource>;
  const read = (name: string) => {
    const { shape, values } = tensors.get(name)!;
    return [[...shape], Array.from(values.call(tensors.get(name)), Number)];
  };
  const whole = [0, 1, 2, 3, 4, 5];
  assertEquals(read("whole"), [[6], whole]);
  assertEquals(read("end"), [[2], [4, 5]]);
  assertEquals(read("parameter"), [[2, 3], whole]);
  assertEquals(read("flags"), [[6], [0, 0, 0, 1, 1, 1]]);
  assertEquals(read("number"), [[], [7]]);
  const bfloat16 = new Float32Array(6);
  tensors.get("bfloat16")!.readFloat32(0, bfloat16);
  assertEquals([...bfloat16], whole);
});

Deno.test("readContent() refuses PyTorch's modules, and tensors that are not dense", () => {
  for (const [file, named] of [["module.pt", "Linear"], ["sparse.pt", "sparse"]] as const) {
    const error = assertThrows(() => readContent(FOLDER + file), UnsafePickleError);
    assert(error.message.includes(named), error.message);
  }
});
