import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { join } from "node:path";
import { NdArray, readPickle } from "../../../lib/data/pickle/mod.ts";

const GOLDEN = join(import.meta.dirname!, "../../golden");

for (const name of ["self_mm_features", "self_mm_bert_tiny"]) {
  Deno.test(`readPickle() reads ${name}/data.pkl with the shapes of its config.json`, () => {
    const folder = join(GOLDEN, name);
    const config = JSON.parse(Deno.readTextFileSync(join(folder, "config.json")));
    using pickle = readPickle(join(folder, "data.pkl"));
    assertEquals([pickle.protocol, pickle.trailingBytes], [4, 0]);
    const splits = pickle.root as Map<string, Map<string, unknown>>;
    assertEquals([...splits.keys()], ["train", "valid", "test"]);
    for (const [split, content] of splits) {
      const samples = config[`${split}_samples`];
      ["text", "audio", "vision"].forEach((modality, i) => {
        const array = content.get(modality);
        assertInstanceOf(array, NdArray);
        const { seq_lens: steps, feature_dims: widths } = config;
        // With BERT as the encoder `text` has the width of features that are not used.
        const width = modality === "text" ? array.shape[2] : widths[i];
        assertEquals(array.shape, [samples, steps[i], width]);
        assertEquals(array.dtype, "<f4");
        const values = new Float32Array(array.size);
        array.readFloat32(0, values);
        assertEquals(values, array.values());
        assert(values.some((value) => value !== 0));
      });
      const labels = content.get("regression_labels");
      assertInstanceOf(labels, NdArray);
      assertEquals(labels.shape, [samples]);
    }
  });
}
