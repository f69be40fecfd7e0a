/** What the runs of a study answer to the claim that it is made for. @module */

import { messageOf, RunError, UsageError } from "../../core/errors.ts";
import { cellKey, type Study, type StudyClaim } from "../../studies/study/mod.ts";
import { compareRuns, type Comparison } from "./compare.ts";
import type { CompareOptions } from "./compare_pair.ts";
import { isAtMost } from "./over_seeds.ts";

/** The answer on one dataset. */
export interface ClaimAnswer {
  /** Who claims it, and what. */
  readonly claim: string;
  /** The dataset's name. */
  readonly dataset: string;
  /**
   * `holds` where the cell is better than each that it is measured against, or equivalent within the
   * margin, or both; `fails` where one of them is better, and not by less than the margin; else `open`.
   */
  readonly answer: "holds" | "fails" | "open";
  /** What it rests on; empty where nothing could be compared. */
  readonly comparisons: readonly Comparison[];
  /** The claim, the answer and why, as a paper could print it. */
  readonly sentence: string;
}

/**
 * Answers the claim of a study on each of its datasets; none for a study without a claim, or without a
 * run of the cell that it is about.
 */
export function answerClaim(study: Study, options: CompareOptions = {}): ClaimAnswer[] {
  const { claim } = study.definition;
  if (claim === undefined) return [];
  const keys = [claim.cell, ...claim.against];
  const datasets = [...new Set(study.groups.map(({ dataset }) => dataset))].sort();
  return datasets.flatMap((dataset) => {
    const runs = keys.map((key) =>
      study.groups.find((group) => group.dataset === dataset && cellKey(group.cell) === key)
        ?.runs ??
        []
    );
    return runs[0]!.length === 0 ? [] : [answerOn(dataset, claim, runs.flat(), options)];
  });
}

function answerOn(
  dataset: string,
  claim: StudyClaim,
  runs: Study["groups"][number]["runs"],
  options: CompareOptions,
): ClaimAnswer {
  const { text, margins } = claim;
  try {
    const pairs = { ...options, equivalence: margins, pairs: "first" } as const;
    const { comparisons, refused, holm } = compareRuns(runs, Object.keys(margins), pairs);
    const { level = 0.95 } = options;
    const isWithin = (i: number) => isAtMost(holm.equivalence![i]!, 1 - level);
    const isFailed = comparisons.some(({ verdict }, i) => verdict === "b better" && !isWithin(i));
    const isShown = comparisons.every(({ verdict }, i) => verdict === "a better" || isWithin(i));
    const wanted = claim.against.length * Object.keys(margins).length;
    const isWhole = comparisons.length === wanted && refused.length === 0;
    const answer = isFailed ? "fails" : isShown && isWhole ? "holds" : "open";
    const reasons = [
      ...comparisons.map(({ sentence }) => sentence),
      ...new Set(refused.map(({ reason }) => reason)),
    ];
    return {
      claim: text,
      dataset,
      answer,
      comparisons,
      sentence: sentenceOf(text, answer, reasons),
    };
  } catch (error) {
    if (!(error instanceof RunError || error instanceof UsageError)) throw error;
    const sentence = sentenceOf(text, "open", [messageOf(error)]);
    return { claim: text, dataset, answer: "open", comparisons: [], sentence };
  }
}

const WORDS = {
  holds: "These runs show it",
  fails: "These runs show the opposite",
  open: "These runs show neither it nor the opposite",
};

function sentenceOf(
  text: string,
  answer: ClaimAnswer["answer"],
  reasons: readonly string[],
): string {
  return `${text}. ${WORDS[answer]}: ${reasons.join("; ")}`;
}
