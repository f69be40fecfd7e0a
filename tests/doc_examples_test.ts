/** What `deno doc mod.ts` shows can be tried: `deno test --doc` runs the examples, this finds gaps. */

import { assert, assertEquals } from "@std/assert";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

/** What must have an example; a type is shown at work by the functions that take and give it. */
const KINDS = ["function", "class", "variable"];

/** A declaration of a symbol, as far as it is read here. */
interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  /** Of overloads the last one has the body, and is not seen by callers. */
  readonly def?: { readonly hasBody?: boolean };
  readonly jsDoc?: { readonly tags?: readonly { readonly kind: string; readonly doc?: string }[] };
}

interface PublicSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

async function publicSymbols(): Promise<readonly PublicSymbol[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: ROOT,
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  return (Object.values(nodes)[0] as { symbols: readonly PublicSymbol[] }).symbols;
}

/** Whether an example is a block that `deno test --doc` runs, that can fail, and leaves no file. */
function isTest(example: string): boolean {
  const [, attributes, code = ""] = /^```(?:ts|typescript)\b(.*)\n([^]*?)^```/m.exec(example) ?? [];
  const cleansUp = !code.includes("Deno.makeTemp") || code.includes("Deno.removeSync");
  return attributes?.trim() === "" && /\bassert\w*\(/.test(code) && cleansUp;
}

Deno.test("every public function, overload, class and constant has an example that runs and asserts", async () => {
  const shown = (await publicSymbols()).flatMap(({ name, declarations }) =>
    declarations
      .filter(({ kind }) => KINDS.includes(kind))
      .filter(({ def }, _, all) => all.length === 1 || def?.hasBody !== true)
      .map(({ location: { filename, line }, jsDoc }) => ({
        name,
        place: `${relative(ROOT, new URL(filename).pathname)}:${line + 1}`,
        runs: (jsDoc?.tags ?? []).some(({ kind, doc }) => kind === "example" && isTest(doc ?? "")),
      }))
  );
  assert(shown.length > 40, "the symbols were read");
  const lacking = shown.filter(({ runs }) => !runs);
  assertEquals(lacking.map(({ name, place }) => `${name}, ${place}`), []);
});

Deno.test("isTest() refuses a block that is ignored, cannot fail or leaves a file", () => {
  const block = (fence: string, code: string) =>
    isTest("Title\n```" + fence + "\n" + code + "\n```");
  assert(block("ts", "assertEquals(mae([1], [1]), 0);"));
  assert(!block("ts ignore", "assertEquals(mae([1], [1]), 0);"));
  assert(!block("sh", "assertEquals"));
  assert(!block("ts", "mae([1], [1]); // asserts nothing"));
  assert(!block("ts", "assert(exists(Deno.makeTempFileSync()));"));
});
