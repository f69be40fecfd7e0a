import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import type { Call, Command } from "../../tasks/shared/call.ts";
import { parseCall } from "../../tasks/shared/parse_call.ts";
import { ROOT, runTask } from "./run_task.ts";

const COMMAND: Command = {
  name: "brew",
  summary: "Brews tea",
  arguments: ["POT"],
  flags: [
    { name: "tea", value: "KIND", choices: ["green", "black"], default: "green", help: "kind" },
    { name: "cups", value: "N,N,…", help: "sizes of the cups" },
    { name: "add", value: "KEY=VALUE", repeatable: true, help: "what goes in" },
    { name: "hot", help: "boil the water" },
  ],
  notes: "Mind the steam.",
};

function parse(...args: string[]): Call {
  const call = parseCall(COMMAND, args);
  if (typeof call === "string") throw new TypeError("the help text was not asked for");
  return call;
}

Deno.test("parseCall() reads arguments, values, switches and defaults", () => {
  const call = parse("kettle", "--hot", "--cups", "1,2", "--add=milk=2", "--add", "sugar");
  assertEquals(call.arguments, ["kettle"]);
  assertEquals([call.get("tea"), call.get("cups")], ["green", "1,2"]);
  assertEquals(call.all("add"), ["milk=2", "sugar"]);
  assertEquals([call.has("hot"), parse("kettle").has("hot")], [true, false]);
  assertEquals([call.get("hot"), parse("kettle").get("hot")], ["true", undefined]);
  assertEquals(parse("kettle").get("cups"), undefined);
  assertEquals(parse("kettle").all("add"), []);
});

Deno.test("parseCall() keeps arguments that look like numbers as they are", () => {
  assertEquals(parse("007").arguments, ["007"]);
  assertEquals(parse("kettle", "--cups", "1e3").get("cups"), "1e3");
});

Deno.test("parseCall() takes a leading -- as npm users write it", () => {
  assertEquals(parse("--", "kettle", "--hot").has("hot"), true);
});

Deno.test("parseCall() refuses what it does not know, with the nearest name", () => {
  const table: [string[], string][] = [
    [["kettle", "--cup", "3"], 'Unknown flag "--cup": did you mean "--cups"?'],
    [["kettle", "--cup=3"], 'Unknown flag "--cup": did you mean "--cups"?'],
    [["kettle", "--no-hot"], 'Unknown flag "--no-hot": did you mean "--hot"?'],
    [["kettle", "-x"], 'Unknown flag "-x"'],
    [["kettle", "--help", "--colour"], 'Unknown flag "--colour"'],
    [["kettle", "--tea", "grean"], 'did you mean "green"? It takes green, black'],
    [["kettle", "--tea"], "Missing a value after --tea: KIND"],
    [["kettle", "--cups", "--hot"], "Missing a value after --cups"],
    [["kettle", "--cups", "-5"], "Missing a value after --cups"],
    [["kettle", "--hot=yes"], 'Cannot use "--hot=yes": --hot takes no value'],
    [[], "Missing POT"],
    [["kettle", "pan"], 'Unexpected argument "pan": expected POT'],
  ];
  for (const [args, message] of table) {
    assertThrows(() => parseCall(COMMAND, args), UsageError, message);
  }
});

Deno.test("parseCall() gives the help text for --help and -h, whatever else is missing", () => {
  const text = parseCall(COMMAND, ["--help"]);
  assertEquals(parseCall(COMMAND, ["-h"]), text);
  assert(typeof text === "string");
  assertEquals(text.split("\n"), [
    "Brews tea",
    "",
    "Usage: deno task brew POT [flags]",
    "",
    "  --tea green|black  kind (default: green)",
    "  --cups N,N,…       sizes of the cups",
    "  --add KEY=VALUE    what goes in (repeatable)",
    "  --hot              boil the water",
    "  --verbose          with an error, show where it came from",
    "  --help             show this text",
    "",
    "Mind the steam.",
  ]);
});

