import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import {
  libraryNames,
  TENSORFLOW_VERSION,
} from "../../../lib/engine/tensorflow/library/library.ts";
import { requirementsOf, unpackMembers } from "../../../lib/core/wheels.ts";
import { runScript } from "../probe.ts";

const { main: [main], beside } = libraryNames();

/** The path of the real Python; null where there is none. */
function realPython(): string | null {
  if (Deno.build.os === "windows") return null;
  try {
    const args = ["-c", "import sys; print(sys.executable)"];
    const { success, stdout } = new Deno.Command("python3", { args }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

const PYTHON = realPython();

/** A zip with the given members, made by Python. */
function makeWheel(path: string, members: Record<string, string>): void {
  const code = "import json, sys, zipfile\n" +
    "with zipfile.ZipFile(sys.argv[1], 'w') as z:\n" +
    "  for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)";
  const args = ["-c", code, path, JSON.stringify(members)];
  assert(new Deno.Command(PYTHON!, { args }).outputSync().success);
}

const METADATA = `Metadata-Version: 2.4
Name: tensorflow
Requires-Dist: numpy >=1.26.0
Requires-Dist: keras <4,>=3.10 ; python_version < "3.14"
Requires-Dist: nvidia-cublas-cu12 <13.0,>=12.5.3.2 ; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12 (<10.0,>=9.3.0.75) ; extra == 'and-cuda'
Requires-Dist: gcs >0.3 ; extra == "gcs-filesystem"

Requires-Dist: prose==1 ; extra == "and-cuda"
`;

const TENSORFLOW_WHEEL = {
  [`tensorflow/${main}`]: "x",
  [`tensorflow/${beside}`]: "y",
  "tensorflow-2.dist-info/METADATA": METADATA,
};

Deno.test({
  name: "requirementsOf() gives what an extra asks for",
  ignore: PYTHON === null,
  fn: () => {
    const folder = Deno.makeTempDirSync({ prefix: "msa-wheel-" });
    const wheel = join(folder, "tensorflow.whl");
    makeWheel(wheel, TENSORFLOW_WHEEL);
    assertEquals(requirementsOf(wheel, "and-cuda"), [
      "nvidia-cublas-cu12<13.0,>=12.5.3.2",
      "nvidia-cudnn-cu12<10.0,>=9.3.0.75",
    ]);
    assertEquals(requirementsOf(wheel, "and-metal"), []);
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name: "unpackMembers() keeps the folders of NVIDIA's libraries, and leaves headers out",
  ignore: PYTHON === null,
  fn: () => {
    const folder = Deno.makeTempDirSync({ prefix: "msa-wheel-" });
    const wheel = join(folder, "nvidia.whl"), out = join(folder, "out");
    makeWheel(wheel, {
      "nvidia/cudnn/lib/libcudnn.so.9": "a",
      "nvidia/cudnn/lib/libcudnn_ops.so.9": "b",
      "nvidia/cudnn/include/cudnn.h": "c",
    });
    unpackMembers(wheel, out, ["nvidia/*/lib/*.so*"]);
    const lib = join(out, "nvidia", "cudnn", "lib");
    assertEquals([...Deno.readDirSync(lib)].map(({ name }) => name).sort(), [
      "libcudnn.so.9",
      "libcudnn_ops.so.9",
    ]);
    assertEquals(Deno.readTextFileSync(join(lib, "libcudnn.so.9")), "a");
    assertEquals([...Deno.readDirSync(join(out, "nvidia", "cudnn"))].length, 1);
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name: "installTensorflow() for CUDA gets NVIDIA's packages that TensorFlow's wheel asks for",
  ignore: PYTHON === null || Deno.build.os !== "linux" || Deno.build.arch !== "x86_64",
  fn: () => {
    const folder = Deno.makeTempDirSync({ prefix: "msa-install-" });
    const at = (...names: string[]) => join(folder, ...names);
    Deno.mkdirSync(at("bin"));
    makeWheel(at("tensorflow-2-cp311.whl"), TENSORFLOW_WHEEL);
    makeWheel(at("nvidia_cudnn_cu12-9.whl"), { "nvidia/cudnn/lib/libcudnn.so.9": "z" });
    // A pip that writes down what it is asked for, and has one wheel for each of two calls.
    const script = `#!/bin/sh
[ "$2 $3" = "pip --version" ] && exit 0
[ "$2 $3" = "pip download" ] || exec ${PYTHON} "$@"
echo "$@" >> ${at("asked")}
for last; do :; done
case "$last" in nvidia*) wheel=nvidia_cudnn_cu12-9.whl;; *) wheel=tensorflow-2-cp311.whl;; esac
while [ "$1" != --dest ]; do shift; done
${PYTHON} -c "import os, shutil, sys; os.makedirs(sys.argv[2], exist_ok=True); shutil.copy(*sys.argv[1:])" ${folder}/$wheel "$2"
`;
    Deno.writeTextFileSync(at("bin", "python3"), script, { mode: 0o755 });
    const { code, error, message, stderr } = runScript("tensorflow/install_probe.ts", {
      cuda: true,
    }, {
      MSA_TENSORFLOW: "",
      XDG_CACHE_HOME: at("cache"),
      PATH: `${at("bin")}:${Deno.env.get("PATH")}`,
      DENO_DIR: denoDir(),
    });
    const asked = Deno.readTextFileSync(at("asked")).trim().split("\n");
    assertEquals(asked.length, 2);
    assertStringIncludes(asked[0]!, "--platform manylinux_2_27_x86_64 --platform manylinux_2_17");
    assert(asked[0]!.endsWith(` --no-deps tensorflow==${TENSORFLOW_VERSION}`), asked[0]);
    assertStringIncludes(
      asked[1]!,
      " nvidia-cublas-cu12<13.0,>=12.5.3.2 nvidia-cudnn-cu12<10.0,>=9.3.0.75",
    );
    assert(!asked[1]!.includes("--no-deps"));
    assertStringIncludes(stderr, "Downloading 2 packages of NVIDIA's");
    // The planted library is none, which shows only after everything is unpacked.
    assertEquals([code, error], [1, "EngineError"]);
    assertStringIncludes(message!, "it is not a library that this machine can load");
    const left = [...Deno.readDirSync(at("cache", "msa"))].map(({ name }) => name);
    assertEquals(left, [`download-${TENSORFLOW_VERSION}-cuda`]);
    Deno.removeSync(folder, { recursive: true });
  },
});

function denoDir(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(Deno.env.get("HOME") ?? "", ".cache");
  return Deno.env.get("DENO_DIR") ?? join(cache, "deno");
}
