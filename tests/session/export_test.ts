import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { train } from "../../lib/session/mod.ts";
import { withFolder } from "../training/small.ts";

Deno.test("a trained model is exported, the first seed unless told otherwise", async () => {
  await withFolder(async (out) => {
    const common = { data: "synthetic:n=16", engine: "cpu", out } as const;
    const seeds = [1111, 1112], settings = { filtersDim: 4 };
    const trained = await train({ model: "cnn", seeds, epochs: 1, settings, ...common });
    const [first, second, again] = ["a", "b", "c"].map((name) => join(out, `${name}.onnx`));
    const { difference, bytes } = await trained.exportOnnx(first!);
    assert(difference <= 1e-5);
    assertEquals(Deno.statSync(first!).size, bytes);
    await trained.exportOnnx(second!, { seed: 1112 });
    await trained.exportOnnx(again!, { seed: 1111 });
    const [a, b, c] = [first!, second!, again!].map((file) => Deno.readFileSync(file));
    assertEquals(a, c);
    assert(a!.some((byte, i) => byte !== b![i]));
    await assertRejects(() => trained.exportOnnx(first!, { seed: 7 }), UsageError, "no run has it");
  });
});
