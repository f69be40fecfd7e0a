/**
 * Locks between machines: a shared file system on which each sees its own locks only, or none, and
 * attributes may be old. Processes take the parts of hosts.
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { RunError } from "../../lib/core/errors.ts";
import { exists } from "../../lib/core/files.ts";
import { DEAD, LOCK_FILE, lockFolder, type LockOwner } from "../../lib/core/lock.ts";
import { withFolder } from "../training/small.ts";
import { withVariables } from "./variables.ts";

const MODULE = JSON.stringify(new URL("../../lib/core/lock.ts", import.meta.url).href);

/** Runs `test` as a process of a machine whose file system knows that sort of locks. */
function asHost<T>(host: string, locks: "own" | "none", test: () => T): T {
  const { hostname } = Deno;
  const { tryLockSync } = Deno.FsFile.prototype;
  Deno.hostname = () => host;
  Deno.FsFile.prototype.tryLockSync = () => {
    if (locks === "own") return true;
    throw new Error("Function not implemented (os error 38)");
  };
  try {
    return test();
  } finally {
    Deno.hostname = hostname;
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
}

/** Leaves a lock behind, last written `age` milliseconds ago. */
function leaveLock(run: string, owner: Partial<LockOwner>, age: number): void {
  Deno.mkdirSync(run, { recursive: true });
  const path = join(run, LOCK_FILE);
  const text = JSON.stringify({ pid: 1, host: "node1", since: "2026-01-01T00:00:00Z", ...owner });
  Deno.writeTextFileSync(path, text);
  const time = (Date.now() - age) / 1000;
  Deno.utimeSync(path, time, time);
}

for (const locks of ["own", "none"] as const) {
  const where = locks === "own" ? "that know only their own locks" : "without locks";
  Deno.test(`lockFolder() keeps out another host, between hosts ${where}`, async () => {
    await withFolder((folder) => {
      const run = join(folder, "run");
      const lock = asHost("node1", locks, () => lockFolder(run));
      const error = assertThrows(() => asHost("node2", locks, () => lockFolder(run)), RunError);
      assertMatch(error.message, new RegExp(`process ${Deno.pid} on "node1" has been writing`));
      lock[Symbol.dispose]();
      asHost("node2", locks, () => lockFolder(run))[Symbol.dispose]();
      assertEquals([...Deno.readDirSync(run)], []);
    });
  });

  Deno.test(`lockFolder() takes over from a silent host only, between hosts ${where}`, async () => {
    await withFolder((folder) => {
      const run = join(folder, "run");
      const take = () => asHost("node2", locks, () => lockFolder(run));
      // A file system may show a sign of life a minute late.
      leaveLock(run, {}, DEAD - 60_000);
      assertThrows(take, RunError, 'on "node1"');
      leaveLock(run, {}, DEAD + 1000);
      using lock = take();
      assertEquals(lock.tookOver?.host, "node1");
      assertEquals([...Deno.readDirSync(run)].map(({ name }) => name), [LOCK_FILE]);
    });
  });
}

Deno.test("lockFolder() takes over at once from who has the same job, or whom a scheduler calls dead", async () => {
  await withFolder(async (folder) => {
    const run = join(folder, "run");
    const take = (isDead?: () => boolean) =>
      asHost("node2", "none", () => lockFolder(run, isDead === undefined ? {} : { isDead }));
    leaveLock(run, { job: "7_3" }, 0);
    assertThrows(() => take(), RunError, "(job 7_3) has been writing");
    assertThrows(() => take(() => false), RunError);
    take(() => true)[Symbol.dispose]();
    leaveLock(run, { job: "7_3" }, 0);
    await withVariables({ MSA_JOB: "7_3" }, () => {
      using lock = take();
      assertEquals(lock.tookOver?.job, "7_3");
      // The same job in the same process is two parts of it, not one that was started anew.
      assertThrows(() => take(), RunError);
    });
  });
});

Deno.test({
  name: "lockFolder() without locks takes over at once from a process of this machine that is gone",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withFolder(async (folder) => {
      const run = join(folder, "run");
      const { pid, status } = new Deno.Command(Deno.execPath(), {
        args: ["--version"],
        stdout: "null",
      })
        .spawn();
      await status;
      leaveLock(run, { pid, host: Deno.hostname() }, 0);
      asHost(Deno.hostname(), "none", () => lockFolder(run))[Symbol.dispose]();
      leaveLock(run, { pid: Deno.ppid, host: Deno.hostname() }, 0);
      assertThrows(() => asHost(Deno.hostname(), "none", () => lockFolder(run)), RunError);
    });
  },
});

