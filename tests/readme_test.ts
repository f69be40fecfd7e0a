/** What the README shows can be typed. (Its TypeScript is run by `deno test --doc`.) */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { loadDataset, MODELS, PROTOCOLS } from "../mod.ts";
import { hasPython } from "./bench/results.ts";
import { resolveConfig } from "../lib/training/mod.ts";
import type { Command } from "../tasks/shared/call.ts";
import { parseCall } from "../tasks/shared/parse_call.ts";

const ROOT = join(import.meta.dirname!, "..");
const README = Deno.readTextFileSync(join(ROOT, "README.md"));
const TASKS: Record<string, { command: string; description: string }> = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
).tasks;

/** The command of a task; null for one that is not a file of `tasks`. */
async function commandOf(name: string): Promise<Command | null> {
  const file = /tasks\/\w+\.ts$/.exec(TASKS[name]?.command ?? "")?.[0];
  return file === undefined ? null : (await import(`../${file}`)).COMMAND;
}

/** Every `deno task NAME ARGUMENTS` in a block or in code between words. */
function shownCalls(): string[][] {
  const blocks = [...README.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, text]) =>
    text!.split("\n")
  );
  const spans = [...README.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
  return [...blocks, ...spans].flatMap((line) => {
    const call = /\b(?:deno|deno@[\d.]+) task ([a-z][^#]*)/.exec(line)?.[1];
    return call === undefined ? [] : [call.trim().split(/\s+/)];
  });
}

Deno.test("every command of the README is a task that takes these flags", async () => {
  const calls = shownCalls();
  assert(calls.length >= 10, "the calls were found");
  for (const [name, ...args] of calls) {
    assert(name! in TASKS, `there is no task "${name}"`);
    const command = await commandOf(name!);
    if (command === null || args.length === 0) continue;
    const call = parseCall(command, args);
    if (typeof call === "string") continue;
    const known = MODELS.map((model) => model.name);
    const repeats = call.get("like") !== undefined || call.get("config") !== undefined;
    if (name === "train" && !repeats) assert(known.includes(call.require("model")));
  }
});

Deno.test("the README lists every task, and a task is described as its command", async () => {
  const listed = [...README.matchAll(/^\| ((?:`[a-z:]+[^`]*`(?:, )?)+) +\|/gm)]
    .flatMap(([, cell]) => [...cell!.matchAll(/`([a-z:]+)/g)].map((match) => match[1]!));
  for (const name of Object.keys(TASKS)) {
    assert(listed.includes(name), `task "${name}" is not listed`);
    assert(TASKS[name]!.description.length > 0);
    const command = await commandOf(name);
    if (command !== null) assertEquals(command.name, name);
  }
});

Deno.test("the README names every model, setting and metric by its key", () => {
  const spans = new Set([...README.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!));
  for (const { name } of MODELS) assert(spans.has(name), `model "${name}" is not listed`);
  for (const { metricKeys } of Object.values(PROTOCOLS)) {
    for (const key of metricKeys) assert(spans.has(key), `metric "${key}" is not explained`);
  }
  const settings = Object.keys(resolveConfig(MODELS[0]!, "mosi", {}));
  for (const name of ["batchSize", "learningRateAudio", "postTextDropout", "preset"]) {
    assert(settings.includes(name) && README.includes(name));
  }
});

const HAS_NUMPY = await hasPython("numpy");

Deno.test({
  name: `the README's Python makes a file that loads${HAS_NUMPY ? "" : " (skipped: no numpy)"}`,
  ignore: !HAS_NUMPY,
  fn: async () => {
    const [, python] = /```py\n([^]*?)```/.exec(README)!;
    const clips = `
import numpy as np
def clip(i):
    made = {key: np.full((4, width), i) for key, width in [("text", 3), ("audio", 2), ("vision", 2)]}
    return {"video": "v", "clip": i, "words": "so good", "audio_steps": 2, "vision_steps": 4,
            "label": i - 1.5, **made}
clips = {name: [clip(i + 10 * k) for i in range(3)] for k, name in enumerate(["train", "valid", "test"])}
for name in clips:
    for i, one in enumerate(clips[name]): one["label"] = i - 1.0
`;
    const folder = Deno.makeTempDirSync();
    const args = ["-c", clips + python];
    const { success, stderr } = await new Deno.Command("python3", { args, cwd: folder }).output();
    assert(success, new TextDecoder().decode(stderr));
    using data = loadDataset(join(folder, "mine.pkl"), { protocol: "mosi" });
    assertEquals(data.splits.train!.ids, ["v$_$0", "v$_$1", "v$_$2"]);
    assertEquals([...data.splits.test!.labels!], [-1, 0, 1]);
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test("the README's first block runs the main job and the tests, with the tested Deno", () => {
  const [first = ""] = [...README.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) => text!);
  const lines = first.trim().split("\n").map((line) => line.replace(/\s*#.*/, ""));
  assertEquals(lines, ["npx --yes deno@2.9.6 task demo", "npx --yes deno@2.9.6 task test"]);
});
