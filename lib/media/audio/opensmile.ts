/**
 * openSMILE's own library, called without Python: the 25 low-level descriptors of eGeMAPS v02 (Eyben
 * et al., 2016). Its licence allows no commercial use, so it is there only where a user has asked
 * for it.
 *
 * @module
 */

import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import type { Track } from "../track.ts";
import { openSmileFolder, openSmileLibrary } from "./opensmile_files.ts";

/** Samples a second that the descriptors are defined for. */
export const SMILE_RATE = 16000;

/** Of `smileapi.h`. */
const SYMBOLS = {
  smile_new: { parameters: [], result: "pointer" },
  smile_initialize: {
    parameters: ["pointer", "buffer", "i32", "buffer", "i32", "i32", "i32", "pointer"],
    result: "i32",
  },
  smile_run: { parameters: ["pointer"], result: "i32" },
  smile_free: { parameters: ["pointer"], result: "void" },
  smile_error_msg: { parameters: ["pointer"], result: "pointer" },
  smile_extaudiosource_write_data: {
    parameters: ["pointer", "buffer", "buffer", "i32"],
    result: "i32",
  },
  smile_extaudiosource_set_external_eoi: { parameters: ["pointer", "buffer"], result: "i32" },
  smile_extsink_set_data_callback_ex: {
    parameters: ["pointer", "buffer", "function", "pointer"],
    result: "i32",
  },
  smile_extsink_get_num_elements: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  smile_extsink_get_element_name: {
    parameters: ["pointer", "buffer", "i64", "buffer"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Gets a frame: its values, their number, and when it is. */
const ON_FRAME = {
  parameters: ["pointer", "i64", "i64", "pointer", "pointer"],
  result: "i32",
} as const;

/** The two ends of openSMILE's chain, by their names in its configuration. */
const SOURCE = zeroEnded("extsource"), SINK = zeroEnded("extsink");

/** The library, with eGeMAPS's configuration. Dispose it to close the library. */
export class OpenSmile implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;

  /** @throws {EngineError} it is not installed, or does not load */
  constructor() {
    this.#library = Deno.dlopen(openSmileLibrary(), SYMBOLS);
  }

  /** The descriptors of samples in [-1, 1) at 16 kHz, a step every 10 ms. */
  read(samples: Float32Array): Track {
    const { symbols } = this.#library;
    const smile = this.#start();
    const frames: Float32Array[] = [], times: number[] = [];
    const callback = new Deno.UnsafeCallback(ON_FRAME, (values, _steps, width, meta) => {
      const bytes = new Deno.UnsafePointerView(values!).getArrayBuffer(Number(width) * 4);
      frames.push(new Float32Array(bytes.slice(0)));
      // long vIdx; double time, period, lengthSec
      const about = new Deno.UnsafePointerView(meta!);
      times.push(about.getFloat64(8) + about.getFloat64(24) / 2);
      return 1;
    });
    try {
      const pcm = Int16Array.from(samples, (value) => Math.trunc(Math.fround(value * 32768)));
      const bytes = new Uint8Array(pcm.buffer);
      const { pointer } = callback;
      this.#check(smile, symbols.smile_extsink_set_data_callback_ex(smile, SINK, pointer, null));
      this.#check(
        smile,
        symbols.smile_extaudiosource_write_data(smile, SOURCE, bytes, bytes.length),
      );
      this.#check(smile, symbols.smile_extaudiosource_set_external_eoi(smile, SOURCE));
      this.#check(smile, symbols.smile_run(smile));
    } finally {
      symbols.smile_free(smile);
      callback.close();
    }
    const width = frames[0]?.length ?? 0;
    const values = new Float32Array(frames.length * width);
    frames.forEach((frame, t) => values.set(frame, t * width));
    return { values, width, times: Float64Array.from(times) };
  }

  /** [25] names of the descriptors. */
  columns(): string[] {
    const { symbols } = this.#library;
    const smile = this.#start();
    try {
      const count = new BigInt64Array(1), name = new BigUint64Array(1);
      this.#check(smile, symbols.smile_extsink_get_num_elements(smile, SINK, count));
      return Array.from({ length: Number(count[0]) }, (_, i) => {
        this.#check(smile, symbols.smile_extsink_get_element_name(smile, SINK, BigInt(i), name));
        return Deno.UnsafePointerView.getCString(Deno.UnsafePointer.create(name[0]!)!);
      });
    } finally {
      symbols.smile_free(smile);
    }
  }

  /** A chain that waits for samples. */
  #start(): Deno.PointerObject {
    const { symbols } = this.#library;
    const folder = join(openSmileFolder(), "config"), shared = join(folder, "shared");
    const options = Object.entries({
      source: join(shared, "standard_external_wave_input.conf.inc"),
      sink: join(shared, "standard_external_data_output_single.conf.inc"),
      sinkLevel: "lld",
      bufferModeRbConf: join(shared, "BufferModeRb.conf.inc"),
      frameModeFunctionalsConf: join(shared, "FrameModeFunctionals.conf.inc"),
      sampleRate: SMILE_RATE,
      nBits: 16,
    }).flatMap(([key, value]) => [zeroEnded(key), zeroEnded(String(value))]);
    const pointers = BigUint64Array.from([
      ...options.map((option) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(option))),
      0n,
    ]);
    const smile = symbols.smile_new();
    if (smile === null) throw new EngineError("Cannot start openSMILE: it has no memory");
    const config = zeroEnded(join(folder, "egemaps", "v02", "eGeMAPSv02.conf"));
    const bytes = new Uint8Array(pointers.buffer), count = options.length / 2;
    const status = symbols.smile_initialize(smile, config, count, bytes, 1, 0, 0, null);
    this.#check(smile, status);
    return smile;
  }

  #check(smile: Deno.PointerObject, status: number): void {
    if (status === 0) return;
    const message = this.#library.symbols.smile_error_msg(smile);
    const said = message === null ? "" : Deno.UnsafePointerView.getCString(message);
    throw new EngineError(
      `Cannot run openSMILE: it ends with status ${status}, ${said || "no word"}`,
    );
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}

/** Bytes of a text as C has it. */
function zeroEnded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
