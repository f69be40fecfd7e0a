/** METHODS.md has every equation and section that a comment cites. */

import { assert, assertEquals } from "@std/assert";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");
const METHODS = Deno.readTextFileSync(join(ROOT, "METHODS.md"));

/** What may be cited. */
interface Numbers {
  /** In the order of the file: a paragraph that begins with `(12)`. */
  readonly equations: readonly number[];
  /** `1`, `1.7`, and `1.7.3` for the third point of a list in 1.7. */
  readonly sections: ReadonlySet<string>;
}

function numbersOf(text: string): Numbers {
  const equations = [...text.matchAll(/\n\n\((\d+)\) /g)].map(([, number]) => Number(number));
  const sections = new Set<string>();
  let section = "";
  for (const line of text.split("\n")) {
    const heading = /^#{2,3} (\d+(?:\.\d+)?) /.exec(line)?.[1];
    if (heading !== undefined) sections.add(section = heading);
    const point = /^(\d+)\. /.exec(line)?.[1];
    if (point !== undefined) sections.add(`${section}.${point}`);
  }
  return { equations, sections };
}

/** A citation: of an equation, `12`, or of a section, `METHODS 1.7`. */
interface Citation {
  readonly place: string;
  readonly target: string;
}

/** Comments of a file with their line numbers, without the code of examples. */
function commentsOf(text: string): { line: number; text: string }[] {
  return [...text.matchAll(/\/\*[^]*?\*\/|(?<=^|[\s;{(,])\/\/.*(?:\n\s*\/\/.*)*/g)].map((
    found,
  ) => ({
    line: text.slice(0, found.index).split("\n").length,
    text: found[0].replaceAll(/```[^]*?```/g, "").replaceAll(/`[^`\n]*`/g, "")
      .replaceAll(/\n\s*(?:\*|\/\/) ?/g, " "),
  }));
}

/**
 * What the comments of a file cite. Equations are `(12)`, `(3)–(6)`, or numbers after the word,
 * unless it follows a year, an `@example` or a name: those count by the numbers of another source.
 */
function citationsOf(file: string, text: string): Citation[] {
  return commentsOf(text).flatMap(({ line, text }) => {
    const place = `${file}:${line}`;
    const cite = (targets: string[]) => targets.map((target) => ({ place, target }));
    const sections = [
      ...text.matchAll(
        /\bMETHODS(?:\.md)?(?: of this project)?,? ((?:\d+(?:\.\d+)*(?:,? and |, )?)+)/g,
      ),
    ]
      .flatMap(([, list]) => list!.match(/\d+(?:\.\d+)*/g)!.map((number) => `METHODS ${number}`));
    const bracketed = [...text.matchAll(/(?<![\w)\]}²⁻⁺ⁿ·/])\((\d{1,2})\)(?:–\((\d{1,2})\))?/g)];
    const worded = [
      ...text.matchAll(
        /(?<!\d{4}, |\bhis )\bequations? \(?(\d{1,2})(?:(?:–| to |, | and )(\d{1,2}))*/gi,
      ),
    ];
    const equations = [...bracketed, ...worded].flatMap(([, from, to]) =>
      to === undefined ? [from!] : [from!, to]
    );
    return cite([...sections, ...equations]);
  });
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

/** Citations that METHODS.md has no target for. */
function unresolved(citations: readonly Citation[], numbers: Numbers): string[] {
  return citations.filter(({ target }) =>
    target.startsWith("METHODS")
      ? !numbers.sections.has(target.slice("METHODS ".length))
      : !numbers.equations.includes(Number(target))
  ).map(({ place, target }) => `${place} cites ${target}`);
}

Deno.test("every equation and section that a comment cites is in METHODS.md", async () => {
  const citations: Citation[] = [];
  for (const folder of ["lib", "tests"]) {
    for await (const file of filesBelow(join(ROOT, folder))) {
      if (file === import.meta.filename) continue;
      citations.push(...citationsOf(relative(ROOT, file), await Deno.readTextFile(file)));
    }
  }
  assert(citations.length > 60, `only ${citations.length} citations were found`);
  assertEquals(unresolved(citations, numbersOf(METHODS)), []);
});

Deno.test("METHODS.md numbers its equations from 1 on, each once and in order", () => {
  const { equations } = numbersOf(METHODS);
  assert(equations.length >= 41);
  assertEquals(equations, equations.map((_, i) => i + 1));
});

Deno.test("a citation is found in every form that comments have, and one of nothing is told", () => {
  const numbers = numbersOf("## 1 A\n\n(1) x\n\n(2) y\n\n### 1.7 B\n\n1. one\n2. two\n");
  const targets = (text: string) => citationsOf("a.ts", text).map(({ target }) => target);
  assertEquals(targets("/** (1), (2)–(4) are those; f(7), x₁ (METHODS 1.7.2). */"), [
    "METHODS 1.7.2",
    "1",
    "2",
    "4",
  ]);
  assertEquals(targets("f(3); // METHODS of this project, 1.7, equations (1)\n"), [
    "METHODS 1.7",
    "1",
    "1",
  ]);
  assertEquals(targets("/** Sources: METHODS 2 and 3; equation 34 */"), [
    "METHODS 2",
    "METHODS 3",
    "34",
  ]);
  assertEquals(
    targets("/** Steiger 1980, equation 7, his equation 14\n * ```ts\n * f(1); (9)\n * ``` */"),
    [],
  );
  assertEquals(targets("const url = 'http://a/(8)';"), []);
  const cited = citationsOf("a.ts", "\n/** (3) and METHODS 1.7.3, 1.7.2 */");
  assertEquals(unresolved(cited, numbers), ["a.ts:2 cites METHODS 1.7.3", "a.ts:2 cites 3"]);
});
