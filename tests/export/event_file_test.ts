import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { EventFile, EventFiles } from "../../lib/export/mod.ts";
import type { EpochRecord } from "../../lib/training/mod.ts";
import { writeHistory } from "../../lib/training/history.ts";
import { withFolder } from "../training/small.ts";

function epoch(number: number): EpochRecord {
  return {
    epoch: number,
    trainLoss: 1 / number,
    trainParts: { text: 0.25 },
    valid: { mae: 1.5 / number, corr: NaN },
    seconds: { train: 2, valid: 1 },
    tensors: 9,
    learningRates: { all: 1e-3 },
  };
}

/** CRC-32C bit by bit, as RFC 3720 has it. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  }
  return ~value >>> 0;
}

/** The contents of the records of a file, whose checksums are right. */
function recordsOf(path: string): Uint8Array[] {
  const bytes = Deno.readFileSync(path), view = new DataView(bytes.buffer);
  const unmasked = (at: number) => {
    const rotated = (view.getUint32(at, true) - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = Number(view.getBigUint64(at, true));
    assertEquals(unmasked(at + 8), crc(bytes.subarray(at, at + 8)));
    const content = bytes.subarray(at + 12, at + 12 + size);
    assertEquals(unmasked(at + 12 + size), crc(content));
    records.push(content);
    at += size + 16;
  }
  return records;
}

Deno.test("the checksum of the test is that of RFC 3720", () => {
  assertEquals(crc(new TextEncoder().encode("123456789")), 0xe3069283);
});

Deno.test("an event file has a record of its version, and one an epoch, with their checksums", async () => {
  await withFolder((folder) => {
    const file = new EventFile(folder, new Date(1e12));
    [1, 2, 300].forEach((number) => file.add(epoch(number)));
    const records = recordsOf(file.path);
    assertEquals(records.length, 4);
    const texts = records.map((record) => new TextDecoder().decode(record));
    assert(texts[0]!.endsWith("brain.Event:2"));
    const time = new DataView(records[2]!.slice().buffer).getFloat64(1, true);
    assertAlmostEquals(time, 1e9 + 6, 1e-3);
    // Field 2, the step: 300 is 0b10_0101100.
    assertEquals([...records[3]!.subarray(9, 12)], [0x10, 0xac, 0x02]);
    for (const tag of ["loss/train", "train_parts/text", "valid/mae", "learning_rate/all"]) {
      assert(texts[1]!.includes(tag), tag);
    }
    assert(!texts[1]!.includes("loss/valid"));
  });
});

Deno.test("EventFiles add what is new in a history, and begin anew with a run that goes on", async () => {
  await withFolder((folder) => {
    const path = join(folder, "history.jsonl");
    const countOf = () => {
      const [name, ...more] = [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => name.startsWith("events."));
      assertEquals(more, []);
      return recordsOf(join(folder, name!)).length;
    };
    const files = new EventFiles();
    for (const epochs of [1, 2, 5]) {
      writeHistory(path, Array.from({ length: epochs }, (_, i) => epoch(i + 1)));
      files.follow(folder);
      assertEquals(countOf(), 1 + epochs);
    }
    new EventFiles().follow(folder);
    assertEquals(countOf(), 6);
  });
});

/** Whether this machine has pip's tensorboard. */
function hasTensorBoard(): boolean {
  try {
    const args = ["-c", "import tensorboard.backend.event_processing.event_accumulator"];
    return new Deno.Command("python3", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const HAS_TENSORBOARD = hasTensorBoard();

Deno.test({
  name: "TensorBoard reads the epochs" +
    (HAS_TENSORBOARD ? "" : " (skipped: python3 has no tensorboard)"),
  ignore: !HAS_TENSORBOARD,
  fn: async () => {
    await withFolder((folder) => {
      const file = new EventFile(folder, new Date());
      [1, 2, 3].forEach((number) => file.add(epoch(number)));
      const script = "import sys, json\n" +
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n" +
        "a = EventAccumulator(sys.argv[1]); a.Reload()\n" +
        "print(json.dumps([[e.step, e.value] for e in a.Scalars('valid/mae')]))";
      const args = ["-c", script, folder];
      const { stdout } = new Deno.Command("python3", { args, stderr: "null" }).outputSync();
      const points = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(points, [[1, 1.5], [2, 0.75], [3, 0.5]]);
    });
  },
});
