import { assertEquals, assertMatch } from "@std/assert";
import { makeSynthetic, MemoryColumn, type Split } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { collapseWarning } from "../../lib/training/collapse.ts";
import { withSplits } from "../models/small.ts";
import { train, withFolder } from "./small.ts";

Deno.test("collapseWarning() tells scores that hardly differ from those that do", () => {
  const labels = [-3, 3, 1, -1];
  assertEquals(collapseWarning([-0.3, 0.3, 0.1, 0], labels), null);
  assertEquals(collapseWarning([1, 2], [1, 1]), null);
  assertEquals(collapseWarning([1], [2]), null);
  assertMatch(collapseWarning([0.1, 0.11, 0.1, 0.1], labels)!, /differ by 0\.005.*labels by 2\.6/);
});

/** The split with features of 0: whatever is learned of them is a constant. */
function blank(split: Split): Split {
  const { samples } = split;
  const column = new MemoryColumn(new Float32Array(samples * 4), { samples, steps: 4, width: 1 });
  return { ...split, features: { audio: column } };
}

Deno.test("a training that early stopping ends at a constant says so, and one of few epochs does not", async () => {
  const engine = await openEngine({ engine: "cpu" });
  const made = makeSynthetic({ n: 32 });
  const dataset = withSplits(made, { train: blank, valid: blank, test: blank });
  for (const [epochs, count] of [[50, 1], [1, 0]] as const) {
    await withFolder(async (out) => {
      const warnings: string[] = [];
      const { summary } = await train(engine, dataset, out, {
        model: "cnn",
        modalities: ["audio"],
        settings: { epochs, earlyStop: 2, learningRate: 0.1, filtersDim: 4 },
        onWarning: (message) => warnings.push(message),
      });
      const found = warnings.filter((text) =>
        text.startsWith("The network has learned a constant")
      );
      assertEquals(found.length, count, `${summary.epochs} epochs`);
    });
  }
});
