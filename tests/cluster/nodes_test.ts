/** A node as clusters have them: no internet, another home, caches that it cannot write to. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import { parseDefinition, prepareFolder, SLURM, submitStudy } from "../../lib/studies/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { inNamespace } from "../core/namespace.ts";
import { withVariables } from "../core/variables.ts";
import { withFolder } from "../training/small.ts";
import { DATA, WORKER } from "./slurm.ts";

/** Whether processes without a network can be started here. */
const CAN_ISOLATE = Deno.build.os === "linux" && isolated("true").code === 0;

/** Runs a script without network, as who sees the file system with `folder` read-only. */
function isolated(script: string, folder?: string) {
  const shut = folder === undefined
    ? ""
    : `mount --bind '${folder}' '${folder}' && mount -o remount,bind,ro '${folder}' && `;
  return inNamespace(`${shut}unshare -n sh -c '${script.replaceAll("'", `'\\''`)}'`);
}

/** The packages of this machine's Deno, so that none have to be fetched. */
function packages(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

/** The script of a study's task, as Slurm would start it. */
async function scriptOf(out: string, setup: string): Promise<string> {
  const study = parseDefinition(
    { name: "tiny", models: ["constant"], seeds: [1], data: [DATA] },
    "",
  );
  // It hands in nothing: what the nodes do is looked at here.
  const scheduler = {
    ...SLURM,
    queue: () => Promise.resolve([]),
    limit: () => Promise.resolve(1),
    submit: () => Promise.resolve("1"),
  };
  const { folder } = await submitStudy(study, scheduler, { out, worker: WORKER, setup });
  return join(folder, "slurm", "001", "script.sh");
}

Deno.test({
  name: "a prepared folder is all that a node needs, and stays as it is" +
    (CAN_ISOLATE ? "" : " (skipped: no namespace without network can be made here)"),
  ignore: !CAN_ISOLATE,
  fn: async () => {
    await withFolder(async (folder) => {
      const prepared = join(folder, "prepared");
      Deno.mkdirSync(join(prepared, "deno"), { recursive: true });
      // Hard links: what prepareFolder() would fetch is there.
      await new Deno.Command("cp", { args: ["-al", packages(), join(prepared, "deno", "npm")] })
        .output();
      // A library that somebody else looks after is named and not copied.
      const library = join(folder, "libtensorflow.so.2");
      Deno.writeTextFileSync(library, "");
      const { setup } = await withVariables(
        { MSA_TENSORFLOW: library },
        () => prepareFolder(prepared, []),
      );
      assertMatch(
        Deno.readTextFileSync(setup),
        new RegExp(`^export MSA_TENSORFLOW='${folder}'$`, "m"),
      );
      const out = join(folder, "out");
      const script = await scriptOf(out, setup);
      const environment = [
        ...["env", "-i", `PATH=${Deno.env.get("PATH")}`, "HOME=/nonexistent", "UID=0"],
        ...[`TMPDIR=${folder}`, "SLURM_ARRAY_JOB_ID=7", "SLURM_ARRAY_TASK_ID=0"],
      ].join(" ");
      const node = isolated(`${environment} bash ${script}`, prepared);
      assertEquals(node.code, 0, node.stdout + node.stderr);
      const run = RunFolder.at(join(out, "tiny", "defaults"), "constant", "synthetic", 1);
      assertEquals(run.readRecord()?.status, "finished");
      const own = [...Deno.readDirSync(folder)].find(({ name }) => name.startsWith("msa-deno-"))!;
      assertEquals(Deno.readLinkSync(join(folder, own.name, "npm")), join(prepared, "deno", "npm"));
      // Without it the same node has no packages.
      const without = await withVariables(
        // A task has the cache that is named where it was handed in.
        { DENO_DIR: join(folder, "nothing") },
        () => scriptOf(join(folder, "bare"), "/dev/null"),
      );
      const bare = isolated(`${environment} bash ${without}`);
      assert(bare.code !== 0 && !exists(join(folder, "bare", "tiny", "defaults")), bare.stdout);
      assert(exists(dirname(setup)));
    });
  },
});
