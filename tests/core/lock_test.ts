import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { RunError } from "../../lib/core/errors.ts";
import { exists } from "../../lib/core/files.ts";
import { LOCK_FILE, lockFolder } from "../../lib/core/lock.ts";

const MODULE = JSON.stringify(new URL("../../lib/core/lock.ts", import.meta.url).href);

/** Says "locked" once it holds the lock, then waits to be killed or for the end of its input. */
const HOLDER = `
  import { lockFolder } from ${MODULE};
  const lock = lockFolder(Deno.args[0]);
  console.log("locked");
  await new Response(Deno.stdin.readable).text();
  lock[Symbol.dispose]();
`;

/** Takes the lock a number of times; inside it, an exclusively created file proves it is alone. */
const CONTENDER = `
  import { lockFolder } from ${MODULE};
  const alone = Deno.args[0] + "/alone";
  for (let taken = 0; taken < 60;) {
    let lock;
    try {
      lock = lockFolder(Deno.args[0]);
    } catch (error) {
      if (error.name !== "RunError" || !error.message.includes("has been writing")) throw error;
      continue;
    }
    Deno.openSync(alone, { write: true, createNew: true }).close();
    Deno.removeSync(alone);
    lock[Symbol.dispose]();
    taken++;
  }
`;

/** Runs `test` in a folder that has a subfolder `run` and is removed afterwards. */
async function inFolder(test: (run: string, folder: string) => void | Promise<void>) {
  const folder = Deno.makeTempDirSync();
  try {
    await test(join(folder, "run"), folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Starts a script that may only read and write. */
function start(folder: string, code: string, run: string): Deno.ChildProcess {
  const script = join(folder, "script.ts");
  Deno.writeTextFileSync(script, code);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-read", "--allow-write", script, run],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** A process that holds the lock of `run`. */
async function startHolder(folder: string, run: string): Promise<Deno.ChildProcess> {
  const child = start(folder, HOLDER, run);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  if (value === undefined) throw new Error(await new Response(child.stderr).text());
  assertEquals(new TextDecoder().decode(value), "locked\n");
  return child;
}

/** Waits for the end of a child and gives its exit status and messages. */
async function finish(child: Deno.ChildProcess): Promise<{ code: number; stderr: string }> {
  const [stderr] = await Promise.all([
    new Response(child.stderr).text(),
    child.stdout.cancel(),
    child.stdin.close().catch(() => {}),
  ]);
  return { code: (await child.status).code, stderr };
}

Deno.test("lockFolder() makes the folder and a lock file with process, host and time", async () => {
  await inFolder((run) => {
    using lock = lockFolder(join(run, "deep"));
    const owner = JSON.parse(Deno.readTextFileSync(join(run, "deep", LOCK_FILE)));
    assertEquals([owner.pid, owner.host], [Deno.pid, Deno.hostname()]);
    assertEquals(new Date(owner.since).toISOString(), owner.since);
    assertEquals(lock.tookOver, null);
  });
});

Deno.test("lockFolder() in the same process throws until the lock is disposed", async () => {
  await inFolder((run) => {
    const lock = lockFolder(run);
    const error = assertThrows(() => lockFolder(run), RunError);
    assertMatch(error.message, new RegExp(`^Cannot use ".+run": process ${Deno.pid} on ".+"`));
    lock[Symbol.dispose]();
    assert(!exists(join(run, LOCK_FILE)));
    using again = lockFolder(run);
    assertEquals(again.tookOver, null);
    lock[Symbol.dispose]();
    assert(exists(join(run, LOCK_FILE)), "a second dispose leaves the next one's lock alone");
  });
});

Deno.test("lockFolder() names the process that holds the lock, and works after its end", async () => {
  await inFolder(async (run, folder) => {
    const holder = await startHolder(folder, run);
    assertThrows(() => lockFolder(run), RunError, `process ${holder.pid} has been writing to it`);
    assertEquals(await finish(holder), { code: 0, stderr: "" });
    using lock = lockFolder(run);
    assertEquals(lock.tookOver, null);
  });
});

Deno.test("lockFolder() takes over from a process that was killed, and says which", async () => {
  await inFolder(async (run, folder) => {
    const holder = await startHolder(folder, run);
    holder.kill("SIGKILL");
    await finish(holder);
    assert(exists(join(run, LOCK_FILE)), "the lock file is left behind");
    using lock = lockFolder(run);
    assertEquals(lock.tookOver?.pid, holder.pid);
    assertEquals(JSON.parse(Deno.readTextFileSync(join(run, LOCK_FILE))).pid, Deno.pid);
  });
});

Deno.test("lockFolder() takes over a file that names a living process which does not hold it", async () => {
  await inFolder((run) => {
    Deno.mkdirSync(run);
    // As after a restart of the machine, when the process id belongs to another program.
    const stale = { pid: Deno.ppid, host: Deno.hostname(), since: "2020-01-01T00:00:00.000Z" };
    Deno.writeTextFileSync(join(run, LOCK_FILE), JSON.stringify(stale));
    using lock = lockFolder(run);
    assertEquals(lock.tookOver, stale);
  });
});

Deno.test("lockFolder() takes over an empty or damaged lock file", async () => {
  await inFolder((run) => {
    Deno.mkdirSync(run);
    for (const text of ["", "{", "null", "[]", '{"pid":"1"}', "x".repeat(10_000)]) {
      Deno.writeTextFileSync(join(run, LOCK_FILE), text);
      using lock = lockFolder(run);
      assertEquals(lock.tookOver, null);
      assertThrows(() => lockFolder(run), RunError, `process ${Deno.pid}`);
    }
  });
});

Deno.test("lockFolder() is held by at most one of three processes at a time", async () => {
  await inFolder(async (run, folder) => {
    const children = [1, 2, 3].map(() => start(folder, CONTENDER, run));
    for (const result of await Promise.all(children.map(finish))) {
      assertEquals(result, { code: 0, stderr: "" });
    }
    assertEquals([...Deno.readDirSync(run)], []);
  });
});

Deno.test("lockFolder() begins again when the file is released between opening and locking", async () => {
  await inFolder((run) => {
    Deno.mkdirSync(run);
    Deno.writeTextFileSync(join(run, LOCK_FILE), "");
    const tryLockSync = Deno.FsFile.prototype.tryLockSync;
    let calls = 0;
    Deno.FsFile.prototype.tryLockSync = function (exclusive?: boolean): boolean {
      // The owner of the file that was found removes it and lets go in this very moment.
      if (++calls === 2) Deno.removeSync(join(run, LOCK_FILE));
      return tryLockSync.call(this, exclusive);
    };
    try {
      using _lock = lockFolder(run);
      assertThrows(() => lockFolder(run), RunError, `process ${Deno.pid}`);
    } finally {
      Deno.FsFile.prototype.tryLockSync = tryLockSync;
    }
    // Of our own file, of the one found, of our own again; then two of the one that is refused.
    assertEquals(calls, 5);
  });
});

Deno.test("FolderLock removes no lock file but its own", async () => {
  await inFolder((run) => {
    const first = lockFolder(run);
    Deno.removeSync(join(run, LOCK_FILE)); // By a user who thinks that it is stale.
    using _second = lockFolder(run);
    first[Symbol.dispose]();
    assert(exists(join(run, LOCK_FILE)));
  });
});

Deno.test("FolderLock can be disposed after its folder is gone", async () => {
  await inFolder((run) => {
    const lock = lockFolder(run);
    Deno.removeSync(run, { recursive: true });
    lock[Symbol.dispose]();
  });
});

Deno.test("lockFolder() throws a RunError where it cannot write", async () => {
  await inFolder((run) => {
    Deno.writeTextFileSync(run, "a file");
    assertThrows(() => lockFolder(run), RunError, `Cannot lock "${run}"`);
    assertThrows(() => lockFolder(join(run, "deeper")), RunError, "Cannot lock");
  });
});
