/** JSON in which every name is unique. @module */

/** What is open while the text is scanned: the names of an object so far, or null for a list. */
type Level = Set<string> | null;

/**
 * Parses JSON, but refuses what `JSON.parse` hides or what makes it expensive: a name that an
 * object has twice (the last would win), the name `__proto__`, and deep nesting.
 *
 * @param maxDepth how many objects and lists may be open at once
 * @throws {SyntaxError}
 */
export function parseUniqueJson(text: string, maxDepth: number): unknown {
  const open: Level[] = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        string = text.slice(at, end);
        at = end - 1;
        break;
      }
      case ":":
        addName(open.at(-1), string);
        break;
      case "{":
      case "[":
        if (open.length === maxDepth) throw new SyntaxError(`it is nested deeper than ${maxDepth}`);
        open.push(text[at] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
    }
  }
  return JSON.parse(text);
}

/** Position after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new SyntaxError("it ends inside a string");
}

function addName(level: Level | undefined, string: string): void {
  if (!level) throw new SyntaxError('it has a ":" outside an object');
  const name: unknown = JSON.parse(string);
  if (typeof name !== "string" || name === "__proto__") {
    throw new SyntaxError(`it has the name ${string}, which is not allowed`);
  }
  if (level.has(name)) throw new SyntaxError(`it has the name ${string} twice`);
  level.add(name);
}
