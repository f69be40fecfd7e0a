/** The rules of CONTRIBUTING about what may import what, read from the import graph. */

import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

/** Folders of `lib`; each may import only from those before it. */
const LAYERS = [
  "core",
  "statistics",
  "display",
  "engine",
  "data",
  "features",
  "nn",
  "media",
  "evaluation",
  "models",
  "training",
  "export",
  "parity",
  "studies",
  "watch",
  "analysis",
  "session",
];

const LONGEST_FILE = 400;

/** Local imports by importing file, both as paths from the root, of all TypeScript files. */
async function importGraph(): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>();
  const pending = [...filesBelow("lib"), ...filesBelow("tasks"), "mod.ts"];
  const specifier =
    /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)|(?:^|\n)import "(\.[^"]+)"/g;
  for (const file of pending) {
    const text = await Deno.readTextFile(join(ROOT, file));
    // Examples in comments import too, but are no code of this file.
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
    const targets = [...code.matchAll(specifier)].map((match) => match[1] ?? match[2] ?? match[3]!);
    graph.set(file, targets.map((target) => relative(ROOT, join(ROOT, file, "..", target))));
  }
  return graph;
}

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

/** The layer of a file in `lib`; null elsewhere. */
function layerOf(file: string): string | null {
  return /^lib\/([^/]+)\//.exec(file)?.[1] ?? null;
}

/** Files on an import cycle; empty where there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (state.get(file) === "done") return [];
    if (state.get(file) === "open") return [...path.slice(path.indexOf(file)), file];
    state.set(file, "open");
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    state.set(file, "done");
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

Deno.test("lib imports only from layers to the left", async () => {
  const graph = await importGraph();
  const wrong = [...graph].flatMap(([file, targets]) => {
    const from = layerOf(file);
    if (from === null) return [];
    return targets.filter((target) => {
      const to = layerOf(target);
      return to === null || LAYERS.indexOf(to) > LAYERS.indexOf(from);
    }).map((target) => `${file} imports ${target}`);
  });
  assert(graph.size > 50, "the import graph was read");
  assertEquals(wrong, []);
});

Deno.test("lib has no folder that is not a layer", () => {
  const folders = [...Deno.readDirSync(join(ROOT, "lib"))].map((entry) => entry.name);
  assertEquals(folders.filter((name) => !LAYERS.includes(name)), []);
});

Deno.test("a layer is entered from other layers by a mod.ts or by a file at its top", async () => {
  const graph = await importGraph();
  const wrong = [...graph].flatMap(([file, targets]) =>
    targets.filter((target) => {
      const [from, to] = [layerOf(file), layerOf(target)];
      return to !== null && from !== to && target.split("/").length > 3 &&
        !target.endsWith("/mod.ts") && !target.startsWith("lib/nn/losses/");
    }).map((target) => `${file} imports ${target}`)
  );
  assertEquals(wrong, []);
});

/** Imports between folders, as a graph: of those beside each other, and of one in another's. */
function folderGraph(graph: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const from = dirname(file);
    for (const to of targets.map(dirname)) {
      // A folder and those in it are one room with corners.
      if (from === to || isInside(from, to) || isInside(to, from)) continue;
      folders.set(from, (folders.get(from) ?? new Set()).add(to));
    }
  }
  return new Map([...folders].map(([from, targets]) => [from, [...targets]]));
}

function isInside(folder: string, other: string): boolean {
  return folder.startsWith(`${other}/`);
}

Deno.test("no two folders beside each other import each other", async () => {
  assertEquals(findCycle(folderGraph(await importGraph())), []);
});

Deno.test("folderGraph() shows two folders that import each other by different files", () => {
  const graph = new Map([
    ["lib/a/table.ts", ["lib/b/page.ts"]],
    ["lib/b/report.ts", ["lib/a/names.ts"]],
  ]);
  assertEquals(findCycle(graph), []);
  assertEquals(findCycle(folderGraph(graph)), ["lib/a", "lib/b", "lib/a"]);
});

Deno.test("there is no import cycle", async () => {
  assertEquals(findCycle(await importGraph()), []);
});

Deno.test("findCycle() finds a planted cycle", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]);
  assertEquals(findCycle(graph), ["b", "c", "b"]);
});

Deno.test("tasks import the library by the doors of its folders, or light files", async () => {
  const graph = await importGraph();
  const wrong = [...graph].flatMap(([file, targets]) =>
    targets.filter((target) =>
      file.startsWith("tasks/") && !target.startsWith("tasks/") &&
      !/^lib\/\w+\/mod\.ts$/.test(target) &&
      !/^lib\/((core|display)\/|(data\/modality|training\/training_defaults)\.ts$)/.test(target)
    ).map((target) => `${file} imports ${target}`)
  );
  assertEquals(wrong, []);
});

Deno.test("no file hides more than one idea: at most 400 lines", async () => {
  const long: string[] = [];
  for (const file of [...filesBelow("lib"), ...filesBelow("tasks"), "mod.ts"]) {
    const lines = (await Deno.readTextFile(join(ROOT, file))).split("\n").length;
    if (lines > LONGEST_FILE) long.push(`${file}: ${lines}`);
  }
  assertEquals(long, []);
});
