import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  compare,
  help,
  JUPYTER_DISPLAY,
  MODELS,
  openTokenizer,
  TrainedModel,
  UsageError,
} from "../../mod.ts";
import { PROTOCOLS } from "../../mod.ts";
import { RunErrors } from "../../lib/analysis/mod.ts";
import { settingsOf } from "../../lib/training/mod.ts";
import { runDeno } from "../tasks/run_task.ts";

Deno.test("help() tells every form of a function, its options and the members of a class", () => {
  const text = `${help(compare)}`;
  assertEquals(text.match(/^function compare\(/gm)?.length, 2);
  assertMatch(text, /^interface ModelComparisonOptions/m);
  assert(!text.includes("{@link") && !text.includes("Defined in"), text);
  const trained = Object.create(TrainedModel.prototype) as TrainedModel;
  assertEquals(`${help(trained)}`, `${help("TrainedModel")}`);
  assertMatch(`${help(trained)}`, /mean\(metric: string/);
  const errors = new RunErrors({ split: "", data: "", samples: 0, scoredBy: null, errors: [] });
  assertMatch(`${help(errors)}`, /class RunErrors[^]*save\(path: string\)/);
  assertMatch(`${help(openTokenizer)}`, /^(async )?function openTokenizer/);
});

Deno.test("help() tells of each model all that can be set, of one's own too", () => {
  for (const model of MODELS) {
    const text = `${help(model.name)}`;
    for (const key of Object.keys(settingsOf(model))) assert(text.includes(`| \`${key}\``), key);
  }
  const own = { ...MODELS[4]!, name: "mine", summary: "an idea of mine" };
  assertMatch(`${help(own)}`, /^Model `mine`\n\n- Is: an idea of mine\n/);
});

Deno.test("help() tells what a metric is, where it differs by protocol", () => {
  assertMatch(`${help("mae")}`, /Of mosi, mosei: .*\n- Of sims: [^]*clipped[^]*lower is better/);
  const [mae] = PROTOCOLS.sims.metrics;
  assertMatch(`${help(mae!)}`, /^Metric `mae`: .*\n\n- Of sims: /);
  assertMatch(`${help({ ...mae!, key: "mine", definition: "My own" })}`, /`mine`[^]*- My own\n/);
});

Deno.test("help() without anything lists what there is, and refuses what is not with the nearest", () => {
  const text = `${help()}`;
  for (const name of ["train", "TrainedModel", "self-mm", "acc2NegPos"]) {
    assert(text.includes(`| \`${name}\` `), name);
  }
  assertThrows(() => help("trian"), UsageError, 'did you mean "train"');
  assertThrows(() => help(() => 1), UsageError);
  assertThrows(() => help("--json"), UsageError);
});

Deno.test("help shows itself in a notebook and a terminal, and says what it lacks", async () => {
  const shown = await help("constant")[JUPYTER_DISPLAY]();
  assertEquals(Object.keys(shown), ["text/plain", "text/markdown"]);
  assertMatch(Deno.inspect(help("constant")), /^Model `constant`/);
  const script = 'import { help } from "./mod.ts"; console.log(help("train"));';
  const rights = ["--allow-read", "--allow-env", "--allow-sys", "--no-prompt"];
  const file = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(
    file,
    script.replace("./mod.ts", new URL("../../mod.ts", import.meta.url).href),
  );
  const { stderr } = await runDeno([
    "run",
    "--quiet",
    "--no-check",
    "--config=deno.json",
    "--lock=deno.full.lock",
    ...rights,
    file,
  ]);
  assertMatch(stderr, /Cannot show this help: [^]*--allow-run/);
  Deno.removeSync(file);
});
