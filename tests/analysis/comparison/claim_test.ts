/** What the runs of a study answer to its claim. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { answerClaim, type ClaimAnswer, makeReport } from "../../../lib/analysis/mod.ts";
import { parseDefinition, readStudy, writeStudy } from "../../../lib/studies/study/mod.ts";
import type { PredictionRow } from "../../../lib/evaluation/mod.ts";
import { withFolder } from "../../training/small.ts";
import { makeRuns } from "../made_runs.ts";

const SEEDS = [1111, 1112, 1113, 1114, 1115, 1116];
const CLAIM = {
  text: "Somebody claims that ours does as well as theirs",
  cell: "ours/cnn",
  against: ["theirs/cnn"],
  margins: { mae: 0.05 },
};

/** Rows whose absolute error is about `error`, a little more or less by the run. */
function erring(error: number) {
  return (rows: PredictionRow[]) => {
    const own = rows[0]!.prediction - rows[0]!.label!;
    return rows.map((row) => ({ ...row, prediction: row.label! + error + 0.01 * own }));
  };
}

/** The answers of a study whose cells have these errors; `null` for one that was not run. */
async function answers(
  errors: Readonly<Record<string, number | null>>,
  test: (answers: ClaimAnswer[], folder: string) => void | Promise<void>,
  { claim = CLAIM as object | null, seeds = SEEDS.length, datasets = ["mosi"] } = {},
): Promise<void> {
  await withFolder(async (out) => {
    const folder = join(out, "study");
    const cells = Object.keys(errors).map((slug) => ({ slug, model: "cnn" }));
    writeStudy(
      folder,
      parseDefinition({ cells, seeds: SEEDS, ...(claim === null ? {} : { claim }) }, "study"),
    );
    for (const [slug, error] of Object.entries(errors)) {
      if (error === null) continue;
      for (const dataset of datasets) {
        const made = { model: "cnn", dataset, noise: 1, samples: 60, change: erring(error) };
        makeRuns(join(folder, slug), seeds, made);
      }
    }
    await test(answerClaim(readStudy(folder), { resamples: 499 }), folder);
  });
}

Deno.test("answerClaim() says that the claim holds, that it fails, or neither", async () => {
  await answers({ ours: 0.5, theirs: 0.5 }, ([found]) => {
    assertEquals([found!.answer, found!.dataset], ["holds", "mosi"]);
    assertMatch(
      found!.sentence,
      /^Somebody claims that ours does as well as theirs\. These runs show it: cnn \(ours\) has .* are equivalent within ±0\.050 \(.*\)$/,
    );
    assertEquals(found!.comparisons.map(({ a, b }) => [a, b]), [["cnn (ours)", "cnn (theirs)"]]);
  });
  await answers({ ours: 0.3, theirs: 0.5 }, ([found]) => assertEquals(found!.answer, "holds"));
  await answers({ ours: 0.7, theirs: 0.5 }, ([found]) => {
    assertEquals(found!.answer, "fails");
    assertMatch(
      found!.sentence,
      /These runs show the opposite: .* the difference is established; /,
    );
  });
  await answers({ ours: 0.55, theirs: 0.5 }, ([found]) => {
    // Established, and about as large as the margin: worse than the claim, if it is not within.
    assertEquals(found!.answer, "fails");
  });
  const narrow = { claim: { ...CLAIM, margins: { mae: 0.0001 } } };
  await answers({ ours: 0.5, theirs: 0.5 }, ([found]) => {
    assertEquals(found!.answer, "open");
    assertMatch(
      found!.sentence,
      /These runs show neither it nor the opposite: .* nothing is shown/,
    );
  }, narrow);
});

Deno.test("answerClaim() takes a worse result within the margin for as good, and says both", async () => {
  const wide = { claim: { ...CLAIM, margins: { mae: 0.2 } } };
  await answers({ ours: 0.55, theirs: 0.5 }, ([found]) => {
    assertEquals([found!.answer, found!.comparisons[0]!.verdict], ["holds", "b better"]);
    assertMatch(found!.sentence, /the difference is established, and lies within ±0\.200/);
  }, wide);
});

Deno.test("answerClaim() measures the cell against each that the claim names, and no others", async () => {
  const claim = { ...CLAIM, against: ["theirs/cnn", "third/cnn"] };
  await answers({ ours: 0.5, theirs: 0.5, third: 0.5, other: 0.1 }, ([found]) => {
    assertEquals(found!.comparisons.map(({ b }) => b), ["cnn (theirs)", "cnn (third)"]);
    assertEquals(found!.answer, "holds");
    assertMatch(found!.sentence, /after Holm's correction of 2/);
  }, { claim });
  await answers({ ours: 0.5, theirs: 0.5, third: 0.3 }, ([found]) => {
    assertEquals(found!.answer, "fails");
  }, { claim });
  // What was not run leaves the claim open.
  await answers({ ours: 0.5, theirs: 0.5, third: null }, ([found]) => {
    assertEquals([found!.answer, found!.comparisons.length], ["open", 1]);
  }, { claim });
});

Deno.test("answerClaim() answers on each dataset, and not at all without runs or a claim", async () => {
  await answers({ ours: 0.5, theirs: 0.5 }, (found) => {
    assertEquals(found.map(({ dataset, answer }) => [dataset, answer]), [
      ["mosei", "holds"],
      ["mosi", "holds"],
    ]);
  }, { datasets: ["mosi", "mosei"] });
  const none = (found: ClaimAnswer[]) => assertEquals(found, []);
  await answers({ ours: null, theirs: 0.5 }, none);
  await answers({ ours: 0.5, theirs: 0.5 }, none, { claim: null });
  await answers({ ours: 0.5, theirs: 0.5 }, ([found]) => {
    assertEquals([found!.answer, found!.comparisons], ["open", []]);
    assertMatch(
      found!.sentence,
      /neither it nor the opposite: .* 3 and 3 seeds cannot give p ≤ 0.05/,
    );
  }, { seeds: 3 });
});

Deno.test("a report of a study ends its table with the answer", async () => {
  await answers({ ours: 0.5, theirs: 0.5 }, async ([found], folder) => {
    const html = await makeReport(folder);
    assert(html.includes("Somebody claims that ours does as well as theirs. These runs show it"));
    assertEquals(html.includes("equivalent within ±0.050"), found!.answer === "holds");
  });
});
