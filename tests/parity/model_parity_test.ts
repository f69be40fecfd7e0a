import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { type LayerCase, readLayerCases } from "../../lib/parity/layer_cases.ts";
import { checkLayer } from "../../lib/parity/layer_parity.ts";
import { forEachEngine, onCpu } from "../engine/engines.ts";

const CASES = ["models_a.json", "models_b.json"].flatMap((name) =>
  readLayerCases(join(import.meta.dirname!, "..", "golden", "zoo", name))
);

function find(name: string): LayerCase {
  return CASES.find((layerCase) => layerCase.name === name)!;
}

forEachEngine("networks of the zoo do what the reference recorded, compiled", async (engine) => {
  assert(CASES.length > 54);
  for (const layerCase of CASES) {
    const { ok, name, output, inputGrad, weightGrad } = await checkLayer(layerCase, engine);
    assert(ok && output !== null, `${name}: ${output}, ${inputGrad}, ${weightGrad}`);
  }
});

// Compiling each mistake for another engine takes a minute, and shows no other.
onCpu("a deliberate mistake in a recorded training is seen", async (engine) => {
  const mult = find("mult_steps"), lmf = find("lmf_steps"), mtfn = find("mtfn_steps");
  const changed = (layerCase: LayerCase, hyper: Record<string, unknown>): LayerCase => ({
    ...layerCase,
    hyper: { ...layerCase.hyper, ...hyper },
  });
  const mistakes: [string, LayerCase][] = [
    ["no clipping", changed(mult, { grad_clip: -1 })],
    ["no plateau", changed(mult, { patience: 9 })],
    ["a step each batch", changed(mult, { update_epochs: 1 })],
    ["no decay", changed(lmf, { weight_decay: 0 })],
    ["task weights ignored", changed(mtfn, { M: 1, T: 1, A: 1, V: 1 })],
    ["positions", changed(find("mult"), { position_embedding: true })],
    ["no band", changed(find("mult"), { attn_mask: false })],
    ["constant audio and vision", changed(find("mfn_sequences"), { need_normalized: true })],
    ["running statistics", changed(find("lf_dnn_train"), { mode: "eval" })],
    ["no clipping of sums", changed(find("misa_training"), { grad_clip: -1 })],
    ["a longer shift", changed(find("mag_bert"), { beta_shift: 2 })],
    ["no contrast", changed(find("mmim_training"), { alpha: 0 })],
    ["other heads", changed(find("tetfn"), { nheads: 2 })],
    ["no accumulation", changed(find("tetfn_training"), { update_epochs: 1 })],
    ["labels within less", changed(find("tetfn_training"), { H: 1 })],
    ["sums that start anew each batch", changed(find("tfr_net_training"), { update_epochs: 1 })],
    ["nothing rebuilt", changed(find("tfr_net_training"), { weight_gen_loss: [0, 0, 0] })],
    ["another [UNK]", changed(find("tfr_net"), { unk_id_here: 4 })],
    ["streams not told apart", changed(find("bbfn_training"), { lambda_d: 0 })],
    ["another ε", changed(find("cenet_training"), { adam_epsilon: 1e-6 })],
  ];
  for (const [mistake, layerCase] of mistakes) {
    assertEquals((await checkLayer(layerCase, engine)).ok, false, mistake);
  }
});

Deno.test("a case whose weights are not the network's is refused, and nothing is left behind", async () => {
  const layerCase = find("lf_dnn_eval");
  await checkLayer(layerCase);
  const before = tf.memory().numTensors;
  await checkLayer(layerCase);
  await checkLayer(find("lf_dnn_steps"));
  const { "post_fusion_layer_3.bias": _, ...weights } = layerCase.weights;
  await assertRejects(
    () => checkLayer({ ...layerCase, weights }),
    DataError,
    "post_fusion_layer_3.bias are on one side only",
  );
  assertEquals(tf.memory().numTensors, before);
});
