import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { installFolder, libraryNames } from "../../../lib/engine/tensorflow/library/library.ts";
import { runScript } from "../probe.ts";

const isUnix = Deno.build.os !== "windows";
const hasPython = isUnix && runs("python3", "--version");

function runs(command: string, argument: string): boolean {
  try {
    return new Deno.Command(command, { args: [argument] }).outputSync().success;
  } catch {
    return false;
  }
}

/** A temporary folder whose `bin` is all there is on PATH. */
function temporary(): { path: string; env: Record<string, string> } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "msa-install-" });
  Deno.mkdirSync(join(path, "bin"));
  const home = Deno.env.get("HOME") ?? "";
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache");
  return {
    path,
    env: {
      MSA_TENSORFLOW: "",
      HOME: path,
      XDG_CACHE_HOME: join(path, "cache"),
      PATH: join(path, "bin"),
      DENO_DIR: Deno.env.get("DENO_DIR") ?? join(cache, "deno"),
    },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

function plantPython(folder: string, script: string): void {
  Deno.writeTextFileSync(join(folder, "bin", "python3"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Everything below a folder, hidden files too. */
function* below(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    yield name;
    if (isDirectory) yield* below(join(folder, name));
  }
}

/** A zip with the given members, made by Python. */
function makeWheel(path: string, members: Record<string, string>): void {
  const code = "import json, sys, zipfile\n" +
    "with zipfile.ZipFile(sys.argv[1], 'w') as z:\n" +
    "  for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)";
  const args = ["-c", code, path, JSON.stringify(members)];
  assert(new Deno.Command("python3", { args }).outputSync().success);
}

Deno.test("installTensorflow() without Python says how to get it", () => {
  using folder = temporary();
  const { code, error, message } = runScript("tensorflow/install_probe.ts", {}, folder.env);
  assertEquals([code, error], [1, "EngineError"]);
  assertStringIncludes(message!, "was not found; install Python 3 with pip");
  assertStringIncludes(message!, "MSA_TENSORFLOW");
});

Deno.test({
  name: "installTensorflow() without pip says how to get it",
  ignore: !isUnix,
  fn: () => {
    using folder = temporary();
    plantPython(folder.path, `echo "No module named pip" >&2; exit 1`);
    const { code, message } = runScript("tensorflow/install_probe.ts", {}, folder.env);
    assertEquals(code, 1);
    assertStringIncludes(message!, `python3 has no pip; install pip ("python3 -m ensurepip"`);
  },
});

Deno.test({
  name: "installTensorflow() passes on what pip says when the download fails",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    using folder = temporary();
    plantPython(folder.path, `[ "$3" = --version ] || { echo "no route to host" >&2; exit 1; }`);
    const { code, message } = runScript("tensorflow/install_probe.ts", {}, folder.env);
    assertEquals(code, 1);
    assertStringIncludes(message!, "Cannot download tensorflow");
    assertStringIncludes(message!, "with pip: no route to host");
  },
});

const { main: [main], beside } = libraryNames();

Deno.test({
  name: "unpackWheels() leaves nothing behind when the wheel or its library is no good",
  ignore: !hasPython,
  fn: () => {
    using folder = temporary();
    const cache = join(folder.path, "cache"), target = join(cache, "tensorflow");
    const env = { ...folder.env, PATH: Deno.env.get("PATH")! };
    const wheel = join(folder.path, "fake.whl");
    const cases: [() => void, string][] = [
      [() => Deno.writeTextFileSync(wheel, "not a zip"), "File is not a zip file"],
      [() => makeWheel(wheel, { "other.txt": "x" }), `tensorflow/${main}`],
      [
        () => makeWheel(wheel, { [`tensorflow/${main}`]: "x", [`tensorflow/${beside}`]: "y" }),
        "it is not a library that this machine can load",
      ],
    ];
    for (const [make, expected] of cases) {
      make();
      const { code, error, message } = runScript(
        "tensorflow/install_probe.ts",
        { wheel, folder: target },
        env,
      );
      assertEquals([code, error], [1, "EngineError"]);
      assertStringIncludes(message!, expected);
      assertEquals([...below(cache)], []);
      Deno.removeSync(wheel);
    }
  },
});

Deno.test("installFolder() is below the cache folder that the system names", () => {
  const named = Deno.env.get("XDG_CACHE_HOME");
  if (named && Deno.build.os === "linux") assert(installFolder().startsWith(join(named, "msa")));
  else assert(installFolder().includes("msa"));
});
