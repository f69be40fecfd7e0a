/** Comparisons between algorithms: tests, intervals, verdicts, their tables. @module */

export {
  compareRuns,
  type Comparison,
  type ComparisonTable,
  type Refusal,
  type Verdict,
} from "./compare.ts";
export type { CompareOptions, Effect, SampleTest } from "./compare_pair.ts";
export type { SeedTest, TestResult } from "./over_seeds.ts";
export { headerOf, notesOf, rowsOf, toHtml, toLatex, toMarkdown } from "./comparison_format.ts";
export { groupRuns, rowNames, type RunGroup } from "./groups.ts";
