import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  parseDefinition,
  type RunEntry,
  type Study,
  studyTable,
} from "../../../lib/studies/mod.ts";

/** A finished run with that error on test, and another one on valid. */
function run(seed: number, mae: number, model = "cnn"): RunEntry {
  return {
    ...{
      path: `x/${seed}`,
      model,
      dataset: "mosei_video",
      seed,
      variant: "",
      sha256: "",
      identity: "{}",
      setting: "a",
      protocol: "mosei",
    },
    ...{ engine: "cpu", device: "cpu", epochs: 1, bestEpoch: 1, started: "", config: {} },
    valid: { mae: mae + 1 },
    test: { mae, corr: 0.5 },
  };
}

function study(maes: readonly number[], fields: object = {}): Study {
  const definition = parseDefinition({
    seeds: [1, 2, 3],
    metrics: ["mae", "corr", "acc7"],
    published: { source: "somebody", datasets: ["mosei-aligned"] },
    cells: [{
      slug: "a",
      model: "cnn",
      published: [0.47, 0.469, 0.57, 0.571].map((mae) => ({ values: { mae, acc7: 0.4 } })),
    }],
    ...fields,
  }, "x");
  const runs = maes.map((mae, i) => run(i + 1, mae));
  const groups = runs.length === 0
    ? []
    : [{ cell: definition.cells[0]!, dataset: "mosei_video", runs }];
  return { folder: "x", definition, groups, skipped: [] };
}

Deno.test("studyTable() says when runs were computed on different machines", () => {
  const alike = study([0.5, 0.52, 0.54]);
  assert(!studyTable(alike).notes.join().includes("computed alike"));
  const [group] = alike.groups;
  const runs = group!.runs.map((run, i) => i === 1 ? { ...run, device: "gpu" } : run);
  const { notes } = studyTable({ ...alike, groups: [{ ...group!, runs }] });
  assert(notes.join().includes("(2 by cpu on cpu, 1 by cpu on gpu)"), notes.join());
});

Deno.test("studyTable() gives mean, deviation and Student's interval over seeds", () => {
  const { rows, metrics, missing } = studyTable(study([0.5, 0.52, 0.54]));
  // t(0.975, 2) = 4.3026527
  const half = 4.3026527 * 0.02 / Math.sqrt(3);
  const { mean, deviation, estimate } = rows[0]!.ours["mae"]!;
  assertAlmostEquals(mean, 0.52, 1e-12);
  assertAlmostEquals(deviation!, 0.02, 1e-12);
  assertAlmostEquals(estimate!.low, 0.52 - half, 1e-8);
  assertAlmostEquals(estimate!.high, 0.52 + half, 1e-8);
  assertEquals([estimate!.n, estimate!.level], [3, 0.95]);
  assertEquals(metrics, ["mae", "corr"], "no column that no run has");
  assertEquals(missing, []);
});

Deno.test("studyTable() marks what rounds to a value of the interval as inside", () => {
  // The interval is [0.47032, 0.56968].
  const { published } = studyTable(study([0.5, 0.52, 0.54])).rows[0]!;
  const inside = published.map(({ values }) => values["mae"]!.isInside);
  assertEquals(inside, [true, false, true, false]);
  assertEquals(published[0]!.values["acc7"], { value: 0.4, isInside: null });
});

Deno.test("studyTable() marks nothing for one seed, and names the cells that are not finished", () => {
  const { rows, missing } = studyTable(study([0.5]));
  assertEquals(rows[0]!.ours["mae"], { mean: 0.5, deviation: null, estimate: null });
  assertEquals(rows[0]!.published[0]!.values["mae"]!.isInside, null);
  assertEquals(missing, ["a/cnn"]);
  assertEquals(studyTable(study([])).missing, ["a/cnn"]);
});

Deno.test("studyTable() tells of other data than the published, and of values without spread", () => {
  const has = (text: RegExp, of: Study) => studyTable(of).notes.some((note) => text.test(note));
  assert(has(/are on mosei-aligned, not on mosei_video/, study([0.5, 0.6])));
  const same = { published: { source: "somebody", datasets: ["mosei_video"] } };
  assert(!has(/not on/, study([0.5, 0.6], same)));
  assert(has(/All seeds gave the same values \(a\)/, study([0.5, 0.5])));
  assert(!has(/All seeds/, study([0.5, 0.6])));
});

Deno.test("studyTable() of a study that is scored on valid shows valid", () => {
  const { ours } = studyTable(study([0.5], { scoredOn: "valid" })).rows[0]!;
  assertEquals([ours["mae"]!.mean, ours["corr"]], [1.5, undefined]);
});

Deno.test("studyTable() names a row by what tells it from the others", () => {
  const named = (fields: object) => {
    const definition = parseDefinition({ seeds: [1, 2], metrics: ["mae"], ...fields }, "x");
    const groups = definition.cells.map((cell) => ({
      cell,
      dataset: "mosei_video",
      runs: [run(1, 0.5, cell.model), run(2, cell.model === "svm" ? 0.5 : 0.6, cell.model)],
    }));
    return studyTable({ folder: "x", definition, groups, skipped: [] });
  };
  const names = (fields: object) => named(fields).rows.map(({ name }) => name);
  assertEquals(names({ models: ["cnn", "svm"] }), ["cnn", "svm"]);
  const modalities = [["text"], ["audio"]];
  assertEquals(names({ models: ["svm"], modalities }), ["text", "audio"]);
  assertEquals(names({ models: ["cnn", "svm"], modalities }), [
    "text cnn",
    "audio cnn",
    "text svm",
    "audio svm",
  ]);
  const table = named({ models: ["cnn", "svm"] });
  assertEquals(table.split, "test");
  assertEquals(table.notes.filter((note) => note.includes("same values (svm)")).length, 1);
});