Deno.test("Call.list() wants each value once", () => {
  const list = (text: string) => parse("kettle", `--cups=${text}`).list("cups");
  assertEquals(list("a, b,c"), ["a", "b", "c"]);
  assertEquals(parse("kettle").list("cups"), undefined);
  assertThrows(() => list("a,,b"), UsageError, 'Cannot use --cups "a,,b": a value is empty');
  assertThrows(() => list("a,b,a"), UsageError, '"a" is given twice');
});

Deno.test("Call.seeds() wants whole numbers, each once", () => {
  const seeds = (text: string) => parse("kettle", `--cups=${text}`).seeds("cups");
  assertEquals(seeds("1111, 0"), [1111, 0]);
  for (const rubbish of ["1e3", "-1", "1.5", "a", "0x10", "9007199254740992", "1;2"]) {
    assertThrows(() => seeds(rubbish), UsageError, "expected whole numbers like 1111,1112");
  }
  assertThrows(() => seeds("7,07"), UsageError, "7 is given twice");
  assertThrows(() => parse("kettle").seeds("cups"), UsageError, "Missing --cups");
});

/** Runs `run()` with work of the given source, in another process. */
async function runWork(work: string, ...args: string[]) {
  const file = JSON.stringify(
    new URL(`file://${join(ROOT, "tasks", "shared", "command.ts")}`).href,
  );
  const errors = JSON.stringify(new URL(`file://${join(ROOT, "lib/core/errors.ts")}`).href);
  const source = `
    import { printJson, run, warn } from ${file};
    import { DataError, UsageError } from ${errors};
    await run({ name: "brew", summary: "", flags: [] }, async () => { ${work} }, ${
    JSON.stringify(args)
  });`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", source],
    env: { NO_COLOR: "1" },
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("run() ends with the status of what happened", async () => {
  const table: [string, number, RegExp][] = [
    ["", 0, /^$/],
    ["return 1;", 1, /^$/],
    ['throw new DataError("Cannot brew");', 1, /^error: Cannot brew\n$/],
    ['throw new UsageError("No pot");', 2, /^error: No pot\nRun "deno task brew --help"/],
    ['throw Object.assign(new Error("Stopped"), { exitStatus: 143 });', 143, /^Stopped\n$/],
    ['throw "a string";', 1, /^error: a string\n$/],
    ['warn("the pot is hot");', 0, /^warning: the pot is hot\n$/],
  ];
  const results = await Promise.all(table.map(([work]) => runWork(work)));
  results.forEach(({ code, stdout, stderr }, i) => {
    assertEquals([code, stdout], [table[i]![1], ""]);
    assertMatch(stderr, table[i]![2]);
  });
});

Deno.test("run() shows where an error came from with --verbose only", async () => {
  const { stderr } = await runWork('throw new DataError("Cannot brew");', "--verbose");
  assertMatch(stderr, /^error: Cannot brew\nDataError: Cannot brew\n +at /);
});

Deno.test("printJson() prints one line", async () => {
  const { stdout } = await runWork('console.log("table"); printJson({ a: [1, "x\\ny"] });');
  assertEquals(stdout, 'table\n{"a":[1,"x\\ny"]}\n');
});

Deno.test("--help beside --model lists the settings of that model, as it declares them", async () => {
  const { code, stdout } = await runTask("train", "--model", "cnn", "--help");
  assertEquals(code, 0);
  assertMatch(stdout, /Settings of cnn, for --set KEY=VALUE/);
  assertMatch(stdout, /^ +filtersDim +100 +filters of each size$/m);
  assertMatch(stdout, /^ +reading +steps +.*\(one of steps, signal\)$/m);
  const selfMm = await runTask("train", "--model=self-mm", "--help");
  assertMatch(selfMm.stdout, /^ +batchSize +mosi 16, mosei 32, sims 32, simsv2 16 +samples/m);
  const unknown = await runTask("train", "--model", "cnnn", "--help");
  assertEquals(unknown.code, 2);
  assertMatch(unknown.stderr, /did you mean "cnn"/);
});
