import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { measure, metricOf } from "../../lib/evaluation/mod.ts";
import {
  allMetricKeys,
  createProtocolNamed,
  metricName,
  metricWithDirection,
  protocolNamed,
  PROTOCOLS,
  tableKeys,
} from "../../lib/evaluation/protocols.ts";
import { golden, gridScores } from "./cases.ts";
import { _referenceSigns, _referenceSims } from "./reference.ts";

/** MMSA's key of each of ours. */
const SIGN_KEYS: Record<string, string> = {
  mae: "MAE",
  corr: "Corr",
  acc2NonNeg: "Has0_acc_2",
  f1WeightedNonNeg: "Has0_F1_score",
  acc2NegPos: "Non0_acc_2",
  f1WeightedNegPos: "Non0_F1_score",
  acc5: "Mult_acc_5",
  acc7: "Mult_acc_7",
};
const SIMS_KEYS: Record<string, string> = {
  mae: "MAE",
  corr: "Corr",
  acc2Sims: "Mult_acc_2",
  f1Weighted: "F1_score",
  acc3: "Mult_acc_3",
  acc5: "Mult_acc_5",
};

for (
  const [name, protocol, keys] of [
    ["metrics_mosi", PROTOCOLS.mosi, SIGN_KEYS],
    ["metrics_mosei_40", PROTOCOLS.mosei, SIGN_KEYS],
    ["metrics_sims", PROTOCOLS.sims, SIMS_KEYS],
  ] as const
) {
  Deno.test(`PROTOCOLS.${protocol.name} equals MMSA's ${name} to 4 decimals`, () => {
    const { pred, true: truth, expected } = golden<Record<string, Recording>>(
      "methods.json",
    )[name]!;
    const { values, flags } = protocol.evaluate(pred, truth);
    for (const [key, theirs] of Object.entries(keys)) {
      assertAlmostEquals(values[key]!, expected[theirs]!, 0.500001e-4, key);
    }
    assertEquals(Object.keys(expected).length, Object.keys(keys).length);
    assertEquals(flags, []);
  });
}

Deno.test("PROTOCOLS equals an independent reference on scores full of zeros, halves and edges", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const n = 1 + seed * 7;
    const [p, y] = [gridScores(n, 4, 0.25, seed), gridScores(n, 3, 0.5, seed + 100)];
    assertSame(PROTOCOLS.mosi.evaluate(p, y).values, _referenceSigns(p, y));
    const [ps, ys] = [gridScores(n, 1.2, 0.1, seed), gridScores(n, 1, 0.2, seed + 100)];
    assertSame(PROTOCOLS.sims.evaluate(ps, ys).values, _referenceSims(ps, ys));
  }
});

Deno.test("Protocol.evaluate() does not depend on the order of samples, nor on batches", () => {
  const [p, y] = [gridScores(101, 3.5, 0.1, 5), gridScores(101, 3, 0.2, 6)];
  const order = [...p.keys()].sort((a, b) => (a * 37) % 101 - (b * 37) % 101);
  for (const protocol of Object.values(PROTOCOLS)) {
    const whole = protocol.evaluate(p, y).values;
    assertSame(
      protocol.evaluate(order.map((i) => p[i]!), order.map((i) => y[i]!)).values,
      whole,
    );
    const batches = [0, 32, 64, 96].map((at) => Float64Array.from(p.slice(at, at + 32)));
    assertEquals(protocol.evaluate(batches.flatMap((b) => [...b]), y).values, whole);
  }
});

Deno.test("Protocol.metrics has the documented keys in order, each with name, direction and bounds", () => {
  const signs = "mae corr acc2NonNeg f1WeightedNonNeg acc2NegPos f1WeightedNegPos acc3 acc5 acc7";
  const ofSims = "mae corr acc2Sims f1Weighted acc3 acc5";
  for (const [name, keys] of [["mosi", signs], ["mosei", signs], ["sims", ofSims]] as const) {
    assertEquals(PROTOCOLS[name].columns, keys.split(" "));
    assertEquals(PROTOCOLS[name].metricKeys, [...keys.split(" "), "rmse", "ccc"]);
  }
  for (const protocol of Object.values(PROTOCOLS)) {
    const names = new Set(protocol.metrics.map((metric) => metric.name));
    assertEquals(names.size, protocol.metrics.length);
    for (const { key, higherIsBetter, definition } of protocol.metrics) {
      assertEquals(higherIsBetter, key !== "mae" && key !== "rmse");
      assert(definition.length > 20 && !definition.endsWith("."), definition);
    }
    const y = gridScores(50, 2, 0.2, 3);
    assertEquals(Object.keys(protocol.evaluate(y, y).values), protocol.metricKeys);
  }
  assertEquals([PROTOCOLS.mosi.labels.high, PROTOCOLS.sims.labels.high], [3, 1]);
  assertEquals(metricOf(PROTOCOLS.mosi, "acc2NonNeg").name, "Acc-2 (neg/non-neg)");
  assertEquals(metricOf(PROTOCOLS.mosi, "acc2NegPos").name, "Acc-2 (neg/pos)");
});

Deno.test("every Metric reaches its better bound for perfect predictions and stays inside", () => {
  for (const protocol of Object.values(PROTOCOLS)) {
    const y = gridScores(60, protocol.labels.high, 0.2, 9);
    const p = gridScores(60, 5, 0.1, 8);
    for (const metric of protocol.metrics) {
      const { key, bounds: [low, high], higherIsBetter } = metric;
      assertAlmostEquals(measure(metric, y, y), higherIsBetter ? high : low, 1e-12, key);
      const value = measure(metric, p, y);
      assert(value >= low && value <= high, key);
    }
  }
});

