/** The model that CONTRIBUTING shows is one: it is taken out of the text, and used. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MODELS, type NetworkDefinition } from "../mod.ts";
import { holdToContract } from "./models/contract.ts";
import { withFolder } from "./training/small.ts";

const ROOT = new URL("../", import.meta.url);
/** What of the project a command needs. */
const PARTS = ["lib", "tasks", ".std", "mod.ts", "deno.json", "imports.json", "package.json"];
const TEXTS = [
  ...["deno.lock", "deno.full.lock", "README.md", "DATA.md", "MODELS.md", "CITATION.cff"],
];

/** The file that CONTRIBUTING shows. */
function shownFile(): string {
  const text = Deno.readTextFileSync(new URL("CONTRIBUTING.md", ROOT));
  return /lib\/models\/mean_pool\.ts`:\n\n```ts[^\n]*\n([^]*?)```/.exec(text)![1]!;
}

/** The model, as if its file were in `lib/models`, without a line in the registry. */
async function shownModel(): Promise<NetworkDefinition> {
  const folder = Deno.makeTempDirSync();
  const models = new URL("lib/models/", ROOT);
  const moved = shownFile().replace(
    /from "(\.[^"]+)"/g,
    (_, path) => `from "${new URL(path, models)}"`,
  );
  const file = join(folder, "mean_pool.ts");
  Deno.writeTextFileSync(file, moved);
  const { meanPool } = await import(`file://${file}`);
  Deno.removeSync(folder, { recursive: true });
  return meanPool;
}

const model = await shownModel();
holdToContract(model);

function copy(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) copy(join(from, name), join(to, name));
}

/** The project in a folder of its own, with the file, and the line in the registry. */
function projectWith(folder: string): void {
  for (const part of [...PARTS, ...TEXTS]) copy(new URL(part, ROOT).pathname, join(folder, part));
  Deno.writeTextFileSync(join(folder, "lib/models/mean_pool.ts"), shownFile());
  const path = join(folder, "lib/models/registry.ts");
  const registry = Deno.readTextFileSync(path)
    .replace(
      /^(import .* from "\.\/mmcl\.ts";)$/m,
      '$1\nimport { meanPool } from "./mean_pool.ts";',
    )
    .replace(/^( +)cnn,$/m, '$1cnn,\n$1"mean-pool": meanPool,');
  Deno.writeTextFileSync(path, registry);
}

async function run(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, err: err! };
}

Deno.test("one file and one line make a model that every command knows", async () => {
  assert(!MODELS.some(({ name }) => name === model.name));
  await withFolder(async (folder) => {
    projectWith(folder);
    const ok = async (...args: string[]) => {
      const { code, out, err } = await run(folder, ...args);
      assertEquals(code, 0, `${args.join(" ")}: ${err}`);
      return out;
    };
    const data = ["--data", "synthetic:n=64", "--engine", "cpu", "--set", "epochs=4"];
    const train = ["train", "--model", "mean-pool", ...data, "--seeds", "1,2"];
    await ok(...train);
    // Finished, so it has nothing to go on with.
    const { runs } = JSON.parse(
      (await ok(...train, "--resume", "--json")).trim().split("\n").at(-1)!,
    );
    assertEquals(runs.map((run: { epochs: number }) => run.epochs), [4, 4]);
    const evaluated = await ok("evaluate", runs[0].path, "--engine", "cpu", "--json");
    const { metrics } = JSON.parse(evaluated.trim().split("\n").at(-1)!);
    assertEquals(metrics["mae"], runs[0].test["mae"]);
    const space = ["--trials", "2", "--seeds", "1", "--set", "batchSize=16", "--out", "searches"];
    const search = await ok("search", "--model", "mean-pool", ...data, ...space);
    assertMatch(search, /dropout=/);
    const refused = await run(folder, ...train, "--set", "dropuot=0.3");
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, 'did you mean "dropout"');
    await ok("report", "runs", "--out", "report.html");
    const report = Deno.readTextFileSync(join(folder, "report.html"));
    assertStringIncludes(report, model.card!.limits);
    // Documents are told to be stale, with the command that writes them.
    const stale = await run(folder, "docs", "--check");
    assertEquals(stale.code, 1);
    assertStringIncludes(stale.err, "deno task docs");
    await ok("docs");
    assertStringIncludes(Deno.readTextFileSync(join(folder, "MODELS.md")), model.summary);
    await ok("docs", "--check");
  });
});
