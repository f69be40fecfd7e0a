/** The work of `deno task completion`. @module */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unknownName, UsageError } from "../../lib/core/mod.ts";
import { MODELS } from "../../lib/models/mod.ts";
import { STUDIES } from "../../lib/studies/mod.ts";
import { settingsOf } from "../../lib/training/mod.ts";
import type { Call, Command, Flag } from "../shared/command.ts";
import { type Completed, SCRIPTS } from "../shared/completion_scripts.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

/** Prints the script for a shell. */
export async function work(call: Call): Promise<void> {
  const shell = call.arguments[0]!;
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw new UsageError(unknownName("shell", shell, Object.keys(SCRIPTS)));
  }
  console.log(script(await completed()));
}

/** Every command that is a file of `tasks`, with what its flags and its first argument may be. */
async function completed(): Promise<Completed[]> {
  const { tasks } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json"))) as {
    tasks: Record<string, { readonly command: string }>;
  };
  const found: Completed[] = [];
  for (const { command } of Object.values(tasks)) {
    const file = / (tasks\/\w+\.ts)$/.exec(command)?.[1];
    if (file === undefined) continue;
    const { COMMAND } = await import(pathToFileURL(join(ROOT, file)).href) as { COMMAND: Command };
    found.push({
      name: COMMAND.name,
      summary: COMMAND.summary,
      words: wordsOf(COMMAND),
      flags: COMMAND.flags.map((flag) => ({
        name: flag.name,
        help: flag.help,
        takesValue: flag.value !== undefined,
        values: valuesOf(flag),
      })),
    });
  }
  return found;
}

/** What may follow a command; files may always. */
function wordsOf({ name }: Command): readonly string[] {
  if (name === "study") return [...STUDIES.map(({ name }) => name), "status", "cancel", "table"];
  return name === "completion" ? Object.keys(SCRIPTS) : [];
}

/** What may follow a flag; nothing where it takes a file or a number. */
function valuesOf({ name, choices }: Flag): readonly string[] {
  if (name === "model") return MODELS.map(({ name }) => name);
  if (name === "set") {
    const keys = new Set(MODELS.flatMap((model) => Object.keys(settingsOf(model))));
    return [...keys].sort().map((key) => `${key}=`);
  }
  return choices ?? [];
}
