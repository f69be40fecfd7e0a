/** How far generated labels are from people's, epoch by epoch. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readRuns } from "../../../lib/studies/mod.ts";
import { parseDefinition } from "../../../lib/studies/study/mod.ts";
import { labelDistance, labelRows } from "../../../lib/studies/study/label_distance.ts";
import { type EpochRecord, writeHistory } from "../../../lib/training/history.ts";
import { makeRun } from "../../analysis/made_runs.ts";
import { withFolder } from "../../training/small.ts";

/** An epoch whose labels correlate with people's by so much; without for null. */
function epoch(number: number, corr: number | null): EpochRecord {
  const human = corr === null ? {} : { human: { corr, mae: 1 - corr, signAgreement: 0.5 } };
  return {
    ...{ epoch: number, trainLoss: 1, trainParts: {}, valid: {}, tensors: 1, learningRates: {} },
    seconds: { train: 1, valid: 1 },
    unimodalLabels: {
      text: {
        ...{ mean: 0, deviation: 1, range: 3, histogram: [], weight: 0, centerDistance: 1 },
        events: {},
        ...human,
      },
    },
  };
}

/** The distances of runs with these histories; the second epoch is the best of each. */
async function distances(
  histories: readonly (readonly EpochRecord[] | string | null)[],
  test: (found: ReturnType<typeof labelDistance>) => void,
): Promise<void> {
  await withFolder((out) => {
    histories.forEach((history, i) => {
      const path = makeRun(out, { model: "self-mm", seed: i + 1 });
      const file = join(path, "history.jsonl");
      if (typeof history === "string") Deno.writeTextFileSync(file, history);
      else if (history !== null) writeHistory(file, history);
    });
    const { cells: [cell] } = parseDefinition({ models: ["self-mm"] }, "x");
    const { runs } = readRuns([out]);
    test(labelDistance({ cell: cell!, dataset: "mosi", runs }, "row"));
  });
}

Deno.test("labelDistance() means over the seeds that got so far, at each epoch, the best and the last", async () => {
  const long = [0.5, 0.6, 0.7, 0.75].map((corr, i) => epoch(i + 1, corr));
  const short = [0.3, 0.4].map((corr, i) => epoch(i + 1, corr));
  await distances([long, short], (found) => {
    assertEquals(found!.epochs.map(({ epoch, seeds }) => [epoch, seeds]), [
      [1, 2],
      [2, 2],
      [3, 1],
      [4, 1],
    ]);
    const { corr, mae } = found!.epochs[1]!;
    assertEquals(Object.keys(corr), ["text"]);
    assertAlmostEquals(corr.text!, 0.5, 1e-12);
    assertAlmostEquals(mae.text!, 0.5, 1e-12);
    assertAlmostEquals(found!.best.corr.text!, 0.5, 1e-12);
    assertEquals([found!.last.epoch, found!.last.seeds], [3, 2]);
    assertAlmostEquals(found!.last.corr.text!, (0.75 + 0.4) / 2, 1e-12);
    assertEquals(labelRows([found!]).map((row) => row.slice(0, 3)), [
      ["row", "", ""],
      ["  1", "2", "0.400 (0.600)"],
      ["  2", "2", "0.500 (0.500)"],
      ["  4", "1", "0.750 (0.250)"],
      ["  best, 2", "2", "0.500 (0.500)"],
      ["  last, 3", "2", "0.575 (0.425)"],
    ]);
  });
});

Deno.test("labelDistance() is null where nothing can be compared, and passes over what is damaged", async () => {
  const nothing = (found: unknown) => assertEquals(found, null);
  await distances([[epoch(1, null)], null], nothing);
  await distances(['{"epoch"'], nothing);
  await distances(['{"epoch"', [epoch(1, 0.5), epoch(2, 0.6)]], (found) => {
    assertEquals(found!.epochs.map(({ seeds }) => seeds), [1, 1]);
  });
});
