import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { train, UsageError } from "../../mod.ts";
import { RunErrors } from "../../lib/analysis/mod.ts";
import { JUPYTER_DISPLAY } from "../../lib/display/mod.ts";
import { withFolder } from "../training/small.ts";

/** A run of a moment. */
function small(model: string, out: string) {
  const settings = model === "self-mm" ? { batchSize: 8, updateEpochs: 1 } : {};
  const common = { data: "synthetic:n=24", runs: 1, engine: "cpu", out } as const;
  return train({ model, settings, ...common, ...model === "self-mm" ? { epochs: 2 } : {} });
}

Deno.test("errors() gives the largest, with the scores of heads and the nearest of train", async () => {
  await withFolder(async (out) => {
    const run = await small("self-mm", out);
    const found = await run.errors({ count: 5 });
    assert(found instanceof RunErrors);
    const { ids, labels, predictions } = run.predictions.of();
    const sizes = predictions.map((score, i) => Math.abs(score - labels[i]!));
    const worst = [...ids.keys()].sort((a, b) => sizes[b]! - sizes[a]!).slice(0, 5);
    assertEquals(found.errors.map(({ id }) => id), worst.map((i) => ids[i]));
    assertEquals([found.samples, found.scoredBy], [ids.length, "head"]);
    using predictor = await run.open();
    const { test, train } = run.data.splits;
    const own = await predictor.represent(test!), known = await predictor.represent(train!);
    const { width } = known.vectors.fusion!;
    const row = (values: Float32Array, i: number) => values.subarray(i * width, (i + 1) * width);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, j) => sum + x * b[j]!, 0);
    found.errors.forEach(({ scores, neighbours }, k) => {
      const i = worst[k]!;
      assertEquals(scores.audio, own.scores.audio![i]);
      const a = row(own.vectors.fusion!.values, i);
      const squares = train!.ids.map((_, n) => {
        const b = row(known.vectors.fusion!.values, n);
        return dot(a, a) + dot(b, b) - 2 * dot(a, b);
      });
      const nearest = [...squares.keys()].sort((m, n) => squares[m]! - squares[n]!).slice(0, 3);
      assertEquals(neighbours.map(({ id }) => id), nearest.map((n) => train!.ids[n]!));
      assertAlmostEquals(neighbours[0]!.distance ** 2, squares[nearest[0]!]!, 1e-3);
      assertEquals(neighbours[2]!.label, train!.labels![nearest[2]!]);
    });
    found.save(`${out}/errors.json`);
    assertEquals(RunErrors.read(`${out}/errors.json`), found);
    await assertRejects(() => run.errors({ count: 0 }), UsageError, "from 1 to 100");
  });
});

Deno.test("errors() of a model without heads has what it makes of each modality alone", async () => {
  await withFolder(async (out) => {
    const run = await small("svm", out);
    const { errors, scoredBy } = await run.errors({ split: "valid", count: 2 });
    const alone = await run.predict({
      data: "synthetic:n=24",
      split: "valid",
      drop: ["text", "vision"],
    });
    const expected = errors.map(({ id }) => alone.find((score) => score.id === id)!.prediction);
    assertEquals(errors.map(({ scores }) => scores.audio), expected);
    assertEquals([scoredBy, errors[0]!.neighbours], ["alone", []]);
  });
});

Deno.test("errors show words as text, cut where they are long, with their neighbours", () => {
  const neighbour = { id: "n$_$1", text: "<i>near</i>", label: -1, distance: 0.25 };
  const sample = { id: "a$_$0", text: `<b>${"x".repeat(2000)}`, label: -2, prediction: 1.5 };
  const found = new RunErrors({
    ...{ split: "test", data: "mosi.pkl", samples: 9, scoredBy: "alone" },
    errors: [{ ...sample, scores: { text: 1, audio: -1 }, neighbours: [neighbour] }],
  });
  const bundle = found[JUPYTER_DISPLAY]();
  const html = String(bundle["text/html"]);
  assertMatch(html, /<details><summary>a<span>\$<\/span>_<span>\$<\/span>0: true -2\.000/);
  assertMatch(html, /<blockquote>&lt;b>x{500,600}…<\/blockquote>[^]*&lt;i>near&lt;\/i>/);
  assertMatch(String(bundle["text/plain"]), /error +text \(alone\) +audio \(alone\)\n.*\+3\.500/);
});
