import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { FULL_LOCK } from "../full_lock.ts";
import { lastJson, ROOT } from "../tasks/run_task.ts";

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(ROOT, "tests", "bench", "main.ts");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", FULL_LOCK, "--allow-all", main, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("bench --json prints the documented keys, and compares with what it saved", async () => {
  const path = await Deno.makeTempFile();
  const args = ["--only", "start", "--engine", "cpu", "--pairs", "1", "--json"];
  const first = await bench(...args, "--save", path);
  assertEquals(first.code, 0, first.stderr);
  const { results } = lastJson(first.stdout) as { results: Record<string, unknown>[] };
  assert(results.length > 0);
  const keys = ["engine", "name", "peer", "ratio", "unit", "value"];
  for (const result of results) assertEquals(Object.keys(result).toSorted(), keys);
  const again = await bench(...args.slice(0, -1), "--against", path);
  assertEquals(again.code, 0, again.stderr);
  assertMatch(again.stdout, /verdict\n(.*(worse|better|noise)\n)+$/);
  await Deno.remove(path);
});

Deno.test("bench refuses unknown benches, engines and counts before it measures", async () => {
  for (
    const [flag, wanted] of [
      ["--only=stat", /nknown bench "stat".*"start"/],
      ["--engine=cpu,gpu", /nknown engine "gpu"/],
      ["--pairs=0", /Cannot measure 0 pairs/],
    ] as const
  ) {
    const { code, stderr } = await bench(flag);
    assertEquals(code, 2);
    assertMatch(stderr, wanted);
  }
});
