/**
 * eGeMAPS beside openSMILE's own Python package, bit by bit. Its licence keeps the numbers out of
 * this repository: their hash is here.
 */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { EngineError } from "../../../mod.ts";
import { OpenSmile } from "../../../lib/media/audio/opensmile.ts";
import { openSmileLibrary } from "../../../lib/media/audio/opensmile_files.ts";
import { readGolden } from "../deviation.ts";

/** Of 46 × 25 float32 of `opensmile` 2.6.0 (eGeMAPSv02, LowLevelDescriptors) for this speech. */
const EXPECTED = "9a8e5094eed70f6918431c249f5d970184d1279be7435b9896d393e4a149118c";

function isInstalled(): boolean {
  try {
    openSmileLibrary();
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.log("openSMILE is not here: its tests are skipped");
    return false;
  }
}

Deno.test("OpenSmile gives the bits of its own Python package", { ignore: !isInstalled() }, () => {
  const speech = readGolden("librosa.safetensors").get("speech44.to16000")!
    .map((value) => Math.max(-32768, Math.min(32767, roundHalfToEven(value * 32768))) / 32768);
  using smile = new OpenSmile();
  const { values, width, times } = smile.read(speech);
  assertEquals([width, times.length, smile.columns()[10]], [25, 46, "F0semitoneFrom27.5Hz_sma3nz"]);
  assertAlmostEquals(times[1]! - times[0]!, 0.01, 1e-9);
  const bytes = new Uint8Array(values.buffer);
  assertEquals(createHash("sha256").update(bytes).digest("hex"), EXPECTED);
});

/** As numpy rounds. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
