/**
 * `msa NAME …`: the commands from any folder, once it is installed by `deno install`. It starts what
 * `deno task NAME` starts, with the rights of deno.json and no more, and in the folder that it is
 * called in.
 *
 * It imports no package: `deno install` takes a script without the checkout's configuration.
 *
 * @module
 */

import { join } from "node:path";
import { unknownName } from "../lib/core/suggest.ts";
import { inColor, terminalColumns } from "../lib/display/terminal.ts";

const ROOT = join(import.meta.dirname!, "..");

/** A task of deno.json that is a file of this folder. */
interface Task {
  readonly description: string;
  /** Arguments of `deno`, without those of the person. */
  readonly args: readonly string[];
}

/** The tasks that are commands of this folder, by name; paths are whole, for any working folder. */
function readTasks(): Map<string, Task> {
  const { tasks } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json"))) as {
    tasks: Record<string, { readonly description: string; readonly command: string }>;
  };
  return new Map(
    Object.entries(tasks).flatMap(([name, { description, command }]): [string, Task][] => {
      const [, flags, file] = /^deno run (.*?) ?(tasks\/\w+\.ts)$/.exec(command) ?? [];
      if (file === undefined) return [];
      const whole = flags!.split(" ").map((flag) =>
        flag.replace(/^--lock=(.*)/, (_, path) => `--lock=${join(ROOT, path)}`)
      );
      const config = `--config=${join(ROOT, "deno.json")}`;
      return [[name, {
        description,
        args: ["run", "--quiet", config, ...whole, join(ROOT, file)],
      }]];
    }),
  );
}

/** A line a command, no wider than the terminal. */
function listOf(tasks: ReadonlyMap<string, Task>): string {
  const width = Math.max(...[...tasks.keys()].map(({ length }) => length));
  const room = terminalColumns() - width - 4;
  const lines = [...tasks].map(([name, { description }]) => {
    const text = description.length > room ? `${description.slice(0, room - 1)}…` : description;
    return `  ${name.padEnd(width)}  ${text}`;
  });
  return [
    "Usage: msa COMMAND [flags]",
    "",
    ...lines,
    "",
    "msa COMMAND --help tells what it takes.",
  ].join("\n");
}

async function main(): Promise<number> {
  const tasks = readTasks();
  const [name, ...args] = Deno.args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(listOf(tasks));
    return 0;
  }
  const task = tasks.get(name);
  if (task === undefined) {
    const message = unknownName("command", name, tasks.keys());
    console.error(`${inColor("error:", "error")} ${message}`);
    return 2;
  }
  const child = new Deno.Command(Deno.execPath(), { args: [...task.args, ...args] }).spawn();
  // Ctrl-C reaches the command by itself, which saves and ends; what a scheduler sends is passed on.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  return (await child.status).code;
}

if (import.meta.main) Deno.exit(await main());
