import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { TestFolder } from "../data/mmsa_file.ts";
import { findPython } from "../../tasks/work/kernel_folder.ts";
import { contentOf, ROOT, runTask } from "./run_task.ts";

Deno.test("init writes a folder anywhere, and replaces nothing", async () => {
  using folder = new TestFolder();
  const path = folder.at("own");
  const { code, stdout, stderr } = await runTask("init", path);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    /^Wrote deno\.json, package\.json, first\.ipynb into .*\nOpen it, in the checkout, by deno task jupyter/,
  );
  const { importMap, lock, links } = JSON.parse(Deno.readTextFileSync(join(path, "deno.json")));
  for (const file of [importMap, lock, ...links]) assert(Deno.statSync(file), "whole paths");
  Deno.writeTextFileSync(join(path, "first.ipynb"), "mine");
  const before = contentOf(path);
  const again = await runTask("init", path);
  assertEquals(again.code, 2);
  assertMatch(again.stderr, /it has deno\.json, package\.json, first\.ipynb already/);
  assertEquals(contentOf(path), before);
});

const python = await findPython().catch(() => null);
const EXECUTE = join(ROOT, "tests", "notebooks", "execute.py");

Deno.test({
  name: `the notebook that init writes runs in its folder${
    python === null ? " (skipped: no nbclient)" : ""
  }`,
  ignore: python === null,
  fn: async () => {
    using folder = new TestFolder();
    const path = folder.at("own");
    await runTask("init", path);
    const file = join(path, "first.ipynb");
    // Smaller; everything else as a person meets it.
    const text = Deno.readTextFileSync(file);
    Deno.writeTextFileSync(file, text.replace("n=100", "n=24").replace("epochs: 10", "epochs: 2"));
    const kernel = folder.at(join("jupyter", "kernels", "deno", "kernel.json"));
    Deno.mkdirSync(join(kernel, ".."), { recursive: true });
    const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
    Deno.writeTextFileSync(
      kernel,
      JSON.stringify({ argv, display_name: "Deno", language: "typescript" }),
    );
    const locks = () =>
      ["deno.lock", "deno.full.lock"].map((name) => Deno.readTextFileSync(join(ROOT, name)));
    const before = locks();
    const { code, stderr } = await new Deno.Command(python!, {
      args: [EXECUTE, file, folder.at("out.ipynb"), path],
      env: { JUPYTER_PATH: folder.at("jupyter"), NO_COLOR: "1" },
      stdout: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertMatch(Deno.readTextFileSync(join(path, "results.tex")), /\\toprule[^]*lmf/);
    assertMatch(Deno.readTextFileSync(join(path, "results.csv")), /^model,dataset/);
    assertEquals(locks(), before, "the checkout stays as it was");
  },
});
