/** A folder in which a kernel runs cells as it would in `notebooks`, and leaves nothing. @module */

import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..", "..");
/** Debian's packages are seen by its own Python only. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** Dispose it to remove it. */
export interface KernelFolder extends Disposable {
  readonly path: string;
  /** Variables under which Jupyter finds this Deno as its kernel "deno". */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The name of a Python that can talk to kernels.
 *
 * @throws {Error} none has what is needed, and how to get it
 */
export async function findPython(): Promise<string> {
  for (const python of PYTHONS) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", "import nbclient, jupyter_client"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    "Cannot run notebooks: python3 has no nbclient; " +
      "get it with pip install nbclient ipykernel, or apt install python3-nbclient",
  );
}

/** Makes a folder for a kernel with the settings of `notebooks`. */
export function openKernelFolder(): KernelFolder {
  const path = Deno.makeTempDirSync({ dir: ROOT, prefix: ".notebooks-" });
  for (const name of ["deno.json", "package.json"]) {
    Deno.copyFileSync(join(ROOT, "notebooks", name), join(path, name));
  }
  const spec = join(path, "jupyter", "kernels", "deno");
  Deno.mkdirSync(spec, { recursive: true });
  const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
  Deno.writeTextFileSync(
    join(spec, "kernel.json"),
    JSON.stringify({ argv, display_name: "Deno", language: "typescript" }),
  );
  return {
    path,
    env: { JUPYTER_PATH: join(path, "jupyter"), NO_COLOR: "1" },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}
