import { assert, assertEquals, assertMatch } from "@std/assert";
import { MODELS } from "../../mod.ts";
import { makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

Deno.test("models lists every model with year, needs and parameters", async () => {
  const { code, stdout, stderr } = await runTask("models", "--json");
  assertEquals([code, stderr], [0, ""]);
  const { models } = lastJson(stdout) as { models: Record<string, unknown>[] };
  assertEquals(models.map(({ name }) => name), MODELS.map(({ name }) => name));
  const mlmf = models.find(({ name }) => name === "mlmf")!;
  const { summary: _, ...rest } = mlmf;
  assertEquals(rest, {
    name: "mlmf",
    kind: "network",
    year: 2020,
    needs: ["sequences", "humanLabels"],
    parameters: { mosi: null, mosei: null, sims: 1413388, simsv2: 274873 },
  });
  assertMatch(stdout, /^model +year +needs +mosi +mosei +sims +simsv2\n/);
  assertMatch(stdout, /\nlf-dnn +2017 +sequences +597,171 +572,283 +635,821 +300,973\n/);
  assertMatch(stdout, /\nsvm +- +- +- +- +- +-\n/);
});

Deno.test("models tells which can be trained on a file, and why the others cannot", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, stdout } = await runTask("models", "--data", data, "--json");
  assertEquals(code, 0);
  type Row = { name: string; data: { runs: boolean; reason: string | null } };
  const { dataset, models } = lastJson(stdout) as { dataset: string; models: Row[] };
  assertEquals(dataset, "mosi");
  const refused = models.filter(({ data }) => !data.runs).map(({ name }) => name);
  const human = MODELS.filter(({ needs }) => needs.includes("humanLabels")).map((m) => m.name);
  assert(human.every((name) => refused.includes(name)) && human.length > 0);
  assertMatch(stdout, / mosi\nself-mm .* [\d,]+\n/);
  assertMatch(stdout, /\nmtfn .* no\n/);
  assertMatch(stdout, /\nsvm .* yes\n/);
  assertMatch(stdout, /\nmtfn: Cannot train mtfn on .*: split "train" has no labels of people for/);
});

Deno.test("models refuses data that are not there, and unknown flags", async () => {
  assertFails(await runTask("models", "--data", "no.pkl"), 1, /no\.pkl/);
  assertFails(await runTask("models", "--dat", "x"), 2, /did you mean "--data"/);
  assertFails(await runTask("models", "--bert", "x"), 2, /--bert without --data/);
});
