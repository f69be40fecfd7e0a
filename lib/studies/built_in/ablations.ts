/**
 * Ablations of what came after Self-MM: which modalities share, and what of MMCL is needed.
 *
 * Source: METHODS of this project, 2 and 3. Of neither paper a table of results could be had.
 *
 * @module
 */

import { findModel, type Setting } from "../../models/mod.ts";
import {
  STUDY_METRICS,
  STUDY_SEEDS,
  type StudyCell,
  type StudyDefinition,
} from "../study/definition.ts";

const PROJECTION =
  "Text is wider than audio and vision, so that every set of pairs is aligned through a linear map with " +
  "standardized output. The paper's figure draws audio and vision alone; they are aligned as they are in " +
  "row av, identity, which is the model's own form";
const NEGATIVE =
  "A public replication found none of 14 contrastive losses beside the task to help on MOSI (20 seeds) or " +
  "MOSEI (5 seeds, the largest effect .005 MAE): name the effect that would matter before looking";

const PAIRS = ["av", "ta", "tv", "ta,av", "tv,av", "ta,tv", "ta,tv,av"];

function noTable(claims: string): string {
  return `No table of the paper could be had, only its abstract, which claims ${claims}: there is ` +
    "nothing to set beside these numbers";
}

function cells(
  model: string,
  rows: readonly (readonly [slug: string, label: string, Readonly<Record<string, Setting>>])[],
): StudyCell[] {
  return rows.map(([slug, label, settings]) => ({ slug, label, model, settings, published: [] }));
}

function study(
  name: string,
  title: string,
  rest: Pick<StudyDefinition, "cells" | "notes">,
): StudyDefinition {
  const common = {
    seeds: STUDY_SEEDS,
    data: [],
    metrics: STUDY_METRICS,
    scoredOn: "test",
  } as const;
  return { name, title, ...common, ...rest };
}

/** All values of the setting `alignment`. */
const ALIGNMENTS = findModel("shared-private").settings["alignment"]!.values!.map(String);

/** One for each model. */
export const ABLATIONS: readonly StudyDefinition[] = [
  study("shared-private-pairs", "Which modalities share, and how they are aligned", {
    cells: cells("shared-private", [
      ["none", "no pair", { pairs: "none" }],
      ["av-identity", "av, identity", { pairs: "av", projection: "identity" }],
      ...ALIGNMENTS.flatMap((alignment) =>
        PAIRS.map((pairs) =>
          [
            `${pairs.replaceAll(",", "+")}-${alignment.replace("+", "-")}`,
            `${pairs}, ${alignment}`,
            { pairs, alignment, projection: "linear" },
          ] as const
        )
      ),
    ]),
    notes: [noTable("the best values by most metrics on three datasets"), PROJECTION],
  }),
  study("mmcl-ablation", "What of MMCL is needed", {
    cells: cells("mmcl", [
      ["whole", "whole", {}],
      ["without-cmc", "without CMC", { alpha: 0 }],
      ["without-smc", "without SMC", { beta: 0 }],
      ["without-modulation", "without modulation", { modulation: "none" }],
      ["without-routing", "without routing", { routing: false }],
      ["without-stop", "without gradient stop", { isolate: false }],
    ]),
    notes: [noTable("the state of the art on MOSI and MOSEI"), NEGATIVE],
  }),
];
