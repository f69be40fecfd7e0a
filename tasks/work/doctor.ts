/** The work of `deno task doctor`. @module */

import { EngineError } from "../../lib/core/mod.ts";
import { doctor, formatDoctor } from "../../lib/engine/mod.ts";
import { ffmpegPath, ffmpegVersion } from "../../lib/media/mod.ts";
import type { Outcome } from "../shared/command.ts";

/** Looks around, and prints what is there. */
export async function work(): Promise<Outcome> {
  const found = await doctor();
  const { available, version, path, problem } = await findFfmpeg();
  const problems = [...found.problems, ...(problem === null ? [] : [problem])];
  const line = `Program ffmpeg: ${available ? `${version}, ${path}` : "not available"}`;
  console.log(formatDoctor({ ...found, problems }, [line]));
  return { json: { ...found, programs: { ffmpeg: { available, version, path } }, problems } };
}

/** The program that reads clips. */
async function findFfmpeg() {
  try {
    return { available: true, version: await ffmpegVersion(), path: ffmpegPath(), problem: null };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { available: false, version: null, path: null, problem: error.message };
  }
}
