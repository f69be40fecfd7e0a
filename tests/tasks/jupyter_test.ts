import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { TestFolder } from "../data/mmsa_file.ts";
import { taskArguments } from "./run_task.ts";

/** Asks for the kernel where one is installed that starts `program`. */
function installOver(folder: TestFolder, program: string) {
  const kernel = folder.at(join("jupyter", "kernels", "deno"));
  Deno.mkdirSync(kernel, { recursive: true });
  Deno.writeTextFileSync(join(kernel, "kernel.json"), JSON.stringify({ argv: [program] }));
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: taskArguments("jupyter", ["--kernel-only"]),
    env: { XDG_DATA_HOME: folder.path, NO_COLOR: "1" },
    stdin: "null",
  }).outputSync();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}

Deno.test({
  name: "jupyter knows this Deno by a link to it, and keeps the kernel of another",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    using folder = new TestFolder();
    const link = folder.at("deno");
    Deno.symlinkSync(Deno.execPath(), link);
    const same = installOver(folder, link);
    assertEquals(same.code, 0, same.output);
    assertStringIncludes(same.output, "Deno's kernel is installed");
    const other = installOver(folder, folder.at("another-deno"));
    assertEquals(other.code, 1, other.output);
    assertStringIncludes(other.output, "Kept Jupyter's kernel");
  },
});

Deno.test({
  name: "jupyter opens a notebook or a folder, and hands its flags to JupyterLab",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    using folder = new TestFolder();
    // Stands in for JupyterLab: writes down where it was started, and with what.
    const lab = folder.at("jupyter-lab");
    Deno.writeTextFileSync(lab, `#!/bin/sh\necho "$PWD" "$@" >> "${folder.at("calls")}"\n`);
    Deno.chmodSync(lab, 0o755);
    const kernel = folder.at(join("jupyter", "kernels", "deno"));
    Deno.mkdirSync(kernel, { recursive: true });
    Deno.writeTextFileSync(
      join(kernel, "kernel.json"),
      JSON.stringify({ argv: [Deno.execPath()] }),
    );
    const open = (...args: string[]) => {
      const { code, stderr } = new Deno.Command(Deno.execPath(), {
        args: taskArguments("jupyter", args),
        env: { XDG_DATA_HOME: folder.path, PATH: `${folder.path}:${Deno.env.get("PATH")}` },
        stdin: "null",
      }).outputSync();
      return { code, stderr: new TextDecoder().decode(stderr) };
    };
    const mine = folder.at("mine");
    Deno.mkdirSync(mine);
    assertEquals(open(mine, "--no-browser", "--port", "8899", "--allow-root").code, 0);
    assertEquals(open().code, 0);
    const [, first, , second] = Deno.readTextFileSync(folder.at("calls")).trim().split("\n");
    assertEquals(first, `${mine} --no-browser --allow-root --port=8899 ${mine}`);
    const notebooks = join(import.meta.dirname!, "..", "..", "notebooks");
    assertEquals(second, `${notebooks} ${join(notebooks, "01_quickstart.ipynb")}`);
    assertStringIncludes(open("nowhere").stderr, "there is no such notebook or folder");
    assertStringIncludes(open("--port", "many").stderr, "expected a whole number");
  },
});
