/** `deno task jupyter`: Deno's kernel for Jupyter, and JupyterLab where there is one. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "jupyter",
  summary: "Installs Deno's kernel for Jupyter and opens the notebooks in JupyterLab",
  flags: [
    { name: "yes", help: "replace the kernel of another Deno without asking" },
    { name: "kernel-only", help: "install the kernel and open nothing" },
  ],
  notes: [
    "The kernel is installed for you alone, under the name deno. Stop JupyterLab with Ctrl-C.",
    "Editors that run notebooks, such as VS Code, find the kernel too.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/jupyter.ts"));
