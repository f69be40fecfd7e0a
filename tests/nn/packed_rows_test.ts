import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { packRows } from "../../lib/nn/packed_rows.ts";
import type { Tokens } from "../../lib/nn/text_encoder.ts";
import { forEachEngine } from "../engine/engines.ts";
import { deviation, ENCODERS, Recorded, RECORDINGS } from "./text_encoders/recorded.ts";

/** The recorded sentences with six places of padding more, and one sentence that begins in padding. */
function padded({ ids, mask, segments }: Tokens, padding: number): Tokens {
  const wider = (x: tf.Tensor2D, value: number) =>
    tf.pad2d(x, [[0, 0], [0, 6]], value) as tf.Tensor2D;
  const shown = mask.arraySync().map((row, i) =>
    row.map((value, t) => i === 0 && t === 0 ? 0 : value)
  );
  return {
    ids: wider(ids, padding),
    mask: wider(tf.tensor2d(shown, mask.shape, "int32"), 0),
    segments: wider(segments, 0),
  };
}

for (const name of ENCODERS) {
  forEachEngine(`${name} computes tokens alone, to the same states and gradients`, () => {
    for (const isCheckpointed of [false, true]) {
      using recorded = new Recorded(join(RECORDINGS, name), { isCheckpointed });
      const { encoder } = recorded;
      tf.tidy(() => {
        const all = padded(recorded.tokens(), encoder.config.padding ?? 0);
        const [batch, places] = all.ids.shape;
        const { rows, places: of } = packRows(all.mask.dataSync(), batch, 2)!;
        assert(rows.length < batch * places, "fewer rows than places");
        const packing = { rows: tf.tensor1d(rows, "int32"), places: tf.tensor1d(of, "int32") };
        const isToken = tf.expandDims(tf.cast(all.mask, "float32"), 2);
        const change = (x: tf.Tensor3D) => tf.mul(x, 1.5) as tf.Tensor3D;
        const losses = (tokens: Tokens) => [
          () => tf.mul(encoder.states(tokens, null).layers.at(-1)!, isToken),
          () => encoder.cls(tokens, null),
          () => encoder.cls(tokens, null, { layer: 1, change }),
        ];
        const plain = losses(all), packed = losses({ ...all, packing });
        plain.forEach((loss, i) => {
          const [value, same] = [loss().dataSync(), packed[i]!().dataSync()] as Float32Array[];
          assert(deviation(same!, value!) < 1e-6);
          const gradients = recorded.differentiate(packed[i]!);
          for (const [parameter, values] of recorded.differentiate(loss)) {
            if (values === undefined) assertEquals(gradients.get(parameter), undefined);
            else assert(deviation(gradients.get(parameter)!, values) < 1e-5, parameter);
          }
        });
      });
    }
  });
}

Deno.test("packRows() computes each token once, and sentences that begin with none whole", () => {
  const random = RandomStream.fromSeed(3);
  for (let trial = 0; trial < 20; trial++) {
    const [batch, tokens] = [1 + random.integer(6), 8 * (1 + random.integer(3))];
    const mask = Int32Array.from({ length: batch * tokens }, () => random.integer(3) === 0 ? 1 : 0);
    const made = packRows(mask, batch, 4);
    if (made === null) continue;
    const { rows, places } = made;
    assertEquals(rows.length % 4, 0);
    const held = mask.map((shown, place) => shown || 1 - mask[place - place % tokens]!);
    const count = held.reduce((sum, value) => sum + value);
    assertEquals(
      [...rows.subarray(0, count)],
      [...held.keys()].filter((place) => held[place] === 1),
    );
    held.forEach((isHeld, place) => {
      if (isHeld === 1) assertEquals(rows[places[place]!], place);
      else assertEquals(held[rows[places[place]!]!], 0, "padding has a row of padding");
    });
  }
  assertEquals(packRows(new Int32Array(64).fill(1), 4), null);
});
