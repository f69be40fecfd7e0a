import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  AtomicFile,
  exists,
  removeUnfinishedFiles,
  sha256File,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../lib/core/files.ts";
import { CAN_MOUNT, inNamespace } from "./namespace.ts";

const MODULE = JSON.stringify(new URL("../../lib/core/files.ts", import.meta.url).href);

/** Writes 16 MB over the file of its argument, and tells when the first bytes are written. */
const WRITER = `
  import { AtomicFile } from ${MODULE};
  using file = new AtomicFile(Deno.args[0]);
  file.write(new Uint8Array(65536));
  console.log("writing");
  for (let i = 0; i < 255; i++) {
    if (Deno.args[1] === "slow") await new Promise((resolve) => setTimeout(resolve, 1000));
    file.write(new Uint8Array(65536));
  }
  file.commit();
`;

/** Runs `test` in a folder that holds `state.json` with content "old". */
async function withOldFile(test: (path: string, folder: string) => void | Promise<void>) {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "state.json");
    Deno.writeTextFileSync(path, "old");
    await test(path, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("AtomicFile shows the new content only after commit()", async () => {
  await withOldFile((path, folder) => {
    using file = new AtomicFile(path);
    file.write(new TextEncoder().encode("ne"));
    assertEquals(Deno.readTextFileSync(path), "old");
    file.write(new TextEncoder().encode("w"));
    file.commit();
    assertEquals(Deno.readTextFileSync(path), "new");
    assertEquals(namesIn(folder), ["state.json"]);
  });
});

Deno.test("AtomicFile keeps the old file and leaves no partial one when writing throws", async () => {
  await withOldFile((path, folder) => {
    assertThrows(
      () => {
        using file = new AtomicFile(path);
        file.write(new TextEncoder().encode("half of the new"));
        throw new Error("the serialiser failed");
      },
      Error,
      "the serialiser failed",
    );
    assertEquals(Deno.readTextFileSync(path), "old");
    assertEquals(namesIn(folder), ["state.json"]);
  });
});

Deno.test("AtomicFile leaves an empty folder when the first write of a file throws", async () => {
  await withOldFile((_path, folder) => {
    const fresh = join(folder, "deep", "fresh.bin");
    const failing = () => {
      using file = new AtomicFile(fresh);
      file.write(Uint8Array.of(1));
      throw new RangeError("stop");
    };
    assertThrows(failing, RangeError, "stop");
    assertEquals(namesIn(join(folder, "deep")), []);
  });
});

Deno.test("AtomicFile keeps the old file when the process is killed while it writes", async () => {
  await withOldFile(async (path) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", WRITER, path, "slow"],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assertEquals(Deno.readTextFileSync(path), "old");
    writeFileAtomic(path, "next");
    assertEquals(Deno.readTextFileSync(path), "next");
  });
});

Deno.test({
  name: "AtomicFile keeps the old file and leaves no partial one when the disk is full" +
    (CAN_MOUNT ? "" : " (skipped: no small file system can be mounted here)"),
  ignore: !CAN_MOUNT,
  async fn() {
    await withOldFile((_path, folder) => {
      const [disk, script] = [join(folder, "disk"), join(folder, "script.ts")];
      Deno.mkdirSync(disk);
      Deno.writeTextFileSync(script, WRITER);
      const { stdout, stderr } = inNamespace(`
        mount -t tmpfs -o size=256k tmpfs '${disk}' && printf old > '${disk}/state.json'
        '${Deno.execPath()}' run -A --no-check '${script}' '${disk}/state.json'
        echo "exit $?"; cat '${disk}/state.json'; echo; ls -A '${disk}'
      `);
      assertEquals(stdout, "writing\nexit 1\nold\nstate.json\n");
      assert(/No space left|StorageFull/.test(stderr), stderr);
    });
  },
});

Deno.test("AtomicFile refuses to write or commit twice", async () => {
  await withOldFile((path) => {
    const file = new AtomicFile(path);
    file.commit();
    assertThrows(() => file.write(Uint8Array.of(1)), Error, `Cannot write "${path}"`);
    assertThrows(() => file.commit(), Error, `Cannot commit "${path}"`);
    file[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(path), "");
  });
});

Deno.test("AtomicFile writes more than one chunk whole", async () => {
  await withOldFile((path) => {
    const bytes = Uint8Array.from({ length: (1 << 23) + 3 }, (_, i) => i * 31);
    writeFileAtomic(path, bytes);
    // Not assertEquals on the arrays: a difference would print millions of lines.
    const back = Deno.readFileSync(path);
    assert(back.length === bytes.length && back.every((byte, i) => byte === bytes[i]));
  });
});

Deno.test("writeJsonAtomic() writes indented JSON with a last line break", async () => {
  await withOldFile((path) => {
    writeJsonAtomic(path, { a: [1, 0.1] });
    assertEquals(
      Deno.readTextFileSync(path),
      '{\n  "a": [\n    1,\n    0.1\n  ]\n}\n',
    );
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    assertThrows(() => writeJsonAtomic(path, cyclic), TypeError);
    assertEquals(JSON.parse(Deno.readTextFileSync(path)), { a: [1, 0.1] });
  });
});

Deno.test("sha256File() equals published values, also over several chunks", async () => {
  await withOldFile((path) => {
    const hashOf = (text: string) => {
      Deno.writeTextFileSync(path, text);
      return sha256File(path);
    };
    // FIPS 180-2, appendix B, and the empty message.
    assertEquals(
      hashOf("abc"),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    assertEquals(
      hashOf(""),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    assert(hashOf("a".repeat((1 << 22) + 1)) !== hashOf("a".repeat(1 << 22)));
  });
});

Deno.test("exists() tells files, folders and broken links from nothing", async () => {
  await withOldFile((path, folder) => {
    Deno.symlinkSync(join(folder, "nowhere"), join(folder, "link"));
    assertEquals([path, folder, join(folder, "link")].map(exists), [true, true, true]);
    assertEquals(exists(join(folder, "nowhere")), false);
  });
});

Deno.test("AtomicFile leaves no partial file when the rename fails", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(join(folder, "taken"));
    assertThrows(() => writeFileAtomic(join(folder, "taken"), "content"), Error);
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["taken"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("removeUnfinishedFiles() removes what a killed process left, and nothing else", () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const name of [".state.safetensors.4711.part", "notes.part", ".hidden"]) {
      Deno.writeTextFileSync(join(folder, name), "");
    }
    removeUnfinishedFiles(folder);
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name).sort(), [
      ".hidden",
      "notes.part",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("writeFileAtomic() tells where it cannot write, and why", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const wanted = "expected a path that can be written to, on a disk with space";
    Deno.mkdirSync(join(folder, "taken"));
    Deno.writeTextFileSync(join(folder, "file"), "old");
    const table: [string, string][] = [
      [join(folder, "taken"), "it is a folder"],
      [join(folder, "file", "below"), "part of its path is a file"],
    ];
    for (const [path, reason] of table) {
      const message = `Cannot write "${path}": ${reason}, ${wanted}`;
      const error = assertThrows(() => writeFileAtomic(path, "new"), Error, message);
      assert(error.cause instanceof Error, "the cause is kept");
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["file", "taken"]);
    assertEquals(Deno.readTextFileSync(join(folder, "file")), "old");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("exists() is false below a file", () => {
  const file = Deno.makeTempFileSync();
  try {
    assertEquals([exists(file), exists(join(file, "below"))], [true, false]);
  } finally {
    Deno.removeSync(file);
  }
});
