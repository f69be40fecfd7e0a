/** The work of `deno task export`. @module */

import { join, relative } from "node:path";
import { exists, RunError, UsageError } from "../../lib/core/mod.ts";
import { textTable } from "../../lib/display/mod.ts";
import { EventFiles, exportOnnx } from "../../lib/export/mod.ts";
import { findRunFolders } from "../../lib/studies/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";

/** Writes what was asked for, and says what it is. */
export async function work(call: Call): Promise<Outcome> {
  const run = call.arguments[0]!;
  const [onnx, tensorboard] = [call.get("onnx"), call.get("tensorboard")];
  if (onnx !== undefined && tensorboard === undefined) return await writeOnnx(run, onnx);
  if (tensorboard !== undefined && onnx === undefined) return writeEvents(run, tensorboard);
  throw new UsageError(`Cannot export "${run}": expected --onnx FILE or --tensorboard FOLDER`);
}

async function writeOnnx(run: string, file: string): Promise<Outcome> {
  const { inputs, operators, bytes, difference } = await exportOnnx(run, file);
  const rows = inputs.map(({ name, type, shape, help }) => [
    name,
    `${type} [${["batch", ...shape].join(", ")}]`,
    help,
  ]);
  console.log(textTable([["input", "type", "holds"], ...rows], "lll"));
  console.log(
    `${file}: ${(bytes / 1e6).toFixed(1)} MB, ${operators} operators, output prediction [batch]; ` +
      `onnxruntime's scores differ from the network's by ${difference.toExponential(0)} at most`,
  );
  const told = inputs.map(({ name, type, shape }) => ({ name, type, shape: ["batch", ...shape] }));
  return { json: { file, bytes, operators, inputs: told, difference } };
}

/** A folder of TensorBoard's for each run that has epochs, by its path from `above`. */
function writeEvents(above: string, folder: string): Outcome {
  const runs = findRunFolders([above]).folders
    .filter((path) => exists(join(path, "history.jsonl")));
  if (runs.length === 0) {
    throw new RunError(
      `Cannot export "${above}": there is no run in it or below that has trained an epoch`,
    );
  }
  const events = new EventFiles();
  for (const run of runs) events.follow(run, join(folder, relative(above, run)));
  console.log(`${runs.length} runs: tensorboard --logdir ${folder}`);
  return { json: { folder, runs: runs.length } };
}