Deno.test("Protocol.evaluate() flags constant predictions, constant labels and labels all 0", () => {
  const flags = (name: "mosi" | "sims", p: number[], y: number[]) =>
    PROTOCOLS[name].evaluate(p, y).flags;
  assertEquals(flags("mosi", [0.4, 0.4], [1, -1]), ["constantPredictions"]);
  assertEquals(flags("mosi", [0.4, 0.3], [1, 1]), ["constantLabels"]);
  assertEquals(flags("mosi", [0.4, 0.3], [0, -0]), ["constantLabels", "noNonZeroLabels"]);
  assertEquals(flags("sims", [0.4, 0.3], [0, 0]), ["constantLabels"]);
  assertEquals(flags("sims", [1.4, 1.3], [1, -1]), ["constantPredictions"]);
  assertEquals(flags("mosi", [1.4], [1]), ["constantPredictions", "constantLabels"]);
});

Deno.test("protocolNamed() and metricOf() name the nearest for an unknown name", () => {
  assertEquals(protocolNamed("mosei"), PROTOCOLS.mosei);
  assertThrows(() => protocolNamed("mosie"), UsageError, 'did you mean "mosi');
  assertThrows(() => protocolNamed("toString"), UsageError, "Unknown protocol");
  assertThrows(() => metricOf(PROTOCOLS.sims, "acc7"), UsageError, 'Unknown sims metric "acc7"');
});

Deno.test("metricOf() takes a metric of one's own, unless its key is another's", () => {
  const own = { ...metricOf(PROTOCOLS.mosi, "mae"), key: "mine" };
  assertEquals(metricOf(PROTOCOLS.mosi, own), own);
  assertThrows(() => metricOf(PROTOCOLS.mosi, { ...own, key: "mae" }), UsageError, "another key");
});

Deno.test("bounds of errors are the scale where a protocol clips", () => {
  for (const key of ["mae", "rmse"]) {
    assertEquals(metricOf(PROTOCOLS.mosi, key).bounds, [0, Infinity]);
    assertEquals(metricOf(PROTOCOLS.sims, key).bounds, [0, 2]);
  }
  assertEquals(metricOf(PROTOCOLS.sims, "ccc").bounds, [-1, 1]);
});

Deno.test("names of metrics are those of their protocol, and keys of what has none", () => {
  assertEquals(metricName("acc2NegPos"), "Acc-2 (neg/pos)");
  assertEquals(metricName("class.acc7"), "class Acc-7");
  assertEquals([metricName("acc9"), metricWithDirection("acc9")], ["acc9", "acc9"]);
  assertEquals(metricWithDirection("rmse"), "RMSE (lower is better)");
  assertEquals(metricWithDirection("ccc"), "CCC (higher is better)");
});

Deno.test("tableKeys() leaves out what terminals have no room for, allMetricKeys() nothing", () => {
  const keys = ["mae", "acc2Sims", "rmse", "ccc", "class.f1Positive"];
  assertEquals(tableKeys(keys), ["mae", "acc2Sims", "class.f1Positive"]);
  for (const key of keys) assert(allMetricKeys().includes(key), key);
});

Deno.test("Protocol.defaultsOf() is the protocol, but for SIMSv2", () => {
  assertEquals(PROTOCOLS.sims.defaultsOf("simsv2"), "simsv2");
  assertEquals(PROTOCOLS.sims.defaultsOf("my"), "sims");
  assertEquals(PROTOCOLS.mosi.defaultsOf("synthetic"), "mosi");
});

Deno.test("createProtocolNamed() with another scale measures from its neutral point", () => {
  const [p, y] = [gridScores(80, 2.5, 0.1, 1), gridScores(80, 2, 0.5, 2)];
  const move = (scores: number[]) => scores.map((score) => score + 3);
  for (const name of ["mosi", "sims"] as const) {
    const centered = createProtocolNamed(name, { low: -2, high: 2, neutral: 0 });
    const stars = createProtocolNamed(name, { low: 1, high: 5, neutral: 3 });
    assertSame(stars.evaluate(move(p), move(y)).values, centered.evaluate(p, y).values);
    const classes = (protocol: typeof stars, labels: number[]) =>
      protocol.classTasks.map(({ classOf }) => labels.map(classOf));
    assertEquals(classes(stars, move(y)), classes(centered, y));
    assertEquals(stars.evaluate([3.1, 2], [3, 3]).flags.includes("constantLabels"), true);
  }
  const clipped = createProtocolNamed("sims", { low: 1, high: 5, neutral: 3 });
  assertEquals(clipped.evaluate([9, 1], [5, 1]).values["mae"], 0);
  const { definition, bounds } = metricOf(clipped, "mae");
  assert(definition.endsWith("clipped to [1, 5]"));
  assertEquals(bounds, [0, 4]);
});

function assertSame(actual: Record<string, number>, expected: Record<string, number>): void {
  assertEquals(Object.keys(actual), Object.keys(expected));
  for (const [key, value] of Object.entries(expected)) {
    assertAlmostEquals(actual[key]!, value, 1e-12, key);
  }
}

interface Recording {
  pred: number[];
  true: number[];
  expected: Record<string, number>;
}
