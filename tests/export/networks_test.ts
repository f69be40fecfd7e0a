/** Every network in every form, as a file and as it is. */

import { assert, assertEquals } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { checkOnnx, TOLERANCE, toOnnx } from "../../lib/export/export_network.ts";
import { featureSteps, featureWidths, MODELS } from "../../lib/models/mod.ts";
import { NetworkLearner, smallSettings, variantsOf } from "../models/networks.ts";
import { smallData } from "../models/small.ts";
import { NOTES } from "./try_network.ts";

for (const model of MODELS.filter(({ kind }) => kind === "network")) {
  Deno.test(`${model.name} scores the same in onnxruntime, in each of its forms`, async () => {
    const engine = await openEngine({ engine: "cpu" });
    const dataset = smallData();
    const { modalities } = dataset;
    for (const variant of variantsOf(model)) {
      const settings = { ...smallSettings(model), ...variant };
      using learner = new NetworkLearner(engine, model, dataset, settings);
      // Weights and buffers that have moved: those of the start hide what is multiplied by 0.
      await learner.epoch(dataset, 1);
      const text = learner.network.hasBert ? "bert" : "features";
      const sizes = {
        widths: featureWidths(dataset, modalities),
        steps: featureSteps(dataset, modalities, text),
        vocabulary: text === "bert" ? 40 : null,
      };
      const exported = { network: learner.network, sizes, scalings: {}, neutral: 0 };
      const file = await toOnnx(exported, NOTES);
      const form = JSON.stringify(variant);
      const read = file.inputs.filter(({ name }) => /^(text|audio|vision|input_ids)$/.test(name));
      assertEquals(read.length, 3, form);
      assert(await checkOnnx(exported, file) <= TOLERANCE, form);
    }
  });
}
