/** What the pages at the root show is there and can be typed. (`deno test --doc` runs their TypeScript.) */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadDataset, MODELS, PROTOCOLS } from "../mod.ts";
import { hasPython } from "./bench/results.ts";
import { resolveConfig, VERSION } from "../lib/training/mod.ts";
import type { Command } from "../tasks/shared/call.ts";
import { parseCall } from "../tasks/shared/parse_call.ts";
import { paperOf } from "../tasks/work/model_tables.ts";

const ROOT = join(import.meta.dirname!, "..");
/** Pages by name: every document at the root. */
const PAGES = new Map(
  [...Deno.readDirSync(ROOT)].filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => [name, Deno.readTextFileSync(join(ROOT, name))] as const),
);
const README = PAGES.get("README.md")!;
const TASKS: Record<string, { command: string; description: string }> = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
).tasks;

/** The command of a task; null for one that is not a file of `tasks`. */
async function commandOf(name: string): Promise<Command | null> {
  const file = /tasks\/\w+\.ts$/.exec(TASKS[name]?.command ?? "")?.[0];
  return file === undefined ? null : (await import(`../${file}`)).COMMAND;
}

/** Lines of blocks of a language. */
function linesIn(page: string, language: string): string[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"));
  return [...blocks].flatMap(([, text]) => text!.trim().split("\n"));
}

/** Code between words. */
function spansIn(page: string): string[] {
  const words = page.replaceAll(/^```[^]*?^```/gm, "");
  return [...words.matchAll(/`([^`]+)`/g)].map(([, text]) => text!.replaceAll(/\s+/g, " "));
}

/** Every `deno task NAME ARGUMENTS` in a block or in code between words. */
function callsIn(page: string): string[][] {
  return [...linesIn(page, "sh"), ...spansIn(page)].flatMap((line) => {
    const call = /\b(?:deno|deno@[\d.]+) task ([a-z][^#]*)/.exec(line)?.[1];
    return call === undefined ? [] : [call.trim().split(/\s+/)];
  });
}

Deno.test("every command of a page is a task that takes these flags", async () => {
  const commands = await Promise.all(Object.keys(TASKS).map(commandOf));
  const own = commands.flatMap((command) => command?.flags.map(({ name }) => name) ?? []);
  const flags = new Set([...own, "help", "json"]);
  const known = MODELS.map((model) => model.name);
  for (const [name, page] of PAGES) {
    for (const line of linesIn(page, "sh")) {
      assertMatch(line, /^(deno|npx --yes deno@[\d.]+) (task|install) /, `${name}: "${line}"`);
    }
    for (const [task, ...args] of callsIn(page)) {
      assert(task! in TASKS, `${name}: there is no task "${task}"`);
      const command = await commandOf(task!);
      if (command === null || args.length === 0) continue;
      const call = parseCall(command, args);
      if (typeof call === "string") continue;
      const repeats = call.get("like") !== undefined || call.get("config") !== undefined;
      if (task === "train" && !repeats) assert(known.includes(call.require("model")));
    }
    for (const span of name === "CONTRIBUTING.md" ? [] : spansIn(page)) {
      const flag = /^--([a-z-]+)/.exec(span)?.[1];
      assert(flag === undefined || flags.has(flag), `${name}: no command takes --${flag}`);
    }
  }
  assert(callsIn(README).length >= 10 && callsIn(PAGES.get("STUDIES.md")!).length >= 10);
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = page.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text!.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

Deno.test("every link of a page leads to a file and a heading that are there", () => {
  for (const [name, page] of PAGES) {
    for (const [, target] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [file = "", anchor] = target!.split("#");
      assert(file === "" || existsSync(join(ROOT, file)), `${name}: there is no ${file}`);
      const anchors = anchorsOf(file === "" ? page : PAGES.get(file) ?? "");
      assert(anchor === undefined || anchors.has(anchor), `${name}: nothing is at ${target}`);
    }
  }
});

Deno.test("a page can be found, and its sections from its beginning", () => {
  for (const name of PAGES.keys()) {
    assert(name === "README.md" || README.includes(`](${name})`), `README does not link ${name}`);
  }
  for (const name of ["README.md", "DATA.md", "STUDIES.md", "MODELS.md"]) {
    const page = PAGES.get(name)!;
    const sections = page.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^## (.*)$/gm);
    for (const [heading, title] of sections) {
      assert([...anchorsOf(heading)].every((anchor) => page.includes(`](#${anchor})`)), title);
    }
  }
  const lines = README.split("\n").length;
  assert(lines < 250, `README has ${lines} lines`);
});

Deno.test("messages name pages and sections that are there", () => {
  let named = 0;
  for (const file of sourcesBelow("lib").concat(sourcesBelow("tasks"))) {
    const text = Deno.readTextFileSync(file);
    for (const [, page] of text.matchAll(/\b([A-Z]+\.md)\b/g)) {
      assert(PAGES.has(page!), `${file}: there is no ${page}`);
    }
    for (const [, section, page] of text.matchAll(/"([^"\n]+)" in ([A-Z]+\.md)/g)) {
      assert(PAGES.get(page!)!.includes(`\n## ${section}\n`), `${file}: ${page}, "${section}"`);
      named++;
    }
  }
  assert(named >= 2, "the messages were found");
});

function sourcesBelow(folder: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? sourcesBelow(path) : name.endsWith(".ts") ? [join(ROOT, path)] : [];
  });
}

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

Deno.test("the pages name every model, setting and metric by its key", () => {
  const measured = new Set(spansIn(PAGES.get("STUDIES.md")!));
  for (const { metricKeys } of Object.values(PROTOCOLS)) {
    for (const key of metricKeys) assert(measured.has(key), `metric "${key}" is not explained`);
  }
  const models = PAGES.get("MODELS.md")!;
  for (const model of MODELS) {
    assert(models.includes(`\n### \`${model.name}\`\n`), `model "${model.name}" is not listed`);
    const settings = Object.keys(resolveConfig(model, "mosi", {}));
    for (const key of settings) {
      assert(models.includes(`\`${key}\``), `setting "${key}" of ${model.name} is not listed`);
    }
  }
});

Deno.test("CITATION.cff has the paper of every model that was published", () => {
  const citation = Deno.readTextFileSync(join(ROOT, "CITATION.cff"));
  assertMatch(citation, new RegExp(`^version: ${RegExp.escape(VERSION)}$`, "m"));
  for (const { name, year, card } of MODELS.filter(({ year }) => year !== null)) {
    const paper = paperOf(card?.source ?? "");
    assert(paper !== null, `${name}: no paper in "${card?.source}"`);
    assertEquals(paper.year, year, name);
    assert(citation.includes(`title: ${JSON.stringify(paper.title)}`), `${name}: "${paper.title}"`);
  }
});

const HAS_NUMPY = await hasPython("numpy");

Deno.test({
  name: `the Python of DATA.md makes a file that loads${HAS_NUMPY ? "" : " (skipped: no numpy)"}`,
  ignore: !HAS_NUMPY,
  fn: async () => {
    const [, python] = /```py\n([^]*?)```/.exec(PAGES.get("DATA.md")!)!;
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
  const lines = linesIn(README, "sh").slice(0, 2).map((line) => line.replace(/\s*#.*/, ""));
  assertEquals(lines, ["npx --yes deno@2.9.6 task demo", "npx --yes deno@2.9.6 task test"]);
});
