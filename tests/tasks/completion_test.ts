/** Completion in the shells that are here, by the scripts that they would load. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { assertFails, runTask } from "./run_task.ts";

/** Completes the last of some words; each shell is told so in its own way. */
const SHELLS: Readonly<Record<string, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) =>
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); ` +
    `COMP_CWORD=${words.length - 1}; _msa 2> /dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (script, words) =>
    `compdef() { :; }; _files() { :; }; compadd() { print -l -- "$@"; }; ` +
    `_describe() { print -l -- \${\${(P)2}%%:[A-Z]*}; }; source ${script}; ` +
    `words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _msa`,
  fish: (script, words) => `source ${script}; complete -C '${words.join(" ")}' | cut -f 1`,
};

for (const [shell, program] of Object.entries(SHELLS)) {
  const isHere = ["/bin", "/usr/bin", "/usr/local/bin"].some((path) => exists(`${path}/${shell}`));
  Deno.test({
    name: `completion of ${shell} knows commands, flags, choices, models, studies and settings` +
      (isHere ? "" : ` (skipped: there is no ${shell})`),
    ignore: !isHere,
    fn: async () => {
      using folder = new TestFolder();
      const { code, stdout, stderr } = await runTask("completion", shell);
      assertEquals([code, stderr], [0, ""]);
      const script = folder.at(`msa.${shell}`);
      Deno.writeTextFileSync(script, stdout);
      const complete = async (...words: string[]) => {
        const { stdout } = await new Deno.Command(shell, {
          args: [...shell === "zsh" ? ["-f"] : [], "-c", program(script, ["msa", ...words])],
        }).output();
        return new TextDecoder().decode(stdout).trim().split(/\s+/).map((word) =>
          word.replaceAll("\\", "")
        );
      };
      const commands = await complete("");
      for (const name of ["train", "data:check", "runs"]) assert(commands.includes(name), name);
      assert((await complete("train", "--ep")).includes("--epochs"));
      assert((await complete("train", "--engine", "")).includes("tensorflow"));
      assert((await complete("train", "--model", "")).includes("self-mm"));
      assert((await complete("study", "report")).includes("report-table-6"));
      assert((await complete("train", "--set", "batch")).includes("batchSize="));
      assert(!(await complete("runs", "--")).includes("--epochs"), "only its own flags");
    },
  });
}

Deno.test("completion refuses a shell that it does not know, with those that it does", async () => {
  assertFails(
    await runTask("completion", "fsh"),
    2,
    /did you mean "fish"\? Known are bash, zsh, fish/,
  );
});

Deno.test("msa, installed, runs the commands in the folder that it is called in", async () => {
  using folder = new TestFolder();
  const install = new Deno.Command(Deno.execPath(), {
    args: [
      ...["install", "--quiet", "--global", "--root", folder.at("own"), "--name", "msa"],
      ...["--allow-read", "--allow-run", "--allow-env"],
      new URL("../../tasks/msa.ts", import.meta.url).pathname,
    ],
  });
  assert((await install.output()).success);
  const msa = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(folder.at("own/bin/msa"), {
      args,
      cwd: folder.path,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  };
  const list = await msa();
  assertEquals(list.code, 0, list.stderr);
  assertMatch(list.stdout, /^ {2}train +Trains and evaluates a model/m);
  assert(list.stdout.split("\n").every((line) => line.length <= 80), list.stdout);
  assert(!list.stdout.includes("--allow"), "rights are not listed");
  assertFails(await msa("tarin"), 2, /^error: Unknown command "tarin": did you mean "train"/);
  const call = ["train", "--model", "constant", "--data", "synthetic:n=16", "--runs", "1"];
  const trained = await msa(...call, "--engine", "cpu");
  assertEquals(trained.code, 0, trained.stderr);
  assert(exists(folder.at("runs/constant/synthetic/1111/metrics.json")));
  const wrong = await msa("train", "--modle", "cnn");
  assertFails(wrong, 2, /did you mean "--model"/);
});
