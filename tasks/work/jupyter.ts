/** The work of `deno task jupyter`. @module */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import type { Call, Outcome } from "../shared/command.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const FIRST = join(ROOT, "notebooks", "01_quickstart.ipynb");

/**
 * Installs the kernel, and opens the notebooks unless told not to.
 *
 * @throws {UsageError} there is nothing at PATH, or the port is none
 */
export async function work(call: Call): Promise<Outcome> {
  const path = resolve(call.arguments[0] ?? FIRST);
  if (!existsSync(path)) {
    throw new UsageError(
      `Cannot open "${path}": there is no such notebook or folder; deno task init FOLDER makes one`,
    );
  }
  const flags = labFlags(call);
  await installKernel(call.has("yes"));
  return { status: call.has("kernel-only") ? 0 : await openLab(path, flags) };
}

/** What JupyterLab is told. */
function labFlags(call: Call): string[] {
  const switches = ["no-browser", "allow-root"].filter((name) => call.has(name));
  return [
    ...switches.map((name) => `--${name}`),
    ...(call.get("port") === undefined ? [] : [`--port=${call.count("port", 1)}`]),
  ];
}

/**
 * Makes this Deno the kernel "deno" of Jupyter.
 *
 * @param isSure replace the kernel of another Deno without asking
 * @throws {Error} another one is there and the person does not want it replaced
 */
async function installKernel(isSure: boolean): Promise<void> {
  const path = join(dataFolder(), "kernels", "deno", "kernel.json");
  const installed = readProgram(path);
  if (installed === Deno.realPathSync(Deno.execPath())) {
    console.log(`Deno's kernel is installed: ${path}`);
    return;
  }
  if (installed !== null && !isSure) {
    const question =
      `Jupyter's kernel "deno" starts ${installed}. Start ${Deno.execPath()} instead?`;
    // Without a terminal confirm() says no.
    if (!confirm(question)) {
      throw new Error(`Kept Jupyter's kernel "deno" as it is: give --yes to replace it`);
    }
  }
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--install", "--force"],
  }).output();
  if (!success) {
    throw new Error(`Cannot install Deno's kernel: ${new TextDecoder().decode(stderr).trim()}`);
  }
  console.log(`Installed Deno's kernel: ${path}`);
}

/** Opens a notebook or folder in JupyterLab, or tells how to get it. @returns the exit status */
async function openLab(path: string, flags: readonly string[]): Promise<number> {
  const command = await findLab();
  if (command === null) {
    console.log(
      "There is no JupyterLab here. Get it with pip install jupyterlab (or pipx, or conda) and run\n" +
        `this command again, or open ${path} in an editor that knows notebooks.`,
    );
    return 0;
  }
  const [program = "", ...args] = command;
  const isFolder = Deno.statSync(path).isDirectory;
  const child = new Deno.Command(program, {
    args: [...args, ...flags, path],
    cwd: isFolder ? path : dirname(path),
  }).spawn();
  // Ctrl-C reaches JupyterLab too, which asks what to do: this process ends when that does.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGINT", ignore);
  return code;
}

/** How to start JupyterLab; null where there is none. */
async function findLab(): Promise<readonly string[] | null> {
  for (const command of [["jupyter-lab"], ["jupyter", "lab"], ["python3", "-m", "jupyterlab"]]) {
    const [program = "", ...args] = command;
    try {
      const { success } = await new Deno.Command(program, {
        args: [...args, "--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return command;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

/** What a kernel starts; null where none is installed. */
function readProgram(path: string): string | null {
  let program: string;
  try {
    program = String(JSON.parse(Deno.readTextFileSync(path)).argv[0]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    return "something that cannot be read";
  }
  try {
    return Deno.realPathSync(program); // npm installs a link; Deno.execPath() is where it leads
  } catch {
    return program;
  }
}

/** Where `deno jupyter --install` writes; it does not look at `JUPYTER_DATA_DIR`. */
function dataFolder(): string {
  const home = Deno.env.get("HOME") ?? "";
  if (Deno.build.os === "windows") return join(Deno.env.get("APPDATA") ?? home, "jupyter");
  if (Deno.build.os === "darwin") return join(home, "Library", "Jupyter");
  return join(Deno.env.get("XDG_DATA_HOME") ?? join(home, ".local", "share"), "jupyter");
}
