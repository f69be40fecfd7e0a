import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readLayerCases } from "../../lib/training/layer_cases.ts";
import { checkLayer, isLayerKind } from "../../lib/training/layer_parity.ts";
import { forEachEngine } from "../engine/engines.ts";

const CASES = readLayerCases(join(import.meta.dirname!, "..", "golden", "layers.json"));

forEachEngine("checkLayer() finds every recorded layer, loss and optimizer within", async () => {
  for (const layerCase of CASES) {
    assert(isLayerKind(layerCase.kind), layerCase.kind);
    const result = await checkLayer(layerCase);
    assert(result.ok, JSON.stringify(result));
    assert(result.output !== null);
    const recorded = [layerCase.inputGrads, layerCase.weightGrads]
      .map((gradients) => Object.keys(gradients).length > 0);
    assertEquals([result.inputGrad !== null, result.weightGrad !== null], recorded, result.name);
  }
});

forEachEngine("checkLayer() finds a wrong hyper-parameter", async () => {
  for (
    const [name, hyper] of [
      ["gelu_exact", { approximate: "tanh" }],
      ["layer_norm", { eps: 1e-2 }],
      ["mha", { num_heads: 2 }],
      ["encoder_pre_relu", { norm_first: false }],
      ["encoder_post_gelu", { activation: "relu" }],
      ["conv4_same", { padding: "valid" }],
      ["bert_tiny", { num_attention_heads: 2 }],
    ] as const
  ) {
    const layerCase = CASES.find((layerCase) => layerCase.name === name)!;
    const result = await checkLayer({ ...layerCase, hyper: { ...layerCase.hyper, ...hyper } });
    assert(!result.ok, name);
  }
});
