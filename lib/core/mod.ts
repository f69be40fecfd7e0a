/** What every other part stands on: errors, files, locks, random streams. @module */

export {
  DataError,
  DataIntegrityError,
  EngineError,
  messageOf,
  NonFiniteLossError,
  OutOfMemoryError,
  reasonOf,
  RunError,
  UnsafePickleError,
  UsageError,
} from "./errors.ts";
export { type CsvTable, formatCsv, parseCsv } from "./csv.ts";
export { exists, sha256File, writeFileAtomic, writeJsonAtomic } from "./files.ts";
export { type FolderLock, lockFolder, type LockOwner } from "./lock.ts";
export { RandomStream } from "./random.ts";
export { nearest, unknownName } from "./suggest.ts";
export type { PhiloxKey } from "./philox.ts";
