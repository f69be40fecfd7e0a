import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { fillUniform } from "../../lib/core/philox.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { dropout } from "../../lib/nn/dropout.ts";
import { forEachEngine } from "../engine/engines.ts";

/** Where a mask is drawn. */
interface Draw {
  seed?: number;
  place?: string;
  batch?: number;
  epoch?: number;
  rate?: number;
  size?: number;
}

/** Dropout of ones. */
function drop({ seed = 1, place = "a", batch = 1, epoch = 1, rate = 0.3, size = 1000 }: Draw = {}) {
  return tf.tidy(() => {
    const counter = tf.tensor1d([0, 0, batch, epoch], "int32");
    const noise = { stream: RandomStream.fromSeed(seed), counter };
    return dropout(tf.ones([size]), rate, noise, place).dataSync().slice();
  });
}

function shareOfZeros(values: ArrayLike<number>): number {
  return Array.from(values).filter((value) => value === 0).length / values.length;
}

forEachEngine("dropout() is off without noise and at rate 0: it returns its input", () => {
  tf.tidy(() => {
    const x = tf.ones([2, 3]);
    assert(dropout(x, 0.5, null, "a") === x);
    const counter = tf.tensor1d([0, 0, 1, 1], "int32");
    assert(dropout(x, 0, { stream: RandomStream.fromSeed(1), counter }, "a") === x);
  });
});

forEachEngine("dropout() sets a share to 0 and divides the rest by 1 − rate", () => {
  const size = 40_000;
  for (const rate of [0.1, 0.5, 0.9]) {
    const values = drop({ rate, size });
    const scale = Math.fround(1 / (1 - rate));
    assert(values.every((value) => value === 0 || Math.abs(value - scale) < 1e-5), `${rate}`);
    const deviation = Math.sqrt(rate * (1 - rate) / size);
    assertAlmostEquals(shareOfZeros(values), rate, 4 * deviation);
  }
});

forEachEngine("dropout() keeps what a generator in plain JavaScript keeps", () => {
  const size = 999, rate = 0.3;
  const draw = new Float32Array(size);
  fillUniform(draw, RandomStream.fromSeed(7).split("place").key, [0, 0, 5, 2]);
  const values = drop({ seed: 7, place: "place", batch: 5, epoch: 2, rate, size });
  assertEquals([...values].map((value) => value !== 0), [...draw].map((value) => value >= rate));
});

forEachEngine("dropout() draws one mask a seed, place, batch and epoch", () => {
  const first = drop();
  assertEquals(drop(), first);
  const others: Draw[] = [{ seed: 2 }, { place: "b" }, { batch: 2 }, { epoch: 2 }];
  for (const other of others) {
    const values = drop(other);
    const both = values.map((value, i) => value === 0 && first[i] === 0 ? 0 : 1);
    // Two masks that have nothing to do with each other agree on rate² of the zeros.
    assertAlmostEquals(shareOfZeros(both), 0.09, 0.04, JSON.stringify(other));
  }
});

forEachEngine("dropout() is no different by the shape, and keeps it", () => {
  const flat = drop({ size: 12 });
  tf.tidy(() => {
    const noise = {
      stream: RandomStream.fromSeed(1),
      counter: tf.tensor1d([0, 0, 1, 1], "int32"),
    };
    const y = dropout(tf.ones([3, 4]), 0.3, noise, "a");
    assertEquals([y.shape, y.dataSync()], [[3, 4], flat]);
  });
});

forEachEngine("dropout() passes the gradient where it passes the value", () => {
  tf.tidy(() => {
    const noise = {
      stream: RandomStream.fromSeed(3),
      counter: tf.tensor1d([0, 0, 1, 1], "int32"),
    };
    const x = tf.ones([50]);
    const y = dropout(x, 0.4, noise, "a").dataSync();
    const dx = tf.grad((x) => tf.sum(dropout(x, 0.4, noise, "a")))(x).dataSync();
    assertEquals(dx, y);
    assert(y.includes(0));
  });
});

forEachEngine("dropout() refuses a rate outside [0, 1), with noise and without", () => {
  for (const rate of [1, -0.1, NaN, 2]) {
    assertThrows(() => drop({ rate }), RangeError, 'at "a": expected a number in [0, 1)');
    const x = tf.scalar(1);
    assertThrows(() => dropout(x, rate, null, "a"), RangeError, `a share ${rate}`);
    x.dispose();
  }
});
