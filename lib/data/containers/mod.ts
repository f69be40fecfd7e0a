/** Files by what is in them, whatever layout the content has. @module */

export { readContent } from "./content.ts";
