/** `deno task compare RUNS…`: which of some models is better, and how sure that is. @module */

import { type Command, JSON_FLAG, start } from "./shared/command.ts";
import { FORMAT_FLAG } from "./shared/table_flags.ts";
import { EQUIVALENCE_FLAG } from "./shared/margins.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "compare",
  summary: "Compares models over seeds and test samples: intervals, tests, effect sizes",
  arguments: ["RUNS…"],
  flags: [
    {
      name: "metric",
      value: "KEY",
      help: "a metric of metrics.json, or several with commas; default: mae, of classes accClasses",
    },
    EQUIVALENCE_FLAG,
    { name: "level", value: "NUMBER", default: "0.95", help: "of the intervals, and of the tests" },
    { name: "seed", value: "NUMBER", default: "1", help: "of the resampling" },
    { name: "resamples", value: "NUMBER", default: "9999", help: "how often to resample" },
    FORMAT_FLAG,
    { name: "details", help: "tell each verdict with all that it rests on" },
    {
      name: "out",
      value: "FILE",
      help: "write the table too: .txt, .md, .tex, .csv, .html or .json",
    },
    JSON_FLAG,
  ],
  notes: [
    "RUNS are run folders, or any folders above them. Runs that differ by their seed are one model.",
    "a is the one that comes first. A difference is a - b; probImprovement is the chance that a run",
    "of a is better than one of b; detectable is the difference that so many seeds would show with",
    "the chance power, after the correction. With --json, for two models and one metric:",
    '{"a","b","dataset","metric","values":{"a":[…],"b":[…]},"difference":{"value","low","high","level","method"},"seeds":{"p","test",',
    '"leastP","power","detectable"},"samples":{"p","test","midP"},"effect":{"cohensD","hedgesG",',
    '"cliffsDelta","probImprovement"},',
    '"equivalence":{"margin","low","high","level","seeds":{"p","test"},"samples":{"p","test"},"p"},',
    '"verdict":"a better"|"b better"|"equivalent"|"not established","brief","sentence"}, where equivalence is',
    "there with --equivalence only: p is the larger one of two one-sided tests over seeds and of those",
    "over seeds and samples, low and high are the interval that has to lie within the margin.",
    'For more: {"comparisons":[…],"holm":{"seeds":[…],"samples":[…],"equivalence":[…]},"refused":[{"a",',
    '"b","metric","reason"}]}, where p of a comparison is before and those of holm are after correction.',
  ].join("\n"),
};

await start(import.meta, COMMAND, () => import("./work/compare.ts"));
