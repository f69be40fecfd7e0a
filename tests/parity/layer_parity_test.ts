import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import {
  type LayerCase,
  readLayerCases,
  type RecordedArrays,
} from "../../lib/parity/layer_cases.ts";
import { checkLayer, isLayerKind } from "../../lib/parity/layer_parity.ts";
import { forEachEngine } from "../engine/engines.ts";
import { withFolder } from "../training/small.ts";

const PATH = join(import.meta.dirname!, "..", "golden", "layers.json");
const CASES = readLayerCases(PATH);
const KINDS = ["lstm", "bilstm", "l1_loss", "adam", "adam_l2", "adamw"];

/** The arrays with the largest number of one of them off by `by`. */
function nudged(
  arrays: RecordedArrays,
  by: number,
  name = Object.keys(arrays)[0]!,
): RecordedArrays {
  const { shape, values } = arrays[name]!;
  const changed = values.slice();
  const largest = values.reduce(
    (at, value, i) => Math.abs(value) > Math.abs(values[at]!) ? i : at,
    0,
  );
  changed[largest] = changed[largest]! + by;
  return { ...arrays, [name]: { shape, values: changed } };
}

Deno.test("there is a recorded case of each kind", () => {
  for (const kind of KINDS) {
    assert(isLayerKind(kind) && CASES.some((layerCase) => layerCase.kind === kind), kind);
  }
});

forEachEngine("checkLayer() passes the recorded cases", async () => {
  for (const layerCase of CASES.filter(({ kind }) => KINDS.includes(kind))) {
    const { ok, name, output, inputGrad, weightGrad } = await checkLayer(layerCase);
    assert(ok && output !== null, `${name}: ${output}, ${inputGrad}, ${weightGrad}`);
    const { inputGrads, weightGrads } = layerCase;
    assertEquals(
      [inputGrad === null, weightGrad === null],
      [Object.keys(inputGrads).length === 0, Object.keys(weightGrads).length === 0],
      name,
    );
  }
});

forEachEngine("checkLayer() reports a recorded output or gradient that is off", async () => {
  for (const kind of KINDS) {
    const layerCase = CASES.find((layerCase) => layerCase.kind === kind)!;
    const largest = (arrays: RecordedArrays) =>
      Math.max(1, ...Object.values(arrays)[0]?.values.map(Math.abs) ?? []);
    const changes: [keyof LayerCase, number][] = [
      ["outputs", 2e-5],
      ["inputGrads", 2e-5 * largest(layerCase.inputGrads)],
      ["weightGrads", 2e-5 * largest(layerCase.weightGrads)],
    ];
    for (const [part, by] of changes) {
      const arrays = layerCase[part] as RecordedArrays;
      if (Object.keys(arrays).length === 0) continue;
      const { ok } = await checkLayer({ ...layerCase, [part]: nudged(arrays, by) });
      assertEquals(ok, false, `${kind}: ${part}`);
    }
  }
});

forEachEngine("checkLayer() reports deliberate mistakes", async () => {
  const find = (kind: string) => CASES.find((layerCase) => layerCase.kind === kind)!;
  const lstm = find("lstm"), adam = find("adam_l2");
  const full = {
    ...lstm.inputs["lengths"]!,
    values: lstm.inputs["lengths"]!.values.map(() => lstm.inputs["x"]!.shape[1]!),
  };
  const mistakes: [string, LayerCase][] = [
    ["lengths ignored", { ...lstm, inputs: { ...lstm.inputs, lengths: full } }],
    ["decay decoupled", { ...adam, kind: "adamw" }],
    ["decay in the gradient", { ...find("adamw"), kind: "adam_l2" }],
    ["another epsilon", { ...adam, hyper: { ...adam.hyper, eps: 1e-4 } }],
    ["a start weight", { ...lstm, weights: nudged(lstm.weights, 0.01, "weight_hh") }],
    ["no output of ours", { ...lstm, outputs: { other: lstm.outputs["h_n"]! } }],
  ];
  for (const [mistake, layerCase] of mistakes) {
    assertEquals((await checkLayer(layerCase)).ok, false, mistake);
  }
});

forEachEngine("checkLayer() leaves no tensor behind", async () => {
  for (const kind of KINDS) {
    const layerCase = CASES.find((layerCase) => layerCase.kind === kind)!;
    await checkLayer(layerCase);
    const before = tf.memory().numTensors;
    await checkLayer(layerCase);
    assertEquals(tf.memory().numTensors, before, kind);
  }
});

Deno.test("isLayerKind() knows no kind that is only a name of Object", async () => {
  for (const kind of ["toString", "constructor", "__proto__", ""]) {
    assertEquals(isLayerKind(kind), false);
    await assertRejects(() => checkLayer({ ...CASES[0]!, kind }), TypeError, "is unknown");
  }
});

Deno.test("readLayerCases() refuses a case that names a tensor which is not there", async () => {
  await withFolder((folder) => {
    const path = join(folder, "cases.json");
    assertThrows(() => readLayerCases(path), DataError, path);
    Deno.copyFileSync(PATH.replace(".json", ".safetensors"), join(folder, "cases.safetensors"));
    const { cases } = JSON.parse(Deno.readTextFileSync(PATH));
    const changed = { ...cases[0], outputs: { y: "nowhere" } };
    Deno.writeTextFileSync(path, JSON.stringify({ cases: [changed] }));
    const message = `case "${cases[0].name}" names tensor "nowhere"`;
    assertThrows(() => readLayerCases(path), DataError, message);
    for (const text of ["", "{}", "[]", '{"cases":3}']) {
      Deno.writeTextFileSync(path, text);
      assertThrows(() => readLayerCases(path), DataError, `Cannot read "${path}"`);
    }
  });
});
