/** From clips that are done to a dataset that is written as a store, clip by clip. @module */

import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import {
  type ColumnSource,
  type DatasetSource,
  type FeatureRecipe,
  MODALITIES,
  type Modality,
  type SplitName,
  SPLITS,
  type SplitSource,
} from "../data/mod.ts";
import { RowFile } from "../data/store/mod.ts";
import type { ClipFiles, ClipNote } from "./clip_files.ts";
import type { Clip } from "./clips.ts";
import type { Spoken } from "./spoken.ts";
import { alignToWords } from "./text/align.ts";

/** A clip that is done and what is said in it. */
export interface DoneClip {
  readonly clip: Clip;
  readonly spoken: Spoken;
  readonly note: ClipNote;
}

/** A clip whose words, labels and file are known. */
export type KnownClip = Pick<DoneClip, "clip" | "spoken"> & { readonly sha256: string };

/** Tells one content from another: labels, words and media files. */
export function contentHash(clips: readonly DoneClip[]): string {
  return hashOf(clips.map(({ note, ...rest }) => ({ ...rest, sha256: note.file.sha256 })));
}

/** As {@linkcode contentHash}, of clips that may not have been extracted. */
export function hashOf(clips: readonly KnownClip[]): string {
  const content = clips.map(({ clip: { path: _path, ...clip }, spoken, sha256 }) => [
    ...[clip, spoken, sha256],
  ]);
  return digest(content);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/**
 * The clips as a dataset, in their order. Rows are padded with zeros to the longest clip of their
 * split, and lie in files of the folder until the source is disposed.
 *
 * @param folder of the clips, which gives the name
 */
export function assemble(
  folder: string,
  clips: readonly DoneClip[],
  files: ClipFiles,
  recipe: FeatureRecipe,
): DatasetSource {
  using open = new DisposableStack();
  const name = basename(resolve(folder));
  const hasText = clips.some(({ spoken }) => spoken.text !== null);
  const splits: Partial<Record<SplitName, SplitSource>> = {};
  for (const split of SPLITS) {
    const own = clips.filter(({ clip }) => clip.split === split);
    if (own.length === 0) continue;
    const columns: Partial<Record<Modality, ColumnSource>> = {};
    for (const modality of ["audio", "vision"] as const) {
      if (recipe[modality] === undefined) continue;
      columns[modality] = columnOf(split, modality, own, files, open);
    }
    splits[split] = {
      name: split,
      ids: own.map(({ clip }) => clip.id),
      labels: labelsOf(own, "all"),
      unimodalLabels: unimodalLabels(own),
      columns,
      rawText: hasText ? own.map(({ spoken }) => spoken.text ?? "") : null,
      textBert: null,
      annotations: own.some(({ clip }) => clip.annotation !== null)
        ? own.map(({ clip }) => clip.annotation ?? "")
        : null,
    };
  }
  const sha256 = digest([recipe, contentHash(clips)]);
  const rows = open.move();
  return {
    path: folder,
    format: "clips",
    layout: null,
    renamed: [],
    padding: {},
    name,
    fileName: name,
    protocol: null,
    splits,
    problems: [],
    store: null,
    recipe,
    sums: () => ({ bytes: null, sha256 }),
    [Symbol.dispose]: () => rows.dispose(),
  };
}

/** Labels of a split; null where no clip of it has one. A missing one is NaN, which is refused. */
function labelsOf(clips: readonly DoneClip[], key: "all" | Modality): Float32Array | null {
  if (clips.every(({ clip }) => clip.labels[key] === undefined)) return null;
  return Float32Array.from(clips, ({ clip }) => clip.labels[key] ?? NaN);
}

function unimodalLabels(clips: readonly DoneClip[]): SplitSource["unimodalLabels"] {
  const labels: Partial<Record<Modality, Float32Array>> = {};
  for (const modality of MODALITIES) {
    const own = labelsOf(clips, modality);
    if (own !== null) labels[modality] = own;
  }
  return labels;
}

function columnOf(
  split: SplitName,
  modality: "audio" | "vision",
  clips: readonly DoneClip[],
  files: ClipFiles,
  open: DisposableStack,
): ColumnSource {
  const stepsOf = ({ spoken, note }: DoneClip) => spoken.words?.length ?? note[modality]!.steps;
  const lengths = Int32Array.from(clips, stepsOf);
  const steps = Math.max(...lengths), { width } = clips[0]!.note[modality]!;
  const path = join(files.folder, `${split}.${modality}.rows`);
  Deno.writeFileSync(path, new Uint8Array(0));
  const rows = new RowFile(path, [steps, width]);
  for (const { clip, spoken } of clips) {
    const track = files.read(clip.id, modality);
    const row = new Float32Array(steps * width);
    row.set(spoken.words === null ? track.values : alignToWords(track, spoken.words));
    rows.append(row);
  }
  const { values, file } = rows.open();
  open.defer(() => Deno.removeSync(path));
  open.use(file);
  return {
    modality,
    samples: clips.length,
    steps,
    width,
    values,
    lengths,
    lengthOrigin: "given",
    wrongLengths: [],
  };
}
