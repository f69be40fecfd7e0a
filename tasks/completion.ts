/** `deno task completion SHELL`: what a shell needs to complete `msa`. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name and arguments. */
export const COMMAND: Command = {
  name: "completion",
  summary: "Prints a script that completes msa in bash, zsh or fish",
  arguments: ["SHELL"],
  flags: [],
  notes: [
    "For bash: source <(msa completion bash) in ~/.bashrc. For zsh: the same with zsh in ~/.zshrc, after",
    "compinit. For fish: msa completion fish > ~/.config/fish/completions/msa.fish. It knows commands,",
    "flags, their choices, models, studies and settings.",
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/completion.ts"));
