/** Tests, intervals, effect sizes, corrections and power on plain numbers. @module */

export { bootstrap, type BootstrapOptions, type IndexStatistic } from "./bootstrap.ts";
export { benjaminiHochberg, holm } from "./corrections.ts";
export {
  type CorrelationTest,
  kendall,
  pearson,
  pearsonTest,
  spearmanTest,
} from "./correlation.ts";
export {
  type CorrelationTriple,
  dependentCorrelations,
  type DependentCorrelationsTest,
} from "./dependent_correlations.ts";
export {
  mean,
  quantile,
  ranks,
  standardDeviation,
  trimmedMean,
  type Values,
  variance,
} from "./descriptive.ts";
export { type Estimate, estimateOverSeeds } from "./estimate.ts";
export { type EffectSizes, effectSizes, pooledDeviation } from "./effect_sizes.ts";
export { type EquivalenceTest, equivalenceTest, resampledEquivalence } from "./equivalence.ts";
export { criticalDifference, type FriedmanTest, friedmanTest } from "./friedman.ts";
export type { Bounds, Interval } from "./interval.ts";
export { type MannWhitneyTest, mannWhitneyTest } from "./mann_whitney.ts";
export { discordant, type McNemarTest, mcnemarTest } from "./mcnemar.ts";
export {
  leastPermutationP,
  type PermutationOptions,
  type PermutationTest,
  permutationTest,
} from "./permutation.ts";
export {
  leastSignedRankSeeds,
  seedPower,
  seedsNeeded,
  smallestDistance,
  smallestEffect,
} from "./power.ts";
export type { SampleSums } from "./sample_sums.ts";
export { shapiroWilk } from "./shapiro.ts";
export { type RandomizationOptions, type RandomizationTest, signFlipTest } from "./sign_flip.ts";
export { swapTest } from "./swap.ts";
export { pairedTTest, tInterval, type TTest, welchTest } from "./t_tests.ts";
export {
  type SeededRuns,
  twoWayBootstrap,
  type TwoWayInterval,
  type TwoWayOptions,
} from "./two_way_bootstrap.ts";
export { type SignedRankOptions, type SignedRankTest, signedRankTest } from "./wilcoxon.ts";