Deno.test("FolderLock gives signs of life, and says when it was taken over", async () => {
  const { setInterval } = globalThis;
  const beats: (() => void)[] = [];
  const fake = (beat: () => void, ...rest: unknown[]) => {
    beats.push(beat);
    return (setInterval as (...args: unknown[]) => ReturnType<typeof setInterval>)(beat, ...rest);
  };
  globalThis.setInterval = fake as unknown as typeof setInterval;
  try {
    await withFolder((folder) => {
      const run = join(folder, "run");
      using lock = asHost("node1", "own", () => lockFolder(run));
      const path = join(run, LOCK_FILE);
      Deno.utimeSync(path, 1000, 1000);
      beats[0]!();
      assert(Date.now() - Deno.statSync(path).mtime!.getTime() < 60_000);
      assert(!lock.lost.aborted);
      Deno.utimeSync(path, 1000, 1000); // it was suspended meanwhile
      using other = asHost("node2", "own", () => lockFolder(run));
      assertEquals(other.tookOver?.host, "node1");
      beats[0]!();
      assertMatch(String(lock.lost.reason), /RunError: .* on "node2" has been writing/);
      lock[Symbol.dispose]();
      assert(exists(path), "the other one's lock stays");
    });
  } finally {
    globalThis.setInterval = setInterval;
  }
});

Deno.test("lockFolder() warns and goes on where no lock of any kind can be had", async () => {
  await withFolder((folder) => {
    const { linkSync, openSync } = Deno;
    const refuse = () => {
      throw new Error("Operation not supported (os error 95)");
    };
    Deno.linkSync = refuse;
    Deno.openSync = (path, options) => options?.createNew ? refuse() : openSync(path, options);
    const said: string[] = [];
    const run = join(folder, "run");
    try {
      using lock = lockFolder(run, { onWarning: (text) => said.push(text) });
      assert(!exists(join(lock.path, LOCK_FILE)));
    } finally {
      Object.assign(Deno, { linkSync, openSync });
    }
    assertEquals(said.length, 1);
    assertMatch(said[0]!, /is used without a lock.*Operation not supported/);
  });
});

Deno.test("lockFolder() where a file cannot have two names locks all the same", async () => {
  await withFolder((folder) => {
    const { linkSync } = Deno;
    Deno.linkSync = () => {
      throw new Deno.errors.PermissionDenied("Operation not permitted (os error 1)");
    };
    const run = join(folder, "run");
    try {
      using _lock = lockFolder(run);
      assertThrows(() => lockFolder(run), RunError, `process ${Deno.pid}`);
    } finally {
      Deno.linkSync = linkSync;
    }
    assertEquals([...Deno.readDirSync(run)], []);
  });
});

/** Takes a lock over and over as one of several hosts; most of the time it finds a silent owner. */
const CONTENDER = `
  import { lockFolder } from ${MODULE};
  const [run, host] = Deno.args;
  Deno.hostname = () => host;
  Deno.FsFile.prototype.tryLockSync = () => true;
  for (let taken = 0; taken < 40;) {
    let lock;
    try {
      lock = lockFolder(run);
    } catch (error) {
      if (error.name !== "RunError" || !error.message.includes("has been writing")) throw error;
      continue;
    }
    Deno.openSync(run + "/alone", { write: true, createNew: true }).close();
    Deno.removeSync(run + "/alone");
    taken++;
    // As if this host had died five minutes ago, which is for the others to find out.
    if (taken % 2 === 1) Deno.utimeSync(run + "/.lock", 1000, 1000);
    else lock[Symbol.dispose]();
  }
  Deno.exit(0);
`;

Deno.test("lockFolder() is held by one of three hosts at a time, though they die holding it", async () => {
  await withFolder(async (folder) => {
    const script = join(folder, "contender.ts");
    Deno.writeTextFileSync(script, CONTENDER);
    const outputs = await Promise.all(
      ["node1", "node2", "node3"].map((host) =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "--no-check", "-A", script, join(folder, "run"), host],
        }).output()
      ),
    );
    for (const { code, stderr } of outputs) {
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    }
  });
});
