/** The packages that a newcomer downloads: few, and always the same. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { recipeOf } from "../lib/media/recipe.ts";
import { EXTRACT_DEFAULTS } from "../lib/media/settings.ts";

const ROOT = join(import.meta.dirname!, "..");

// deno-lint-ignore no-explicit-any -- package files as they are
function readJson(name: string): any {
  return JSON.parse(Deno.readTextFileSync(join(ROOT, name)));
}

/** Packages of tens or hundreds of megabytes, which may be loaded only where they are used. */
const HEAVY = [
  "danfojs",
  "danfojs-node",
  "@xenova/transformers",
  "@huggingface/transformers",
  "onnxruntime-node",
  "onnxruntime-web",
  "sharp",
  "xlsx",
  "vega",
  "vega-lite",
  "@tensorflow/tfjs-node",
  "@tensorflow/tfjs-backend-webgl",
  "@tensorflow/tfjs-converter",
  "@tensorflow/tfjs-data",
  "@tensorflow/tfjs-backend-wasm",
  "@vladmandic/human",
];

/** `@scope/name@1.2.3_peer` → `@scope/name@1.2.3` */
function withoutPeers(id: string): string {
  return id.replace(/^(@?[^@]+@[^_]+)_.*$/, "$1");
}

Deno.test("deno.lock holds nothing heavy, so that the first command starts soon", () => {
  const text = Deno.readTextFileSync(join(ROOT, "deno.lock"));
  const ids = Object.keys(readJson("deno.lock").npm).map(withoutPeers);
  const names = ids.map((id) => id.replace(/@[^@]+$/, ""));
  assert(names.includes("@tensorflow/tfjs-core"), "the lock was read");
  assertEquals(names.filter((name) => HEAVY.includes(name)), []);
  // The umbrella stands for tfjs-core here: the override of package.json.
  const umbrella = ids.filter((id) => id.startsWith("@tensorflow/tfjs@"));
  assertEquals(umbrella.filter((id) => !id.includes("npm:@tensorflow/tfjs-core@")), []);
  assert(names.length <= 90 && text.length <= 20_000, `${names.length} packages`);
});

Deno.test("deno.lock knows every package by its hash, and none from elsewhere than npm", () => {
  const lock = readJson("deno.lock");
  for (const [id, entry] of Object.entries<{ integrity?: string }>(lock.npm)) {
    assertMatch(entry.integrity ?? "", /^sha512-/, id);
  }
  assertEquals([lock.jsr, lock.remote], [undefined, undefined]);
  assertEquals(Object.keys(lock.specifiers).filter((name) => !name.startsWith("npm:")), []);
});

Deno.test("deno.lock is a part of deno.full.lock, with the same hashes", () => {
  const [slim, full] = ["deno.lock", "deno.full.lock"].map((name) =>
    readJson(name).npm as Record<string, { integrity: string }>
  );
  for (const [id, { integrity }] of Object.entries(slim!)) {
    assertEquals(full![id]?.integrity, integrity, id);
  }
});

Deno.test("deno.media.lock is deno.lock and what looks at and hears clips, which no other lock has", () => {
  const [slim, media, full] = ["deno.lock", "deno.media.lock", "deno.full.lock"]
    .map((name) => Object.keys(readJson(name).npm));
  const own = media!.filter((id) => !slim!.includes(id));
  const names = own.map((id) => withoutPeers(id).replace(/@[^@]+$/, ""));
  assertEquals(names.sort(), [
    "@tensorflow/tfjs-backend-wasm",
    "@tensorflow/tfjs-converter",
    "@types/emscripten",
    "@vladmandic/human",
    "fft.js",
  ]);
  assertEquals(slim!.filter((id) => !media!.includes(id)), []);
  // danfojs brings the converter into deno.full.lock, tests of descriptors the transforms.
  assertEquals(own.filter((id) => full!.includes(id)).map((id) => withoutPeers(id)), [
    "@tensorflow/tfjs-converter@4.22.0",
    "fft.js@4.0.4",
  ]);
});

Deno.test("deno.encoders.lock is deno.media.lock and what runs encoders, as deno.full.lock has it", () => {
  const [media, encoders, full] = ["deno.media.lock", "deno.encoders.lock", "deno.full.lock"]
    .map((name) => readJson(name).npm as Record<string, { integrity: string }>);
  assertEquals(Object.keys(media!).filter((id) => !(id in encoders!)), []);
  const own = Object.keys(encoders!).filter((id) => !(id in media!));
  assert(own.some((id) => id.startsWith("@xenova/transformers@")), "the package is there");
  assertEquals(own.filter((id) => full![id]?.integrity !== encoders![id]!.integrity), []);
});

Deno.test("the versions that recipes name are those of imports.json", () => {
  const { imports } = readJson("imports.json");
  const recipe = recipeOf(EXTRACT_DEFAULTS, {});
  assertEquals(`npm:${recipe.vision!["package"]}`, imports["@vladmandic/human"]);
  assertEquals(`npm:${recipe.tools["runtime"]}`, imports["@tensorflow/tfjs-backend-wasm"]);
});

Deno.test("every task names the lock that knows all packages", () => {
  for (
    const [name, { command }] of Object.entries<{ command: string }>(readJson("deno.json").tasks)
  ) {
    assertMatch(command, /deno (run|test) --lock=deno\.full\.lock /, name);
  }
  assertEquals(readJson("deno.json").unstable, ["npm-lazy-caching"]);
});

Deno.test("imports.json names exact versions", () => {
  for (const [name, target] of Object.entries<string>(readJson("imports.json").imports)) {
    // The standard library comes from the links of deno.json, which are in the repository.
    if (name.startsWith("@std/")) assertMatch(target, /^jsr:\/?@std\/\w+@\^1\.0\.0\/?$/);
    else assertMatch(target, /^npm:\/?(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/.*)?$/);
  }
});

Deno.test("the linked packages of the standard library name an exact version", () => {
  const { links } = readJson("deno.json");
  assertEquals(links, ["./.std/cli", "./.std/assert"]);
  for (const link of links) {
    const folder = join(ROOT, link);
    const source = Deno.readTextFileSync(join(folder, "mod.ts"));
    const targets = [...source.matchAll(/"(npm:[^"]+)"/g)].map((match) => match[1]!);
    assert(targets.length > 0, link);
    for (const target of targets) assertMatch(target, /^npm:deno-std@\d+\.\d+\.\d+\//);
  }
});

Deno.test("package.json holds overrides only, and deno.json no imports: tasks download all of them", () => {
  assertEquals(Object.keys(readJson("package.json")).sort(), ["overrides", "private", "type"]);
  assertEquals(readJson("deno.json").imports, undefined);
});

Deno.test("notebooks/package.json is the root's: a nested deno.json loses its overrides", () => {
  const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));
  assertEquals(read("../notebooks/package.json"), read("../package.json"));
});
