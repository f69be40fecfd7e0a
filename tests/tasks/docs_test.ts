import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dirname, join } from "node:path";
import { RunError } from "../../mod.ts";
import { writeDocs } from "../../tasks/work/docs.ts";
import { contentOf, ROOT, runTask } from "./run_task.ts";

const FILES = [
  ...["README.md", "DATA.md", "MODELS.md", "CITATION.cff", "deno.json"],
  "tasks/shared/model_names.ts",
];

/** The documents that are written, in a folder of their own. */
function copies(): { readonly root: string } & Disposable {
  const root = Deno.makeTempDirSync();
  for (const file of FILES) {
    Deno.mkdirSync(dirname(join(root, file)), { recursive: true });
    Deno.copyFileSync(join(ROOT, file), join(root, file));
  }
  return { root, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

function change(root: string, file: string, from: string | RegExp, to: string): void {
  const text = Deno.readTextFileSync(join(root, file));
  assertMatch(text, typeof from === "string" ? new RegExp(RegExp.escape(from)) : from);
  Deno.writeTextFileSync(join(root, file), text.replace(from, to));
}

Deno.test("docs --check finds the documents of this checkout up to date", async () => {
  const { code, stderr } = await runTask("docs", "--check");
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("docs names each part that is stale and writes what the code says", async () => {
  using folder = copies();
  const { root } = folder;
  const fresh = contentOf(root);
  change(root, "README.md", "| `runs` ", "| `ruins` ");
  change(root, "README.md", "| 0.708 ", "| 0.700 ");
  change(root, "DATA.md", "0.5 GB", "5.0 GB");
  change(root, "MODELS.md", /\| \[`cnn`\].*\n/, "");
  change(root, "MODELS.md", "- Presets: `mmsa`, `paper-repo`\n", "");
  change(root, "CITATION.cff", "family-names: Tsai", "family-names: Tasi");
  change(root, "deno.json", "Lists the finished runs of a folder", "list runs");
  change(root, "tasks/shared/model_names.ts", "svm or constant", "svm");
  const stale = contentOf(root);
  const wanted = [
    'deno.json (task "runs")',
    "README.md (published)",
    "README.md (commands)",
    "DATA.md (data)",
    "MODELS.md (models)",
    "MODELS.md (each model)",
    "CITATION.cff (references)",
    "tasks/shared/model_names.ts (names of the models)",
  ];
  assertEquals(await writeDocs(root, true), wanted);
  assertEquals(contentOf(root), stale, "a check writes nothing");
  assertEquals(await writeDocs(root, false), wanted);
  assertEquals(contentOf(root), fresh);
});

Deno.test("docs tells where a document lacks the place of a part", async () => {
  using folder = copies();
  change(folder.root, "MODELS.md", "<!-- /models -->", "");
  const error = await assertRejects(() => writeDocs(folder.root, true), RunError);
  assertMatch(error.message, /Cannot write models into MODELS.md: it lacks <!-- models -->/);
});
