/** The work of `deno task export`. @module */

import { textTable } from "../../lib/display/mod.ts";
import { exportOnnx } from "../../lib/export/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";

/** Writes the file, and prints what it is given and how well it agrees. */
export async function work(call: Call): Promise<Outcome> {
  const file = call.require("onnx");
  const { inputs, operators, bytes, difference } = await exportOnnx(call.arguments[0]!, file);
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
