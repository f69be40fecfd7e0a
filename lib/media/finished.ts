/** An extraction that was done before. @module */

import { join } from "node:path";
import { DataError } from "../core/errors.ts";
import { exists, sha256File } from "../core/files.ts";
import { compareRecipes, type FeatureRecipe, MODALITIES, type StoreMeta } from "../data/mod.ts";
import { readMeta } from "../data/store/mod.ts";
import type { TextKind } from "./add_text.ts";
import { hashOf } from "./assemble.ts";
import type { Clip } from "./clips.ts";
import type { ExtractionReport } from "./report.ts";
import type { StepAlignment } from "./settings.ts";
import { spokenIn } from "./spoken.ts";

/** The report's file in a store; it also tells which clips the store is of. */
export const REPORT_FILE = "features.json";

/**
 * What a store at `folder` holds, when it is of the same clips by the same recipe; null where
 * nothing is there. Clips that failed then are not tried again.
 *
 * @param text which features of the words are wanted; null for none
 * @throws {DataError} there is something else
 */
export function findFinished(
  folder: string,
  clips: readonly Clip[],
  recipe: FeatureRecipe,
  text: TextKind | null,
): { readonly meta: StoreMeta; readonly report: ExtractionReport } | null {
  if (!exists(folder) || Deno.readDirSync(folder).next().done === true) return null;
  const refuse = (state: string) =>
    new DataError(`Cannot extract features to "${folder}": ${state}, expected a new folder`);
  const path = join(folder, REPORT_FILE);
  if (!exists(path)) throw refuse("it holds something else");
  const meta = readMeta(folder);
  // Another BERT in the same folder is told by what made the text, which is not known before.
  const made = {
    ...recipe,
    ...(text === null ? {} : { text: { ...meta.recipe?.text, kind: text } }),
  };
  const { differences: other, notes } = compareRecipes(meta.recipe ?? recipe, made, MODALITIES);
  // Words that were heard otherwise make other words, whatever a model makes of them.
  const differences = [...other, ...notes.filter((note) => note.startsWith("transcript"))];
  if (differences.length > 0) {
    throw refuse(`it was extracted by another recipe (${differences.join("; ")})`);
  }
  const { content, ...report }: ExtractionReport & { content: string } = JSON.parse(
    Deno.readTextFileSync(path),
  );
  if (content === contentNow(clips, report, recipe.align as StepAlignment)) return { meta, report };
  throw refuse("clips, words or labels have changed since it was extracted");
}

function contentNow(
  clips: readonly Clip[],
  report: ExtractionReport,
  align: StepAlignment,
): string {
  const done = new Map(report.clips.map((clip) => [clip.id, clip]));
  return hashOf(
    clips.filter(({ id }) => done.has(id)).map((clip) => ({
      clip,
      spoken: spokenIn(clip, align, done.get(clip.id)!.heard),
      sha256: clip.path === null ? "" : sha256File(clip.path),
    })),
  );
}
