/** Installs TensorFlow, or unpacks a wheel, in a process of its own. */

import { installTensorflow } from "../../../lib/engine/mod.ts";
import { unpackWheels } from "../../../lib/engine/tensorflow/library/install.ts";
import { messageOf } from "../../../lib/core/errors.ts";

const { cuda, wheel, folder } = JSON.parse(Deno.args[0]!);
try {
  if (wheel !== undefined) unpackWheels([wheel], folder, false);
  else installTensorflow({ cuda: cuda ?? false, log: console.error });
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).name, message: messageOf(error) }));
  Deno.exitCode = 1;
}
