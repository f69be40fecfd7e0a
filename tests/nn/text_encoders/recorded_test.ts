import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { RandomStream } from "../../../lib/core/random.ts";
import * as tf from "@tensorflow/tfjs-core";
import { BertFolder } from "../../../lib/nn/bert_folder.ts";
import { MODEL_TYPES, type Tokens } from "../../../lib/nn/text_encoder.ts";
import { forEachEngine } from "../../engine/engines.ts";
import { assertRecorded, deviation, ENCODERS, Recorded, RECORDINGS } from "./recorded.ts";

Deno.test("there is a recording of each type", () => {
  const types = ENCODERS.map((name) => {
    using folder = new BertFolder(join(RECORDINGS, name));
    return folder.config.type;
  });
  assertEquals(new Set(types), new Set(MODEL_TYPES));
});

for (const name of ENCODERS) {
  forEachEngine(`${name} has the recorded states and gradients within 1e-5`, () => {
    using recorded = new Recorded(join(RECORDINGS, name));
    assertRecorded(recorded);
  });

  forEachEngine(`cls() of ${name} has the value and the gradients of the first state`, () => {
    using recorded = new Recorded(join(RECORDINGS, name));
    const { encoder } = recorded;
    tf.tidy(() => {
      const tokens = recorded.tokens();
      const [batch, , width] = encoder.states(tokens, null).layers[0]!.shape;
      const first = () => {
        const last = encoder.states(tokens, null).layers.at(-1)!;
        return tf.reshape(tf.slice3d(last, [0, 0, 0], [batch, 1, width]), [batch, width]);
      };
      const [short, long] = [() => encoder.cls(tokens, null), first].map((of) => ({
        value: of().dataSync() as Float32Array,
        gradients: recorded.differentiate(of),
      }));
      assert(deviation(short!.value, long!.value) < 1e-6);
      for (const [name, values] of long!.gradients) {
        assert(deviation(short!.gradients.get(name)!, values) < 1e-5, name);
      }
    });
  });

  forEachEngine(`${name} computed again in the backward pass has the same gradients`, () => {
    const gradientsOf = (layers: number, isCheckpointed: boolean) => {
      using recorded = new Recorded(join(RECORDINGS, name), { layers, isCheckpointed });
      const stream = RandomStream.fromSeed(1);
      let gradients = new Map<string, Float32Array>();
      tf.tidy(() => {
        const noise = { stream, counter: tf.tensor1d([0, 0, 1, 1], "int32") };
        const tokens = recorded.tokens();
        // The last layer is kept, so that of two the first is computed again.
        gradients = recorded.differentiate(() =>
          recorded.encoder.states(tokens, noise).layers.at(-1)!
        );
      });
      return new Map([...gradients].filter(([, values]) => values !== undefined));
    };
    // All layers, and those after a frozen one.
    for (const layers of [0, 1]) {
      const [plain, again] = [gradientsOf(layers, false), gradientsOf(layers, true)];
      assertEquals([...again.keys()], [...plain.keys()]);
      assert([...plain.keys()].some((name) => name.includes(".layer.1.")), "a layer learns");
      for (const [name, values] of plain) assert(deviation(again.get(name)!, values) < 1e-6, name);
    }
  });

  forEachEngine(
    `padding of ${name} is no matter to tokens, and its embedding learns nothing`,
    () => {
      using recorded = new Recorded(join(RECORDINGS, name));
      const { encoder } = recorded;
      tf.tidy(() => {
        const { ids, mask, segments } = recorded.tokens();
        const padding = encoder.config.padding!;
        const word = [...recorded.parameters.names()].find((name) => name.includes("word_embed"))!;
        const rows = tf.sum(
          tf.abs(tf.tensor2d(
            recorded.differentiate(() =>
              encoder.states({ ids, mask, segments }, null).layers.at(-1)!
            ).get(word)!,
            recorded.parameters.get(word).shape as [number, number],
          )),
          1,
        ).dataSync();
        assertEquals(rows[padding], 0);
        assert(rows[ids.dataSync()[0]!]! > 0);
        const time = ids.shape[1];
        const wider = (x: tf.Tensor2D, value: number) =>
          tf.pad2d(x, [[0, 0], [0, 3]], value) as tf.Tensor2D;
        const padded = {
          ids: wider(ids, padding),
          mask: wider(mask, 0),
          segments: wider(segments, 0),
        };
        const last = (tokens: Tokens) => {
          const states = encoder.states(tokens, null).layers.at(-1)!;
          const cut = tf.slice3d(states, [0, 0, 0], [ids.shape[0], time, states.shape[2]]);
          return tf.mul(cut, tf.expandDims(mask, 2)).dataSync();
        };
        const expected = last({ ids, mask, segments });
        last(padded).forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-5));
      });
    },
  );
}
