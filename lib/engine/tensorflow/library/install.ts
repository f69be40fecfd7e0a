/** Gets TensorFlow's library with pip, and unpacks the files that are needed. @module */

import { basename, dirname, join } from "node:path";
import { EngineError } from "../../../core/errors.ts";
import { exists } from "../../../core/files.ts";
import { cacheFolder } from "../../../core/cache_folder.ts";
import {
  pipDownload,
  requirementsOf,
  requirePip,
  unpackMembers,
  wheelsIn,
} from "../../../core/wheels.ts";
import { installFolder, libraryNames, TENSORFLOW_VERSION } from "./library.ts";
import { libraryVersion } from "./loading.ts";

/** Options of {@linkcode installTensorflow}. */
export interface InstallOptions {
  /** The build for NVIDIA GPUs, with NVIDIA's libraries; default false. */
  readonly cuda?: boolean;
  /** Gets a line at each stage; by default nothing is said. */
  readonly log?: (line: string) => void;
}

/** What pip is asked for. */
interface Build {
  readonly packageName: string;
  /** Tags of the wheels' systems; pip takes none but these. */
  readonly platforms: readonly string[];
  /** The package's extra that lists NVIDIA's packages; null where there are none. */
  readonly extra: string | null;
  /** What to expect, for the user. */
  readonly size: string;
}

/** Python's tag of the wheels; any would do, as the files are the same in all. */
const PYTHON = "3.11";
const ABI = "cp311";

const CPU_SIZE = "about 270 MB, unpacked 850 MB";

/** Builds for CPUs, by `os-arch`. */
const CPU_BUILDS: Readonly<Record<string, Build>> = {
  "linux-x86_64": cpuBuild("tensorflow-cpu", "manylinux_2_27_x86_64"),
  "linux-aarch64": cpuBuild("tensorflow", "manylinux_2_27_aarch64"),
  "darwin-aarch64": cpuBuild("tensorflow", "macosx_12_0_arm64"),
};

/** Builds for NVIDIA GPUs, by `os-arch`. */
const CUDA_BUILDS: Readonly<Record<string, Build>> = {
  "linux-x86_64": {
    packageName: "tensorflow",
    // NVIDIA tags some of its packages for older systems.
    platforms: ["manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    extra: "and-cuda",
    size: "about 3.4 GB, unpacked twice that",
  },
};

function cpuBuild(packageName: string, platform: string): Build {
  return { packageName, platforms: [platform], extra: null, size: CPU_SIZE };
}

/**
 * Downloads TensorFlow's library and puts it in the cache folder of this user, where the engine
 * finds it. What is installed is left alone; a download that was finished is not repeated.
 *
 * @returns the path of the library
 * @throws {EngineError} if there is no Python with pip, no build for this system, no connection,
 *   no space, or if the library does not load; the cache folder then is as it was
 *
 * @example
 * ```ts ignore
 * import { installTensorflow, openEngine } from "../../mod.ts";
 * installTensorflow({ log: console.error }); // downloads 270 MB where nothing is installed yet
 * const engine = await openEngine({ engine: "tensorflow" });
 * ```
 */
export function installTensorflow(options: InstallOptions = {}): string {
  const { cuda = false, log = () => {} } = options;
  const folder = installFolder(cuda);
  const path = libraryIn(folder, cuda);
  if (exists(path)) {
    log(`TensorFlow ${libraryVersion(path)} is already installed: ${path}`);
    return path;
  }
  const system = `${Deno.build.os}-${Deno.build.arch}`;
  const build = (cuda ? CUDA_BUILDS : CPU_BUILDS)[system];
  if (build === undefined) {
    throw new EngineError(
      `Cannot install TensorFlow${cuda ? " for CUDA" : ""}: there is no build for ` +
        `${Deno.build.os} on ${Deno.build.arch}; set MSA_TENSORFLOW to a library of your own`,
    );
  }
  requirePip("TensorFlow", "set MSA_TENSORFLOW to its library");
  const download = join(cacheFolder(), `download-${TENSORFLOW_VERSION}${cuda ? "-cuda" : ""}`);
  log(`Downloading ${build.packageName} ${TENSORFLOW_VERSION} with pip (${build.size})`);
  const wheels = downloadWheels(build, download, log);
  log("Unpacking the library");
  unpackWheels(wheels, folder, cuda);
  Deno.removeSync(download, { recursive: true });
  log(`TensorFlow ${libraryVersion(path)} is installed: ${path}`);
  return path;
}

/** The build for GPUs keeps the layout of its wheels, by which it finds NVIDIA's libraries. */
function libraryIn(folder: string, cuda: boolean): string {
  const name = libraryNames().main[0]!;
  return cuda ? join(folder, "tensorflow", name) : join(folder, name);
}

/**
 * Has pip fetch the wheels, from whatever index it is configured with; gives their paths,
 * TensorFlow's first. NVIDIA's are those that pip finds for what TensorFlow's own wheel asks for.
 */
function downloadWheels(build: Build, folder: string, log: (line: string) => void): string[] {
  const { packageName, extra } = build;
  const prefix = packageName.replaceAll("-", "_") + "-";
  download(build, folder, ["--no-deps", `${packageName}==${TENSORFLOW_VERSION}`]);
  const tensorflow = wheelsIn(folder).find((path) => basename(path).startsWith(prefix));
  if (tensorflow === undefined) {
    throw new EngineError(`Cannot install TensorFlow: pip left no wheel in "${folder}"`);
  }
  if (extra === null) return [tensorflow];
  const requirements = requirementsOf(tensorflow, extra);
  log(`Downloading ${requirements.length} packages of NVIDIA's`);
  download(build, folder, requirements);
  return [tensorflow, ...wheelsIn(folder).filter((path) => basename(path).startsWith("nvidia"))];
}

function download(build: Build, folder: string, wanted: readonly string[]): void {
  const options = ["--python-version", PYTHON, "--implementation", "cp", "--abi", ABI];
  for (const platform of build.platforms) options.push("--platform", platform);
  pipDownload(`${build.packageName} ${TENSORFLOW_VERSION}`, folder, [...options, ...wanted]);
}

/**
 * Unpacks the libraries of wheels to `folder`, which appears only when TensorFlow's has been opened
 * successfully.
 *
 * @param wheels TensorFlow's first
 * @throws {EngineError} if a wheel is damaged, the disk full, or the library unusable
 */
export function unpackWheels(wheels: readonly string[], folder: string, cuda: boolean): void {
  const [tensorflow, ...others] = wheels;
  const names = libraryNames();
  const members = [names.main[0]!, names.beside].map((name) => `tensorflow/${name}`);
  Deno.mkdirSync(dirname(folder), { recursive: true });
  const part = Deno.makeTempDirSync({ dir: dirname(folder), prefix: ".tensorflow-" });
  try {
    unpackMembers(tensorflow!, part, members, cuda ? "" : "tensorflow/");
    for (const wheel of others) unpackMembers(wheel, part, ["nvidia/*/lib/*.so*"]);
    libraryVersion(libraryIn(part, cuda));
    Deno.renameSync(part, folder);
  } catch (error) {
    Deno.removeSync(part, { recursive: true });
    throw error;
  }
}
