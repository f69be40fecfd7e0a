/** A checkout stays as it was, whatever is used for the first time in it. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../training/small.ts";
import { ROOT } from "./run_task.ts";

async function output(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  assertEquals(code, 0, `${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

const TRAIN = "--data synthetic:n=48 --engine cpu --out runs";

/** Commands that use, one after the other, every package that not all commands use. */
const CALLS = [
  "demo --seeds 1 --out runs/demo",
  `train --model svm --seeds 1 --set binarySolver=ml-svm ${TRAIN}`,
  `train --model constant --seeds 1 ${TRAIN}`,
  "study report-table-2 --data synthetic:n=48 --engine cpu --seeds 1,2 --out runs",
  `search --model svm --trials 2 --space cost=1,2 ${TRAIN}`,
  "evaluate runs/svm/synthetic/1 --engine cpu",
  "predict runs/svm/synthetic/1 --data synthetic:n=48 --engine cpu --out runs/scores.csv",
  "runs",
  "report runs --out runs/report.html",
  "data:check synthetic",
  "doctor",
];

/** What scripts, notebooks and raw text load besides. */
const SCRIPT = `
  import { makeFrame } from "./mod.ts";
  import { loadTransformers } from "./lib/features/transformers.ts";
  await makeFrame({ a: [1] });
  await loadTransformers();
`;

Deno.test("no command changes a tracked file, whatever package it uses first", async () => {
  await withFolder(async (folder) => {
    const checkout = join(folder, "checkout");
    // What is committed or about to be: a clone of the last commit would test another state.
    const names = (await output(ROOT, "git", "ls-files", "-z")).split("\0")
      .filter((name) => name !== "" && !name.startsWith("tests/golden/"));
    for (const name of names) {
      const to = join(checkout, name);
      Deno.mkdirSync(join(to, ".."), { recursive: true });
      Deno.copyFileSync(join(ROOT, name), to);
    }
    const git = (...args: string[]) =>
      output(checkout, "git", "-c", "user.name=t", "-c", "user.email=t@t", ...args);
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "all");
    for (const call of CALLS) {
      await output(checkout, Deno.execPath(), "task", "--quiet", ...call.split(" "));
      assertEquals(await git("status", "--porcelain"), "", call);
    }
    const run = ["run", "--quiet", "--allow-all", "--lock=deno.full.lock", "-"];
    const script = new Deno.Command(Deno.execPath(), {
      args: run,
      cwd: checkout,
      stdin: "piped",
      stderr: "piped",
    }).spawn();
    const input = script.stdin.getWriter();
    await input.write(new TextEncoder().encode(SCRIPT.replaceAll("./", `file://${checkout}/`)));
    await input.close();
    const { code, stderr } = await script.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(await git("status", "--porcelain"), "");
  });
});
