/** The trainings of a study, one by one. @module */

import { join } from "node:path";
import type { Modality, ProtocolName } from "../../data/mod.ts";
import type { Setting } from "../../models/mod.ts";
import type { Placement } from "../../training/mod.ts";
import type { StudyDefinition } from "./definition.ts";

/** One training: everything that a process needs to know of it, as JSON. */
export interface Job {
  /** SETTING of its folder; empty where it is no part of a study. */
  readonly slug: string;
  /** The model's name. */
  readonly model: string;
  /** Those in use; null for all that the data have. */
  readonly modalities: readonly Modality[] | null;
  /** Settings other than the defaults. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Of all random draws. */
  readonly seed: number;
  /** What `--data` takes. */
  readonly data: string;
  /** Whose metrics and default settings hold; null for what the data tell. */
  readonly protocol: ProtocolName | null;
  /** The folder above `MODEL/DATASET/SEED`. */
  readonly out: string;
  /** DATASET, where the data of the study would share it. */
  readonly dataset?: string;
  /** Where it goes beside `SEED`, and whether it may go on; by default nowhere, and it may. */
  readonly place?: Pick<Placement, "name" | "overwrite"> & { readonly resume: boolean };
}

/**
 * The trainings of a study in their order: all cells with the first seed, then all with the next, so
 * that a study that is stopped early has a table nevertheless.
 *
 * @param folder `OUT/STUDY`
 */
export function studyJobs(definition: StudyDefinition, folder: string): Job[] {
  return definition.data.flatMap((data, i) =>
    definition.seeds.flatMap((seed) =>
      definition.cells.map(({ slug, model, modalities, settings }): Job => ({
        slug,
        model,
        modalities: modalities ?? null,
        settings,
        seed,
        data,
        protocol: definition.protocol ?? null,
        out: join(folder, slug),
        ...(definition.datasets === undefined ? {} : { dataset: definition.datasets[i]! }),
      }))
    )
  );
}

/**
 * How readers see a training: `batch-64/text-guided 1111`.
 */
export function jobName({ slug, model, seed }: Job): string {
  return `${slug === "" ? "" : `${slug}/`}${model} ${seed}`;
}
