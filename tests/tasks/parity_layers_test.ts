import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { TestFolder } from "../data/mmsa_file.ts";
import { assertFails, lastJson, ROOT, runTask } from "./run_task.ts";

const CASES = join(ROOT, "tests/golden/layers.json");
const CPU = ["--engine", "cpu"];

interface Case {
  name: string;
  kind: string;
  ok: boolean;
  output: number | null;
  inputGrad: number | null;
  weightGrad: number | null;
}

Deno.test("parity:layers passes for the chosen kinds, as a table and as JSON", async () => {
  const { code, stdout } = await runTask(
    "parity_layers",
    CASES,
    "--kinds",
    "lstm,adam",
    ...CPU,
    "--json",
  );
  assertEquals(code, 0, stdout);
  const { ok, cases } = lastJson(stdout) as { ok: boolean; cases: Case[] };
  assert(ok);
  assertEquals([...new Set(cases.map(({ kind }) => kind))].sort(), ["adam", "lstm"]);
  for (const { kind, ok, output, inputGrad, weightGrad } of cases) {
    assert(ok && output! <= 1e-5);
    if (kind === "lstm") assert(inputGrad! < 1e-4 && weightGrad! < 1e-4);
    else assertEquals([inputGrad, weightGrad], [null, null]);
  }
  assertMatch(stdout, /^cpu +kind +output +inputGrad +weightGrad$/m);
  assertMatch(stdout, /^adam +adam +\d.*e-\d+ +- +- +ok$/m);
});

Deno.test("parity:layers lists kinds that are not there yet and exits with 1", async () => {
  const { code, stdout } = await runTask("parity_layers", CASES, ...CPU, "--json");
  const { ok, cases } = lastJson(stdout) as { ok: boolean; cases: Case[] };
  const missing = cases.filter(({ output }) => output === null);
  assertEquals([code, ok], missing.length === 0 ? [0, true] : [1, false]);
  for (const { name, ok } of missing) {
    assert(!ok);
    assertMatch(stdout, new RegExp(`^${name} .*NOT SUPPORTED$`, "m"));
  }
  assert(cases.every(({ ok, output }) => ok === (output !== null)), stdout);
});

Deno.test("parity:layers exits with 1 for a deviation", async () => {
  using folder = new TestFolder();
  Deno.copyFileSync(CASES.replace("json", "safetensors"), folder.at("layers.safetensors"));
  const { cases } = JSON.parse(Deno.readTextFileSync(CASES));
  const adam = cases.find(({ kind }: Case) => kind === "adam");
  adam.hyper.groups[0].lr *= 1.01;
  Deno.writeTextFileSync(folder.at("layers.json"), JSON.stringify({ cases: [adam] }));
  const { code, stdout } = await runTask("parity_layers", folder.at("layers.json"), ...CPU);
  assertEquals(code, 1, stdout);
  assertMatch(stdout, /^adam +adam .* DEVIATES$/m);
});

Deno.test("parity:layers refuses what is no list of cases", async () => {
  using folder = new TestFolder();
  const layers = (path: string) => runTask("parity_layers", path, ...CPU);
  assertFails(await layers(folder.at("no.json")), 1, /Cannot read ".*no.json": there is no such/);
  Deno.writeTextFileSync(folder.at("a.json"), "[1]");
  assertFails(await layers(folder.at("a.json")), 1, /it has no "cases", expected a list of them/);
  Deno.writeTextFileSync(folder.at("a.json"), '{"cases":[]}');
  assertFails(await layers(folder.at("a.json")), 1, /a.safetensors": there is no such file/);
});

Deno.test("parity:layers exits with 2 for a kind that no case has", async () => {
  const wrong = await runTask("parity_layers", CASES, "--kinds", "lstm,addam", ...CPU);
  assertFails(wrong, 2, /Unknown kind "addam": did you mean "adam"\? Known are /);
  assertFails(await runTask("parity_layers", CASES, "--kinds", "lstm,"), 2, /a value is empty/);
  assertFails(await runTask("parity_layers"), 2, /Missing FILE.json/);
});
