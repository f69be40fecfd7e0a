import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import {
  hasDriver,
  isCudaBuild,
  loadCuda,
  missingCuda,
  whyNoGpu,
} from "../../../lib/engine/tensorflow/library/cuda.ts";
import { findLibrary } from "../../../lib/engine/tensorflow/library/library.ts";
import { HAS_TENSORFLOW } from "../engines.ts";

const isLinux = Deno.build.os === "linux";

/** The C library of mathematics, which this process has loaded. */
function someLibrary(): string | undefined {
  if (!isLinux) return undefined;
  return /\S+\/libm\.so\S*/.exec(Deno.readTextFileSync("/proc/self/maps"))?.[0];
}

/** A folder laid out as the wheels are; `libcudart` is a library, `libcudnn` is a text. */
function plant(): { library: string; runtime: string } & Disposable {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "msa-cuda-" }));
  const at = (name: string) => join(folder, "nvidia", name, "lib");
  for (const name of ["cuda_runtime", "cudnn"]) Deno.mkdirSync(at(name), { recursive: true });
  Deno.mkdirSync(join(folder, "tensorflow"));
  const runtime = join(at("cuda_runtime"), "libcudart.so.12");
  Deno.copyFileSync(someLibrary()!, runtime);
  Deno.writeTextFileSync(join(at("cudnn"), "libcudnn.so.9"), "this is not a library");
  return {
    library: join(folder, "tensorflow", "libtensorflow_cc.so.2"),
    runtime,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

Deno.test({
  name: "loadCuda() loads the libraries of NVIDIA's packages beside TensorFlow's, for good",
  ignore: someLibrary() === undefined,
  fn: () => {
    using planted = plant();
    const isLoaded = () => Deno.readTextFileSync("/proc/self/maps").includes(planted.runtime);
    assertEquals(isLoaded(), false);
    loadCuda(planted.library);
    assertEquals(isLoaded(), true);
  },
});

Deno.test({
  name: "missingCuda() names what is not there and what does not load, the driver first",
  ignore: someLibrary() === undefined,
  fn: () => {
    using planted = plant();
    const missing = missingCuda(planted.library);
    assert(!missing.includes("libcudart.so.12"));
    assert(missing.includes("libcudnn.so.9"));
    assertEquals(missing[0] === "libcuda.so.1", !hasDriver());
  },
});

const library = HAS_TENSORFLOW ? findLibrary()!.path : "";

Deno.test({
  name: "whyNoGpu() tells a build for CPUs from one whose libraries are missing",
  ignore: !HAS_TENSORFLOW,
  fn: () => {
    const expected = isCudaBuild(library)
      ? /^its build is for CUDA, (and these libraries are missing: lib|but there is no NVIDIA GPU)/
      : /^its build is for CPUs; run "deno task engine:install --cuda"/;
    assertMatch(whyNoGpu(library), expected);
  },
});
