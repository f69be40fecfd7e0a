/** What a store is written with, for who extracts features into one. @module */

export { RowFile } from "./row_file.ts";
export { readMeta } from "./store_meta.ts";
