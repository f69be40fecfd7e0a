import { assert, assertEquals } from "@std/assert";
import { gitCommit, peakMemory, VERSION, versions } from "../../lib/training/versions.ts";

Deno.test("versions() names what a run was made with", () => {
  assertEquals(versions("2.21.0"), {
    msa: VERSION,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    engine: "2.21.0",
  });
});

Deno.test("VERSION is that of deno.json", () => {
  const config = Deno.readTextFileSync(new URL("../../deno.json", import.meta.url));
  assertEquals(JSON.parse(config).version, VERSION);
});

Deno.test("gitCommit() is a commit, or null where there is none", () => {
  const commit = gitCommit();
  assert(commit === null || /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit), `${commit}`);
});

Deno.test("peakMemory() does not fall when memory is freed", () => {
  const before = peakMemory();
  assert(before > 1e7, `${before} bytes`);
  let large: Uint8Array | null = new Uint8Array(1 << 26).fill(1);
  const high = peakMemory();
  assert(large.length > 0);
  large = null;
  assert(peakMemory() >= high && high >= before);
});
