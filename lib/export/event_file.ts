/**
 * The epochs of a run as an event file that TensorBoard reads.
 *
 * Source: the formats of TensorFlow's `record_writer.cc` and `event.proto`.
 *
 * @module
 */

import { join } from "node:path";
import { hostname } from "../core/host.ts";
import { type EpochRecord, readHistory } from "../training/mod.ts";

/** What TensorBoard looks for in the names of files. */
const PREFIX = "events.out.tfevents.";
/** What tells our files from those of others. */
const SUFFIX = ".msa";

/** CRC-32C, reflected. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** Event files of runs, which are brought up to date by their histories. */
export class EventFiles {
  readonly #files = new Map<string, { readonly file: EventFile; written: number }>();

  /**
   * Adds the epochs of a run that are not in its event file yet; all of them at the first call.
   *
   * @param run the run's folder, in which a `history.jsonl` is
   * @param folder where the file goes. Default: beside the history
   * @throws {DataError} the history is missing or damaged
   */
  follow(run: string, folder: string = run): void {
    const history = readHistory(join(run, "history.jsonl"));
    let known = this.#files.get(folder);
    if (known === undefined) {
      const seconds = history.reduce((sum, { seconds }) => sum + seconds.train + seconds.valid, 0);
      const started = new Date(Date.now() - 1000 * seconds);
      this.#files.set(folder, known = { file: new EventFile(folder, started), written: 0 });
    }
    for (const record of history.slice(known.written)) known.file.add(record);
    known.written = history.length;
  }
}

/**
 * An event file in a folder. An older one of ours is replaced: a run that is trained on writes all its
 * epochs again.
 *
 * @example
 * ```ts
 * import { EventFile } from "./mod.ts";
 * import { assertMatch } from "@std/assert";
 * const folder = Deno.makeTempDirSync();
 * const file = new EventFile(folder, new Date());
 * const epoch = { trainParts: {}, seconds: { train: 1, valid: 1 }, tensors: 9, learningRates: {} };
 * file.add({ ...epoch, epoch: 1, trainLoss: 1.2, valid: { mae: 1 } });
 * assertMatch(new TextDecoder().decode(Deno.readFileSync(file.path)), /valid\/mae/);
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export class EventFile {
  /** Where it is. */
  readonly path: string;
  /** Of the last epoch, in seconds since 1970. */
  #time: number;

  /**
   * Begins the file.
   *
   * @param folder of the run, as TensorBoard names it; made where it is not there
   * @param started when the first epoch began
   */
  constructor(folder: string, started: Date) {
    Deno.mkdirSync(folder, { recursive: true });
    for (const { name } of [...Deno.readDirSync(folder)]) {
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) Deno.removeSync(join(folder, name));
    }
    this.#time = started.getTime() / 1000;
    const name = `${PREFIX}${Math.floor(this.#time)}.${hostname() || "host"}${SUFFIX}`;
    this.path = join(folder, name);
    const version = [...doubleField(1, this.#time), ...bytesField(3, textOf("brain.Event:2"))];
    Deno.writeFileSync(this.path, framed(Uint8Array.from(version)));
  }

  /** Adds an epoch: losses, metrics on valid and learning rates. */
  add(record: EpochRecord): void {
    this.#time += record.seconds.train + record.seconds.valid;
    const values = Object.entries(scalarsOf(record)).flatMap(([tag, value]) =>
      bytesField(1, [...bytesField(1, textOf(tag)), ...floatField(2, value)])
    );
    const event = [
      ...doubleField(1, this.#time),
      ...varintField(2, record.epoch),
      ...bytesField(5, values),
    ];
    Deno.writeFileSync(this.path, framed(Uint8Array.from(event)), { append: true });
  }
}

/** What is drawn, by tag; what stands before the stroke is a group. */
function scalarsOf(record: EpochRecord): Record<string, number> {
  const { trainLoss, validLoss, trainParts, valid, learningRates } = record;
  const group = (name: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([key, value]) => [`${name}/${key}`, value] as const);
  return Object.fromEntries([
    ["loss/train", trainLoss],
    ...(validLoss === undefined ? [] : [["loss/valid", validLoss] as const]),
    ...group("train_parts", trainParts),
    ...group("valid", valid),
    ...group("learning_rate", learningRates),
  ]);
}

/** A record: length, its checksum, content, its checksum. */
function framed(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 16), view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, checksum(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, checksum(content), true);
  return bytes;
}

/** CRC-32C, rotated and moved as TensorFlow does, since a record may hold a checksum itself. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

// Fields of a protocol buffer: number and kind, then the value.

function varint(value: number): number[] {
  const low = value % 128, rest = Math.floor(value / 128);
  return rest === 0 ? [low] : [low + 128, ...varint(rest)];
}

function varintField(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

function bytesField(field: number, content: ArrayLike<number>): number[] {
  return [field << 3 | 2, ...varint(content.length), ...Array.from(content)];
}

function doubleField(field: number, value: number): number[] {
  return [field << 3 | 1, ...new Uint8Array(Float64Array.of(value).buffer)];
}

function floatField(field: number, value: number): number[] {
  return [field << 3 | 5, ...new Uint8Array(Float32Array.of(value).buffer)];
}

function textOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
