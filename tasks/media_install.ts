/** `deno task media:install`: programs that read clips. @module */

import { type Command, start } from "./shared/command.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "media:install",
  summary: "Gets ffmpeg (about 70 MB), which reads clips, into the cache folder of this user",
  flags: [
    { name: "opensmile", help: "openSMILE's library in place of ffmpeg, for --audio egemaps" },
    {
      name: "accept-licence",
      help: "of openSMILE: no commercial use of it or of its features",
    },
  ],
  notes: "Where ffmpeg is on the path already, or MSA_FFMPEG names one, that one is used.",
};

await start(import.meta, COMMAND, () => import("./work/media_install.ts"));
