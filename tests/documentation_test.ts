/** What `deno doc mod.ts` shows is complete. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "./training/small.ts";

const ROOT = join(import.meta.dirname!, "..");

/** What `deno doc` says, and its exit status. */
async function denoDoc(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  return { code, text };
}

/** The public doors: `mod.ts` and the subpaths. */
const DOORS = Object.values<string>(
  JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json"))).exports,
);

Deno.test("every public symbol, member and referenced type is documented", async () => {
  assert(DOORS.length > 5 && DOORS[0] === "./mod.ts", "the doors were read");
  const { code, text } = await denoDoc("--lint", ...DOORS);
  const found = [...text.matchAll(/^error\[[\w-]+\]: .*\n +--> .*$/gm)].map(([first]) => first);
  assertEquals({ code, found }, { code: 0, found: [] });
});

Deno.test("the documentation builds as HTML, with our types of tensors in it", async () => {
  await withFolder(async (folder) => {
    const { code, text } = await denoDoc("--html", `--output=${folder}`, "mod.ts");
    assertEquals(code, 0, text);
    assertMatch(Deno.readTextFileSync(join(folder, "all_symbols.html")), /tf\.Tensor3D/);
  });
});

Deno.test("mod.ts has a public face that a person can read", async () => {
  const { text } = await denoDoc("--json", "mod.ts");
  const [module] = Object.values<{ symbols: readonly { name: string }[] }>(JSON.parse(text).nodes);
  const names = module!.symbols.map(({ name }) => name);
  assert(names.length > 60 && names.length <= 100, `${names.length} names`);
  const helpers = /^(lockFolder|RowFile|createProgress|addInPlace|writeFileAtomic|unknownName)$/;
  assertEquals(names.filter((name) => helpers.test(name)), []);
});
