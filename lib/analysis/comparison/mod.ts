/** Comparisons between algorithms: tests, intervals, verdicts, their tables. @module */

export { answerClaim, type ClaimAnswer } from "./claim.ts";
export { compareRuns, type Comparison, type ComparisonTable, type Refusal } from "./compare.ts";
export type { CompareOptions, Effect, SampleTest } from "./compare_pair.ts";
export type { SeedTest, TestResult } from "./over_seeds.ts";
export { comparisonGrid, comparisonTables } from "./comparison_format.ts";
export type { Equivalence, Margins } from "./equivalence.ts";
export type { Verdict } from "./verdict_sentence.ts";
export { groupRuns, rowNames, type RunGroup } from "./groups.ts";
