/** Reports: a study as one page. @module */

export { makeReport } from "./report.ts";
