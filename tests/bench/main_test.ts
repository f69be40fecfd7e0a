import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { FULL_LOCK } from "../full_lock.ts";
import { lastJson, ROOT } from "../tasks/run_task.ts";

function benchCommand(...args: string[]): Deno.Command {
  const main = join(ROOT, "tests", "bench", "main.ts");
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", FULL_LOCK, "--allow-all", main, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await benchCommand(...args).output();
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

Deno.test("bench tells each result at once, and an interrupt keeps what was measured", async () => {
  const path = await Deno.makeTempFile();
  // The second engine's turn is interrupted.
  const process = benchCommand(..."--only start --engine cpu,cpu --pairs 1 --save".split(" "), path)
    .spawn();
  let told = "";
  for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (told.match(/bench start/g)?.length === 2 && !told.includes("Stopped")) {
      process.kill("SIGINT");
    }
  }
  const stdout = await new Response(process.stdout).text();
  assertEquals((await process.status).code, 130, told);
  assertMatch(told, /start train --help: \S+ s\n[^]*Stopped by SIGINT\n$/);
  const { results } = JSON.parse(Deno.readTextFileSync(path)) as { results: { name: string }[] };
  const names = results.map(({ name }) => name);
  assertEquals(names.length, 3);
  for (const name of names) assertStringIncludes(stdout, `\n${name} `);
  await Deno.remove(path);
});

Deno.test("bench refuses unknown benches, engines and counts before it measures", async () => {
  for (
    const [flag, wanted] of [
      ["--only=stat", /nknown bench "stat".*"start"/],
      ["--engine=cpu,gpu", /nknown engine "gpu"/],
      ["--shapes=mosi aligned,mosi ful", /nknown shapes "mosi ful".*"mosi full"/],
      ["--pairs=0", /Cannot measure with --pairs 0, expected/],
    ] as const
  ) {
    const { code, stderr } = await bench(flag);
    assertEquals(code, 2);
    assertMatch(stderr, wanted);
  }
});
