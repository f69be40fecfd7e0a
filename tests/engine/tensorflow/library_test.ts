import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import {
  findLibrary,
  installFolder,
  libraryNames,
  TENSORFLOW_VERSION,
} from "../../../lib/engine/tensorflow/library/library.ts";
import { HAS_TENSORFLOW } from "../engines.ts";
import { probe } from "../probe.ts";

const isUnix = Deno.build.os !== "windows";

/** An environment in which no library can be found, unless `folder` holds it. */
function bare(folder: string): Record<string, string> {
  return { MSA_TENSORFLOW: "", HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), PATH: folder };
}

/** A temporary folder for one test; Deno's own cache stays where it is. */
function temporary(): { readonly path: string; readonly env: Record<string, string> } & Disposable {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "msa-library-" }));
  const home = Deno.env.get("HOME") ?? "";
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache");
  const DENO_DIR = Deno.env.get("DENO_DIR") ?? join(cache, "deno");
  return {
    path,
    env: { ...bare(path), DENO_DIR },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** A python3 that says that tensorflow lies in `folder`. */
function plantPython(path: string, folder: string): void {
  Deno.writeTextFileSync(join(path, "python3"), `#!/bin/sh\necho "${folder}"\n`, { mode: 0o755 });
}

Deno.test("auto falls to cpu with one line that says how to get the fast engine", () => {
  using folder = temporary();
  const { code, name, stderr } = probe({}, folder.env);
  assertEquals([code, name], [0, "cpu"]);
  const lines = stderr.trim().split("\n").filter((line) => line.startsWith("Engine:"));
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0]!, "deno task engine:install");
  assert(!stderr.includes("Hi, looks like you are running TensorFlow.js"));
});

Deno.test("tensorflow asked for by name and not found is an error that says how to get it", () => {
  using folder = temporary();
  const { code, error, message } = probe({ engine: "tensorflow" }, folder.env);
  assertEquals([code, error], [1, "EngineError"]);
  assertStringIncludes(message!, `Cannot open the engine "tensorflow": its library was not found`);
  assertStringIncludes(message!, "MSA_TENSORFLOW");
});

Deno.test("MSA_TENSORFLOW that names nothing usable is one clear error, for auto too", () => {
  using folder = temporary();
  const text = join(folder.path, "notes.txt");
  Deno.writeTextFileSync(text, "this is not a library");
  const cases = [
    [text, `Cannot load TensorFlow from "${text}": it is not a library that this machine can load`],
    [join(folder.path, "absent"), "there is no such file or folder"],
    [folder.path, `the folder holds none of ${libraryNames().main[0]}`],
  ] as const;
  for (const [named, expected] of cases) {
    for (const engine of ["auto", "tensorflow"] as const) {
      const env = { ...folder.env, MSA_TENSORFLOW: named };
      const { code, error, message } = probe({ engine }, env);
      assertEquals([code, error !== undefined], [1, true], `${named}, ${engine}`);
      assertStringIncludes(message!, expected);
    }
  }
});

Deno.test("cpu asked for by name does not look at MSA_TENSORFLOW", () => {
  using folder = temporary();
  const env = { ...folder.env, MSA_TENSORFLOW: join(folder.path, "absent") };
  assertEquals(probe({ engine: "cpu" }, env).name, "cpu");
});

/** Some library of this process that is not TensorFlow's. */
function anyLibrary(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  return /\S+\/libc\.so\S*/.exec(Deno.readTextFileSync("/proc/self/maps"))?.[0];
}

Deno.test({
  name: "MSA_TENSORFLOW that names another library says which function is missing",
  ignore: anyLibrary() === undefined,
  fn: () => {
    using folder = temporary();
    const env = { ...folder.env, MSA_TENSORFLOW: anyLibrary()! };
    const { code, message } = probe({}, env);
    assertEquals(code, 1);
    assert(/it has no function "TFE?_\w+", expected the C API of TensorFlow 2/.test(message!));
  },
});

const library = HAS_TENSORFLOW ? findLibrary()!.path : "";
const framework = join(dirname(library), libraryNames().beside);

Deno.test({
  name: "a part of TensorFlow without the C API is an error, not a crash at the end",
  ignore: !HAS_TENSORFLOW,
  fn: () => {
    using folder = temporary();
    const { code, message } = probe({}, { ...folder.env, MSA_TENSORFLOW: framework });
    assertEquals(code, 1);
    assertStringIncludes(message!, "it has no function");
  },
});

Deno.test({
  name: "the library is found in the cache folder, before a Python environment's",
  ignore: !HAS_TENSORFLOW || Deno.build.os !== "linux",
  fn: () => {
    using folder = temporary();
    const installed = join(folder.path, "cache", "msa", `tensorflow-${TENSORFLOW_VERSION}`);
    Deno.mkdirSync(installed, { recursive: true });
    for (const path of [library, framework]) {
      Deno.symlinkSync(path, join(installed, path.slice(dirname(path).length + 1)));
    }
    plantPython(folder.path, "/nowhere");
    const { name, library: found } = probe({}, folder.env);
    assertEquals([name, found], ["tensorflow", join(installed, libraryNames().main[0]!)]);
  },
});

Deno.test({
  name: "the library of a Python environment is found without importing it",
  ignore: !HAS_TENSORFLOW || !isUnix,
  fn: () => {
    using folder = temporary();
    plantPython(folder.path, dirname(library));
    const { name, library: found } = probe({}, folder.env);
    assertEquals([name, found], ["tensorflow", library]);
  },
});

Deno.test({
  name: "auto passes over a Python environment's library that does not load, and says so",
  ignore: !isUnix,
  fn: () => {
    using folder = temporary();
    Deno.writeTextFileSync(join(folder.path, libraryNames().main[0]!), "broken");
    plantPython(folder.path, folder.path);
    const { code, name, stderr } = probe({}, folder.env);
    assertEquals([code, name], [0, "cpu"]);
    assertStringIncludes(stderr, "it is not a library that this machine can load");
    assertEquals(probe({ engine: "tensorflow" }, folder.env).code, 1);
  },
});

Deno.test("installFolder() carries the version", () => {
  assert(installFolder().endsWith(join("msa", `tensorflow-${TENSORFLOW_VERSION}`)));
});

Deno.test({
  name: "TensorFlow's own words stay off stderr, but for a user who sets their level",
  ignore: !HAS_TENSORFLOW || !isUnix,
  fn() {
    const said = (level: string) =>
      probe({ engine: "tensorflow" }, { TF_CPP_MIN_LOG_LEVEL: level }).stderr.trim().split("\n")
        .filter((line) => !line.startsWith("Engine:") && line !== "");
    assertEquals(said("2"), []);
    assert(said("0").length > 0);
  },
});
