/** What `deno doc mod.ts` shows is complete. */

import { assertEquals, assertMatch } from "@std/assert";
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

Deno.test("every public symbol, member and referenced type is documented", async () => {
  const { code, text } = await denoDoc("--lint", "mod.ts");
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
