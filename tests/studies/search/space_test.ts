import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/core/errors.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import { findModel, MODELS } from "../../../lib/models/mod.ts";
import { parseSpace } from "../../../lib/studies/mod.ts";
import { searchSpace } from "../../../lib/training/mod.ts";
import { drawSettings } from "../../../lib/studies/search/space.ts";

const CNN = findModel("cnn");

Deno.test("every model has ranges of its own, which parse", () => {
  for (const model of MODELS) {
    const space = searchSpace(model);
    assert(Object.keys(space).length > 0, model.name);
    assertEquals(parseSpace(space, model), space);
  }
});

Deno.test("parseSpace() refuses what is no range of a setting", () => {
  const refused: readonly [unknown, RegExp][] = [
    [[], /expected ranges by setting/],
    [{}, /the space is empty/],
    [{ batchsize: [1] }, /Unknown setting "batchsize": did you mean "batchSize"/],
    [{ batchSize: [] }, /expected one value or more/],
    [{ batchSize: [0] }, /Cannot set batchSize to 0/],
    [{ batchSize: 3 }, /expected a list, or one of uniform, logUniform, integer/],
    [
      { dropout: { unifrom: [0, 1] } },
      /Unknown range of dropout "unifrom": did you mean "uniform"/,
    ],
    [{ dropout: { uniform: [0.5, 0.1] } }, /two numbers, the lower one first/],
    [{ dropout: { uniform: [0, 1] } }, /Cannot set dropout to 1/],
    [{ learningRate: { logUniform: [0, 1] } }, /expected numbers above 0/],
    [{ batchSize: { integer: [1.5, 4] } }, /expected whole numbers/],
    [{ batchSize: { integer: [1, 4], uniform: [1, 2] } }, /expected a list, or one of/],
  ];
  for (const [space, message] of refused) {
    const error = assertThrows(() => parseSpace(space, CNN), UsageError);
    assert(message.test(error.message), error.message);
  }
});

Deno.test("drawSettings() stays in its ranges and reaches all of them", () => {
  const space = parseSpace({
    batchSize: [16, 32],
    filtersDim: { integer: [4, 6] },
    dropout: { uniform: [0.1, 0.3] },
    learningRate: { logUniform: [1e-4, 1e-2] },
  }, CNN);
  const random = RandomStream.fromSeed(5);
  const draws = Array.from({ length: 400 }, (_, i) => drawSettings(space, random.fresh(`${i}`)));
  const of = (key: string) => draws.map((draw) => Number(draw[key]));
  assertEquals(new Set(of("batchSize")), new Set([16, 32]));
  assertEquals([...new Set(of("filtersDim"))].sort(), [4, 5, 6]);
  assert(of("dropout").every((value) => value >= 0.1 && value <= 0.3));
  assert(
    of("dropout").some((value) => value < 0.12) && of("dropout").some((value) => value > 0.28),
  );
  const rates = of("learningRate");
  assert(rates.every((value) => value >= 1e-4 && value <= 1e-2));
  const below = rates.filter((value) => value < 1e-3).length;
  assert(below > 150 && below < 250, `half of the draws are in the lower decade: ${below}`);
});

Deno.test("drawSettings() of a seed is the same, and another setting changes none of the others", () => {
  const random = () => RandomStream.fromSeed(1).fresh("draw 0");
  const small = parseSpace({ learningRate: { logUniform: [1e-4, 1e-2] } }, CNN);
  const large = parseSpace({ dropout: { uniform: [0, 0.5] }, ...small }, CNN);
  const [a, b] = [drawSettings(small, random()), drawSettings(large, random())];
  assertEquals(drawSettings(small, random()), a);
  assertEquals(b["learningRate"], a["learningRate"]);
  assertNotEquals(drawSettings(small, RandomStream.fromSeed(2).fresh("draw 0")), a);
});
