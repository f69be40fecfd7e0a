/** Scripts by which a shell completes the words of `msa`. @module */

/** A command, as far as completion goes. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  /** What may be its first argument, besides files. */
  readonly words: readonly string[];
  readonly flags: readonly {
    readonly name: string;
    readonly help: string;
    readonly takesValue: boolean;
    /** What may follow; empty for files, numbers and other texts. */
    readonly values: readonly string[];
  }[];
}

/** By the name of the shell. */
export const SCRIPTS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Lines of a `case` on "COMMAND PREVIOUS": what may follow a flag, and on COMMAND: its flags and words. */
function casesOf(
  commands: readonly Completed[],
  reply: (words: readonly string[]) => string,
): { readonly values: string; readonly words: string } {
  const values = commands.flatMap(({ name, flags }) =>
    flags.filter(({ values }) => values.length > 0)
      .map((flag) => `    "${name} --${flag.name}") ${reply(flag.values)}; return ;;`)
  );
  const words = commands.map(({ name, flags, words }) =>
    `    ${name}) ${reply([...words, ...flags.map((flag) => `--${flag.name}`)])} ;;`
  );
  return { values: values.join("\n"), words: words.join("\n") };
}

function bashScript(commands: readonly Completed[]): string {
  const reply = (words: readonly string[]) =>
    `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word"))`;
  const { values, words } = casesOf(commands, reply);
  return `# Completes msa in bash: source <(msa completion bash)
# Names of commands have colons, and settings end in =.
COMP_WORDBREAKS=\${COMP_WORDBREAKS//:}
COMP_WORDBREAKS=\${COMP_WORDBREAKS//=}
_msa() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  compopt +o nospace
  if ((COMP_CWORD == 1)); then
    ${reply(commands.map(({ name }) => name))}
    return
  fi
  [[ $before == --set ]] && compopt -o nospace
  case "\${COMP_WORDS[1]} $before" in
${values}
  esac
  case \${COMP_WORDS[1]} in
${words}
  esac
}
complete -o default -F _msa msa`;
}

function zshScript(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const reply = (words: readonly string[]) => {
    if (words.length === 0) return ":";
    const isOpen = words.every((word) => word.endsWith("="));
    return `compadd ${isOpen ? "-S '' " : ""}-- ${words.join(" ")}`;
  };
  const cases = casesOf(commands, reply);
  const described = commands.map(({ name, summary }) =>
    `    ${quoted(`${name.replaceAll(":", "\\:")}:${summary}`)}`
  );
  return `#compdef msa
# Completes msa in zsh: source <(msa completion zsh) after compinit
_msa() {
  local -a found
  if ((CURRENT == 2)); then
    found=(
${described.join("\n")}
    )
    _describe command found
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${cases.values}
  esac
  case $words[2] in
${cases.words}
  esac
  _files
}
compdef _msa msa`;
}

function fishScript(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  const lines = commands.flatMap(({ name, summary, words, flags }) => {
    const seen = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c msa -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...words.length === 0 ? [] : [`complete -c msa ${seen} -a ${quoted(words.join(" "))}`],
      ...flags.map(({ name, help, takesValue, values }) => {
        const value = values.length > 0
          ? ` -x -a ${quoted(values.join(" "))}`
          : takesValue
          ? " -r"
          : "";
        return `complete -c msa ${seen} -l ${name}${value} -d ${quoted(help)}`;
      }),
    ];
  });
  return ["# Completes msa in fish: msa completion fish | source", ...lines].join("\n");
}
