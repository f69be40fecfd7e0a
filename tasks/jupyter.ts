/** `deno task jupyter`: Deno's kernel for Jupyter, and JupyterLab where there is one. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "jupyter",
  summary: "Installs Deno's kernel for Jupyter and opens the notebooks in JupyterLab",
  arguments: ["[PATH]"],
  flags: [
    { name: "yes", help: "replace the kernel of another Deno without asking" },
    { name: "kernel-only", help: "install the kernel and open nothing" },
    { name: "no-browser", help: "print the address, for a browser elsewhere, and open none" },
    {
      name: "port",
      value: "N",
      help: "where JupyterLab listens (default: the first free from 8888 on)",
    },
    { name: "allow-root", help: "let JupyterLab run as root, as in a container" },
  ],
  notes: [
    "PATH is a notebook or a folder, such as one made by init (default: the first notebook here).",
    "The kernel is installed for you alone, under the name deno. Stop JupyterLab with Ctrl-C.",
    "Editors that run notebooks, such as VS Code, find the kernel too.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/jupyter.ts"));
