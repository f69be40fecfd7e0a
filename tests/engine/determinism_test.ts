import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { HAS_TENSORFLOW } from "./engines.ts";
import { type Probe, runScript } from "./probe.ts";

interface Training extends Probe {
  readonly losses: number[];
  readonly hash: string;
}

function train(engine: string, threads?: number): Training {
  const { stderr: _, ...said } = runScript(
    "training_probe.ts",
    threads === undefined ? { engine } : { engine, threads },
    {},
  ) as Training;
  return said as Training;
}

Deno.test("two processes end in the same bytes on cpu, with any number of threads", () => {
  const first = train("cpu", 1);
  assertEquals(first.code, 0);
  assert(first.losses[9]! < first.losses[0]!, "it learns");
  assertEquals(train("cpu"), first);
});

Deno.test({
  name: "two processes with as many threads end in the same bytes on tensorflow",
  ignore: !HAS_TENSORFLOW,
  fn: () => {
    for (const threads of [1, 2]) {
      const first = train("tensorflow", threads);
      assertEquals([first.code, first.name], [0, "tensorflow"]);
      assertEquals(train("tensorflow", threads), first);
    }
  },
});

Deno.test({
  name: "cpu and tensorflow learn alike, with the same dropout masks",
  ignore: !HAS_TENSORFLOW,
  fn: () => {
    const [cpu, tensorflow] = [train("cpu"), train("tensorflow")];
    cpu.losses.forEach((loss, i) => assertAlmostEquals(tensorflow.losses[i]!, loss, 1e-5));
  },
});
