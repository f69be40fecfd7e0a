import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import { columnScales } from "../../lib/data/checks/column_scales.ts";
import { MemoryColumn } from "../../lib/data/column.ts";
import { columnSums, fitScaling, fitScalings, scaleSplit } from "../../lib/data/standardized.ts";
import { makeSynthetic } from "../../lib/data/synthetic.ts";

/** Two samples of 3 steps of 2 columns, of which the second has 1 true step. */
function column(values: readonly number[]): MemoryColumn {
  const shape = { samples: 2, steps: 3, width: 2 };
  return new MemoryColumn(Float32Array.from(values), shape, Int32Array.of(3, 1));
}

function readAll(found: MemoryColumn | ReturnType<typeof scaled>): number[] {
  const values = new Float32Array(found.samples * found.steps * found.width);
  found.read([...found.lengths.keys()], values);
  return [...values];
}

function scaled(of: MemoryColumn) {
  const split = makeSynthetic({ n: 8 }).splits.train!;
  return scaleSplit({ ...split, features: { audio: of } }, { audio: fitScaling(of) })
    .features.audio!;
}

Deno.test("fitScaling() counts true steps that are not all 0", () => {
  //                    true                 0     true         padding
  const audio = column([1, 5, /**/ 3, 5, /**/ 0, 0, 5, 5, /**/ 99, 99, 99, 99]);
  const { means, deviations } = fitScaling(audio);
  assertEquals([...means], [3, 5]);
  assertAlmostEquals(deviations[0]!, Math.sqrt(8 / 3), 1e-6);
  assertEquals(deviations[1], 1); // a constant column
});

Deno.test("scaleSplit() leaves padding and missing steps 0, in both orders", () => {
  const audio = scaled(column([1, 5, 3, 5, 0, 0, 5, 5, 99, 99, 99, 99]));
  const step = Math.sqrt(8 / 3);
  const wanted = [-2 / step, 0, 0, 0, 0, 0, 2 / step, 0, 0, 0, 0, 0];
  readAll(audio).forEach((value, i) => assertAlmostEquals(value, wanted[i]!, 1e-6));
  const timeMajor = new Float32Array(12);
  audio.readTimeMajor([0, 1], timeMajor);
  assertAlmostEquals(timeMajor[2]!, 2 / step, 1e-6);
  // Memory that held another batch, as a network reads it that sees padding.
  timeMajor.fill(99);
  audio.readTimeMajor([0, 1], timeMajor, true);
  const inOrder = [0, 1, 2].flatMap((t) =>
    [0, 1].flatMap((i) => [0, 1].map((j) => 6 * i + 2 * t + j))
  );
  timeMajor.forEach((value, at) => assertAlmostEquals(value, wanted[inOrder[at]!]!, 1e-6));
  const first = new Float32Array(2);
  audio.read([1], first, 1);
  assertAlmostEquals(first[0]!, 2 / step, 1e-6);
});

Deno.test("fitScalings() looks at audio and vision in use only, and not at other splits", () => {
  const { train, test } = makeSynthetic({ n: 16 }).splits;
  const scalings = fitScalings(train!, ["text", "vision"]);
  assertEquals(Object.keys(scalings), ["vision"]);
  assertEquals(scaleSplit(test!, scalings).features.audio, test!.features.audio);
});

Deno.test("columnSums() keeps the digits of columns that are far from 0", () => {
  const random = RandomStream.fromSeed(3);
  const values = Float32Array.from({ length: 400 }, () => 1e5 + random.normal());
  const far = new MemoryColumn(values, { samples: 200, steps: 1, width: 2 });
  assertAlmostEquals(columnSums(far).variances[0]!, 1, 0.2);
});

Deno.test("columnScales() finds large values and unlike columns, and why", () => {
  const random = RandomStream.fromSeed(4);
  const make = (...sizes: number[]) =>
    new MemoryColumn(
      Float32Array.from({ length: 50 * sizes.length }, (_, i) =>
        sizes[i % sizes.length]! * random.normal()),
      { samples: 50, steps: 1, width: sizes.length },
    );
  assertEquals(columnScales({ audio: make(1, 3), vision: make(10, 1) }).isUnscaled, false);
  const pixels = columnScales({ audio: make(1, 3), vision: make(800, 700) });
  assertEquals(pixels.isUnscaled, true);
  assertMatch(pixels.reason, /^vision has values up to /);
  const unlike = columnScales({ audio: make(300, 0.1) });
  assertEquals(unlike.isUnscaled, true);
  assertMatch(unlike.reason, /^the scales of audio columns differ by /);
  // Text comes from models that have a scale of their own.
  assertEquals(columnScales({ text: make(5000, 0.1) }).isUnscaled, false);
});
