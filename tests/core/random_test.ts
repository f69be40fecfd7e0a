import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { fillPhilox } from "../../lib/core/philox.ts";
import { RandomStream } from "../../lib/core/random.ts";

// Computed independently: SHA-256 of "1111\\0weights", then Philox in Python integers.
Deno.test("RandomStream gives these numbers on every machine", () => {
  const stream = RandomStream.fromSeed(1111).split("weights");
  assertEquals(stream.key, [1835403604, 150574879]);
  assertEquals([stream.uniform(), stream.uniform()], [0.860659214207876, 0.7156796379358598]);
});

Deno.test("RandomStream.split() of one name is one stream, of two names two", () => {
  const root = RandomStream.fromSeed(1);
  assert(root.split("a") === root.split("a"));
  assertNotEquals(root.split("a").key, root.split("b").key);
  assertNotEquals(root.split("a").split("b").key, root.split("ab").key);
  assertNotEquals(RandomStream.fromSeed(2).split("a").key, root.split("a").key);
});

Deno.test("RandomStream.fresh() starts anew, whatever was drawn before", () => {
  const root = RandomStream.fromSeed(1);
  const first = root.fresh("epoch 1").permutation(20);
  root.split("epoch 1").uniform();
  assertEquals(root.fresh("epoch 1").permutation(20), first);
});

Deno.test("permutation() holds every number once and moves most of them", () => {
  const order = RandomStream.fromSeed(3).permutation(1000);
  assertEquals(order.toSorted(), Uint32Array.from({ length: 1000 }, (_, i) => i));
  assert(order.filter((value, i) => value === i).length < 10);
});

Deno.test("uniform() and normal() have the moments of their distributions", () => {
  const stream = RandomStream.fromSeed(4);
  const moments = (values: Float32Array) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length];
  };
  const [mean, variance] = moments(stream.uniformArray(20_000, -1, 1));
  assertAlmostEquals(mean!, 0, 0.02);
  assertAlmostEquals(variance!, 1 / 3, 0.02);
  const [center, spread] = moments(stream.normalArray(20_000, 2));
  assertAlmostEquals(center!, 0, 0.06);
  assertAlmostEquals(spread!, 4, 0.15);
});

Deno.test("integer() reaches every value and stays below its limit", () => {
  const stream = RandomStream.fromSeed(5);
  const seen = new Set(Array.from({ length: 300 }, () => stream.integer(7)));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("RandomStream.fromSeed() refuses what is no seed", () => {
  for (const seed of [-1, 1.5, NaN, 2 ** 53]) {
    assertThrows(() => RandomStream.fromSeed(seed), RangeError, "expected an integer");
  }
});

Deno.test("a stream's numbers are those of its blocks in order, however many are drawn", () => {
  const stream = RandomStream.fromSeed(1111).split("weights");
  const words = new Uint32Array(20_000);
  fillPhilox(words, stream.key, [0, 0, 0, 0]);
  const expected = Float32Array.from({ length: words.length / 2 }, (_, i) => {
    const [high, low] = [words[2 * i]! >>> 5, words[2 * i + 1]! >>> 6];
    return (high * 2 ** 26 + low) / 2 ** 53;
  });
  const drawn = [...stream.uniformArray(7, 0, 1), stream.uniform()];
  const rest = stream.uniformArray(expected.length - 8, 0, 1);
  assertEquals(Float32Array.from([...drawn, ...rest]), expected);
});

Deno.test("RandomStream.zeros() gives arrays of zeros, whatever the name", () => {
  const random = RandomStream.zeros().split("weights");
  assertEquals([...random.split("a").uniformArray(2, 1, 2)], [0, 0]);
  assertEquals([...random.normalArray(3, 5)], [0, 0, 0]);
});
