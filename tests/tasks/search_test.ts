import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../training/small.ts";
import { assertFails, contentOf, lastJson, runTask } from "./run_task.ts";

const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";
const FLAGS = ["--data", DATA, "--protocol", "mosi", "--engine", "cpu"];

Deno.test("search ranks by valid, goes on with more trials, and never writes test metrics", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "space.json");
    Deno.writeTextFileSync(file, JSON.stringify({ cost: { logUniform: [0.01, 10] } }));
    const space = ["--space", file, "--space", "kernel=rbf,linear"];
    const search = (out: string, trials: number) =>
      runTask(
        "search",
        ...["--model", "svm", ...FLAGS, ...space, "--set", "classifiers=false"],
        ...["--trials", String(trials), "--out", join(folder, out), "--json"],
      );
    const two = await search("a", 2);
    assertEquals(two.code, 0, two.stderr);
    const four = await search("a", 4);
    const at_once = await search("b", 4);
    const [found, other] = [four, at_once].map(({ stdout }) => lastJson(stdout));
    assertEquals([found!["kept"], found!["trained"], other!["trained"]], [2, 2, 4]);
    assertEquals(found!["ranking"], other!["ranking"]);
    const scores = (found!["ranking"] as { score: number }[]).map(({ score }) => score);
    assertEquals(scores, scores.toSorted((a, b) => a - b));
    const metrics = Object.entries(contentOf(folder)).filter(([path]) =>
      /metrics.json$/.test(path)
    );
    assertEquals(metrics.length, 8);
    for (const [path] of metrics) {
      assertEquals(Object.keys(JSON.parse(Deno.readTextFileSync(path))), ["valid"]);
    }
    assertMatch(four.stdout, /^deno task train --model svm .*--set cost=.* --runs 5$/m);
    assert((found!["train"] as string[]).includes("classifiers=false"));
  });
});

Deno.test("search prints the command that trains the winner, and it does as printed", async () => {
  await withFolder(async (folder) => {
    const runs = join(folder, "its runs");
    // The model is there with other settings: the winner needs a folder of its own.
    const common = ["--model", "svm", ...FLAGS, "--out", runs];
    assertEquals((await runTask("train", ...common, "--runs", "1")).code, 0);
    const search = await runTask(
      "search",
      ...common,
      "--space",
      "cost=0.5,2",
      "--trials",
      "2",
      "--json",
    );
    assertEquals(search.code, 0, search.stderr);
    const printed = search.stdout.split("\n").find((line) => line.startsWith("deno task train "))!;
    assertMatch(printed, /--out '.*its runs' --set cost=.* --runs 5$/);
    const { ranking, train } = lastJson(search.stdout) as {
      ranking: { score: number; settings: { cost: number } }[];
      train: string[];
    };
    const shell = await new Deno.Command("sh", {
      args: ["-c", `printf '%s\\n' ${printed}`],
    }).output();
    assertEquals(new TextDecoder().decode(shell.stdout).trimEnd().split("\n"), train);
    const trained = await runTask("train", ...train.slice(3), "--json");
    assertEquals(trained.code, 0, trained.stderr);
    const found = (lastJson(trained.stdout)["runs"]) as { path: string; valid: { mae: number } }[];
    assertEquals(found.length, 5);
    assertEquals(found[0]!.valid.mae, ranking[0]!.score);
    assertEquals(
      found[0]!.path,
      join(runs, "svm", "synthetic", `1111~cost=${ranking[0]!.settings.cost}`),
    );
  });
});

Deno.test("search refuses what it does not know", async () => {
  const call = (...args: string[]) => runTask("search", ...FLAGS, ...args);
  assertFails(await call("--model", "swm"), 2, /did you mean "svm"/);
  assertFails(await call("--model", "svm", "--space", "cots=1"), 2, /did you mean "cost"/);
  assertFails(await call("--model", "svm", "--metric", "mea"), 2, /did you mean "mae"/);
  assertFails(await call("--model", "svm", "--trials", "0"), 2, /a whole number of 1 or more/);
});
