/** Everything that compute nodes without internet need, in one folder. @module */

import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { RunError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { copyLibrary } from "../../engine/copy_library.ts";

/** What was prepared. */
export interface PreparedFolder {
  /** Absolute. */
  readonly folder: string;
  /** Lines of a shell that make a task use the folder: for `--setup`. */
  readonly setup: string;
  /** Where TensorFlow's library is for the nodes; null where none was found on this machine. */
  readonly tensorflow: string | null;
}

/**
 * Caches packages and TensorFlow's library in a folder that all nodes see, and writes its
 * `setup.sh`. Deno writes to its cache, which must not lie on a network file system (its databases
 * need locks and shared memory), so each node has a cache on a disk of its own, with a link to the
 * packages here.
 *
 * @param modules that nodes start, whose packages are cached
 * @throws {RunError} the packages cannot be had
 */
export async function prepareFolder(
  path: string,
  modules: readonly string[],
  log: (line: string) => void = () => {},
): Promise<PreparedFolder> {
  const folder = resolve(path);
  const cache = join(folder, "deno");
  Deno.mkdirSync(cache, { recursive: true });
  log(`Caching packages in ${cache}`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--frozen", import.meta.resolve("./task.ts"), ...modules],
    env: { DENO_DIR: cache, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr).trim();
    throw new RunError(
      `Cannot cache packages in "${cache}": ${said}, expected a machine with internet`,
    );
  }
  const tensorflow = copyLibrary(join(folder, "tensorflow"), log);
  const setup = join(folder, "setup.sh");
  writeFileAtomic(setup, setupLines(cache, tensorflow));
  return { folder, setup, tensorflow };
}

function setupLines(cache: string, tensorflow: string | null): string {
  const id = createHash("sha256").update(cache).digest("hex").slice(0, 8);
  const npm = quoted(join(cache, "npm"));
  return [
    "# Made by deno task cluster:prepare, for --setup of study and search.",
    ...(tensorflow === null ? [] : [`export MSA_TENSORFLOW=${quoted(tensorflow)}`]),
    `export DENO_DIR="\${TMPDIR:-/tmp}/msa-deno-$UID-${id}"`,
    'mkdir -p "$DENO_DIR"',
    // Several tasks of a node may do so at once.
    `[ -e "$DENO_DIR/npm" ] || ln -s ${npm} "$DENO_DIR/npm" 2>/dev/null || true`,
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
