/** `deno task doctor`: what is installed, what is missing, how to get it. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "doctor",
  summary: "Shows versions, engines, devices and ffmpeg, what is missing and how to get it",
  flags: [JSON_FLAG],
  notes: [
    "With --json:",
    '{"deno","engines":{"tensorflow":{"available","version","library","devices":[…]},"webgpu":{…},',
    '"cpu":{…}},"packages":{…},"programs":{"ffmpeg":{"available","version","path"}},"problems":[…]}',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/doctor.ts"));
