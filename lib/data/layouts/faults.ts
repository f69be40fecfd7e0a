/** What is wrong with a file, as one message. @module */

/**
 * Faults, each `split "train" …`, as one text: those of the same words in several splits together,
 * and those of data without splits (`all`) without its name.
 */
export function grouped(faults: readonly string[]): string {
  const splits = new Map<string, string[]>();
  for (const fault of faults) {
    const [, name, text] = /^split "(\w+)" ([^]*)$/.exec(fault) ?? [];
    if (name === undefined || text === undefined) splits.set(fault, []);
    else splits.set(text, [...splits.get(text) ?? [], ...(name === "all" ? [] : [name])]);
  }
  return [...splits].map(([text, names]) => {
    if (names.length === 0) return text;
    return `split ${names.map((name) => `"${name}"`).join(", ")} ${text}`;
  }).join("; ");
}
