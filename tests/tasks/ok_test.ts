import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { tallyOf } from "../../tasks/ok.ts";
import { ROOT, runDeno } from "./run_task.ts";

Deno.test("tallyOf() reads what a check counted last, in colours too", () => {
  const tests =
    "a test ... ok (2ms)\n\x1b[32mok\x1b[0m | 12 passed (3 steps) | 0 failed | 1 ignored (2s)\n";
  assertEquals(tallyOf(tests, 0), { passed: 12, failed: 0 });
  assertEquals(tallyOf("FAILED | 10 passed | 2 failed (1s)\n", 1), { passed: 10, failed: 2 });
  assertEquals(tallyOf("1 passed, 1 failed\n6 passed, 1 failed\n", 1), { passed: 6, failed: 1 });
  assertEquals(tallyOf("", 0), { passed: 1, failed: 0 });
  assertEquals(tallyOf("", 1), { passed: 0, failed: 1 });
  assertEquals(tallyOf("ok | 12 passed | 0 failed (2s)\n", 1), { passed: 12, failed: 1 }, "leaked");
});

/** Runs checks, which are programs for `deno eval`, in a process of its own. */
function runChecks(...programs: string[]) {
  const checks = programs.map((program) => ["eval", program]);
  const module = JSON.stringify(join(ROOT, "tasks", "ok.ts"));
  return runDeno([
    "eval",
    `import { runChecks } from ${module};
    const skipped = (check) => Promise.resolve(check[1] === "skip" ? "no reason" : null);
    Deno.exitCode = await runChecks(${JSON.stringify(checks)}, skipped);`,
  ]);
}

Deno.test("ok goes on after a check that fails, adds up, and ends with N passed, N failed", async () => {
  const { code, stdout } = await runChecks(
    "console.log('ok | 5 passed | 0 failed (1s)')",
    "Deno.exit(3)",
    "skip",
    "console.log('4 passed, 2 failed'); Deno.exit(1)",
    "1",
  );
  assertEquals(code, 1);
  assertEquals(stdout.match(/^\$ deno eval /gm)!.length, 5, stdout);
  assertEquals(stdout.trimEnd().split("\n").slice(-4), [
    "failed: deno eval Deno.exit(3) (exit status 3)",
    "skipped: deno eval skip",
    "failed: deno eval console.log('4 passed, 2 failed'); Deno.exit(1) (exit status 1)",
    "10 passed, 3 failed",
  ]);
  assert(stdout.includes("skipped: no reason"));
});

Deno.test("ok exits with 0 where every check passes", async () => {
  const { code, stdout } = await runChecks("1", "2");
  assertEquals([code, stdout.trimEnd().split("\n").at(-1)], [0, "2 passed, 0 failed"]);
});

Deno.test("CI's gate is that of deno task ok, and nothing beside it", () => {
  const script = Deno.readTextFileSync(join(ROOT, ".ci", "run"));
  const tasks = [...script.matchAll(/"\$deno" (.*)/g)].map(([, call]) => call!.split(" ||")[0]);
  assertEquals(tasks, ["task engine:install", "task ok"]);
  assert(script.trimEnd().endsWith("task ok"), "its last line is that of ok");
});
