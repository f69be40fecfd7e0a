import * as tf from "@tensorflow/tfjs-core";
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { loadDataset } from "../../lib/data/mod.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { Recording } from "../../lib/parity/recording.ts";
import { assignWeights } from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { assertAsRecorded, makeRecorded } from "./recorded_network.ts";

const GOLDEN = join(import.meta.dirname!, "..", "golden", "self_mm_bert_tiny");

forEachEngine("self-mm with a BERT has the names, shapes and optimizer groups of MMSA", () => {
  const recording = new Recording(GOLDEN);
  const network = makeRecorded(recording);
  assertEquals(network.dataForms.text, "tokens");
  assertAsRecorded(network, recording);
  network.dispose();
});

forEachEngine("self-mm with a BERT starts from the values that it is given", () => {
  const recording = new Recording(GOLDEN);
  const { config } = recording.bert()!;
  const asked: string[] = [];
  const values = (name: string) => {
    asked.push(name);
    const { values } = recording.tensors("init.safetensors")!.get(`text_model.model.${name}`)!;
    return values;
  };
  const network = makeRecorded(recording, { bert: { config, values } });
  assert(asked.includes("pooler.dense.weight"));
  const name = "text_model.model.embeddings.word_embeddings.weight";
  const expected = recording.tensors("init.safetensors")!.get(name)!.values;
  assertEquals(Float32Array.from(network.parameters.get(name).dataSync()), expected);
  network.dispose();
});

forEachEngine("frozen layers change no gradient of the others, which alone are in groups", () => {
  const recording = new Recording(GOLDEN);
  const bert = recording.bert()!;
  const whole = makeRecorded(recording, { bert: { ...bert, frozenLayers: 0 } });
  const part = makeRecorded(recording, { bert: { ...bert, frozenLayers: 1 } });
  const start = recording.tensors("init.safetensors")!;
  for (const network of [whole, part]) assignWeights(network.parameters, start, GOLDEN);
  const trained = part.trainedGroups.flatMap(({ parameters }) => parameters);
  const all = whole.trainedGroups.flatMap(({ parameters }) => parameters);
  assertEquals(
    all.filter((name) => !trained.includes(name)).every((name) =>
      /\.embeddings\.|\.layer\.0\./.test(name)
    ),
    true,
  );
  assert(trained.length < all.length && trained.some((name) => name.includes(".layer.1.")));
  using dataset = loadDataset(recording.data, { protocol: recording.protocol });
  const inputs = readInputs(whole, dataset.splits.train!, [0, 1, 2]);
  const gradients = [whole, part].map((network) => {
    const variables = trained.map((name) => network.parameters.get(name));
    const loss = () => tf.sum(network.apply(inputs, null).prediction) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, variables);
    return trained.map((name) => grads[network.parameters.get(name).name]?.dataSync());
  });
  assertEquals(gradients[1], gradients[0]);
  for (const network of [whole, part]) network.dispose();
});
