import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { evaluateClasses, PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { RandomStream } from "../../lib/core/random.ts";

const LABELS = [...RandomStream.fromSeed(1).uniformArray(60, -3.4, 3.4), 0, 0, -0.1, 0.1, 2.5];
const SCORES = [...RandomStream.fromSeed(2).uniformArray(60, -3.4, 3.4), 0, 1, 0, 0.05, 2.5];

Deno.test("evaluateClasses() of the classes of scores gives the metrics of the scores", () => {
  for (const protocol of ["mosi", "mosei", "sims"] as const) {
    const predictions = Object.fromEntries(
      PROTOCOLS[protocol].classTasks.map(({ name, classOf }) => [
        name,
        // A score of 0 counts as negative where samples with a label of 0 are dropped.
        SCORES.map((score) => classOf(score) ?? 0),
      ]),
    );
    const actual = evaluateClasses(PROTOCOLS[protocol], predictions, LABELS);
    const { metrics } = PROTOCOLS[protocol];
    const { values } = PROTOCOLS[protocol].evaluate(SCORES, LABELS);
    let compared = 0;
    for (const [key, value] of Object.entries(values)) {
      if (metrics.find((metric) => metric.key === key)!.classes === undefined) continue;
      assertAlmostEquals(actual[`class.${key}`]!, value, 1e-12, key);
      compared++;
    }
    assert(compared >= 4);
  }
});

Deno.test("class tasks are those of the protocol's metrics, in their order", () => {
  const names = (protocol: "mosi" | "sims") =>
    PROTOCOLS[protocol].classTasks.map(({ name }) => name);
  const signs = ["nonNeg", "negPos", "nonPosPos", "classes3", "classes5", "classes7"];
  assertEquals(names("mosi"), signs);
  assertEquals(names("sims"), ["nonPosPos", "classes3", "classes5"]);
  const negPos = PROTOCOLS.mosi.classTasks.find(({ name }) => name === "negPos")!;
  assertEquals([-0.2, 0, 1.4].map(negPos.classOf), [0, null, 1]);
  assertEquals(negPos.metrics.map(({ key }) => key), ["acc2NegPos", "f1WeightedNegPos"]);
});

Deno.test("evaluateClasses() leaves out tasks without predictions", () => {
  assertEquals(evaluateClasses(PROTOCOLS.mosi, {}, LABELS), {});
  assertEquals(evaluateClasses(PROTOCOLS.sims, { nonPosPos: [1, 0] }, [0.4, 0.2]), {
    "class.acc2Sims": 0.5,
    "class.f1Weighted": 2 / 3,
    "class.f1Positive": 2 / 3,
  });
});

// METHODS 4.4: always positive on the test split of MOSEI.
Deno.test("f1Positive of always positive on MOSEI's test counts is 0.658", () => {
  const labels = [1350, 1025, 2284].flatMap((count, i) => Array(count).fill(i - 1) as number[]);
  const { nonPosPos } = { nonPosPos: labels.map(() => 1) };
  const values = evaluateClasses(PROTOCOLS.mosei, { nonPosPos }, labels);
  assertEquals(values["class.acc2NonPosPos"]!.toFixed(3), "0.490");
  assertEquals(values["class.f1Positive"]!.toFixed(3), "0.658");
  const never = evaluateClasses(PROTOCOLS.mosei, { nonPosPos: [0, 0] }, [-1, 0]);
  assertEquals(never["class.f1Positive"], 0);
});
