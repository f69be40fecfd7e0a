/** A page on this machine that follows trainings. @module */

export { type Watch, watchFolder, type WatchOptions } from "./serve.ts";
