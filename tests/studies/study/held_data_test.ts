import { assertEquals, assertRejects } from "@std/assert";
import { HeldData } from "../../../lib/studies/study/held_data.ts";
import type { TrainingData } from "../../../lib/training/training_data.ts";

/** Loads by name, and notes what happens. */
class Loads {
  readonly said: string[] = [];

  of(name: string): () => Promise<TrainingData> {
    return async () => {
      this.said.push(`load ${name}`);
      await Promise.resolve();
      const close = () => this.said.push(`close ${name}`);
      return { path: name, dataset: { close } } as unknown as TrainingData;
    };
  }
}

Deno.test("HeldData loads once for all who come at a time, and for those who come later", async () => {
  const held = new HeldData(), loads = new Loads();
  const both = await Promise.all([held.hold("a", loads.of("a")), held.hold("a", loads.of("a"))]);
  assertEquals(both.map(({ data }) => data.path), ["a", "a"]);
  for (const one of both) one[Symbol.dispose]();
  (await held.hold("a", loads.of("a")))[Symbol.dispose]();
  assertEquals(loads.said, ["load a"]);
});

Deno.test("HeldData closes what nobody uses before it loads others, and nothing else", async () => {
  const held = new HeldData(), loads = new Loads();
  const first = await held.hold("a", loads.of("a"));
  const second = await held.hold("b", loads.of("b"));
  second[Symbol.dispose]();
  using _third = await held.hold("c", loads.of("c"));
  assertEquals(loads.said, ["load a", "load b", "close b", "load c"]);
  first[Symbol.dispose]();
});

Deno.test("HeldData tells all who wait that loading failed, and tries again for the next", async () => {
  const held = new HeldData(), loads = new Loads();
  const fail = () => Promise.reject(new Error("no file"));
  const [one, other] = [held.hold("a", fail), held.hold("a", loads.of("a"))];
  await assertRejects(() => one, Error, "no file");
  await assertRejects(() => other, Error, "no file");
  (await held.hold("a", loads.of("a")))[Symbol.dispose]();
  assertEquals(loads.said, ["load a"]);
});
