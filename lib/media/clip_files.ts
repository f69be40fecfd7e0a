/**
 * What is done of an extraction: a file of tensors and a note for each clip, in a folder beside the
 * store that is to come. A clip counts when its note is there, which is written last.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError, messageOf } from "../core/errors.ts";
import { exists, removeUnfinishedFiles, writeJsonAtomic } from "../core/files.ts";
import {
  compareRecipes,
  type FeatureRecipe,
  MODALITIES,
  readSafetensors,
  writeSafetensors,
} from "../data/mod.ts";
import type { ClipFeatures } from "./extract_clip.ts";
import type { Transcript } from "./text/transcript.ts";
import type { Track } from "./track.ts";

/** What is known of a clip that is done. */
export interface ClipNote {
  readonly id: string;
  /** Of the media file when it was read. */
  readonly file: { readonly bytes: number; readonly modified: number; readonly sha256: string };
  /** Null where no audio was asked for. */
  readonly audio: { readonly steps: number; readonly width: number } | null;
  /** Null where no vision was asked for. */
  readonly vision: {
    readonly steps: number;
    readonly width: number;
    /** Steps with a face; null where none is looked for. */
    readonly seen: number | null;
    /** Most faces at once; null where none is looked for. */
    readonly mostFaces: number | null;
  } | null;
  readonly isSilent: boolean;
  /** What was heard in it, null where nothing was; absent where that was not asked for. */
  readonly heard?: Transcript | null;
}

/** Names of the numbers of a step; null where they have none. */
export interface ColumnNames {
  readonly audio: readonly string[] | null;
  readonly vision: readonly string[] | null;
}

/** The folder of an extraction that is under way. */
export class ClipFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The note of a clip; null where it is not done, or its file has changed since. */
  note(id: string, path: string): ClipNote | null {
    const file = this.#path(id, "json");
    if (!exists(file)) return null;
    try {
      const note: ClipNote = JSON.parse(Deno.readTextFileSync(file));
      const { size, mtime } = Deno.statSync(path);
      const isSame = note.file.bytes === size && note.file.modified === Number(mtime);
      return isSame && exists(this.#path(id, "safetensors")) ? note : null;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Keeps what was extracted. */
  write(id: string, path: string, features: ClipFeatures): ClipNote {
    const { audio, vision, isSilent, sha256, heard } = features;
    const { size, mtime } = Deno.statSync(path);
    writeSafetensors(
      this.#path(id, "safetensors"),
      [["audio", audio], ["vision", vision]].flatMap(([name, track]) =>
        track === null ? [] : tensorsOf(name as string, track as Track)
      ),
    );
    const shapeOf = ({ times, width }: Track) => ({ steps: times.length, width });
    const note: ClipNote = {
      id,
      file: { bytes: size, modified: Number(mtime), sha256 },
      audio: audio && shapeOf(audio),
      vision: vision && { ...shapeOf(vision), seen: vision.seen, mostFaces: vision.mostFaces },
      isSilent,
      ...(heard === undefined ? {} : { heard }),
    };
    writeJsonAtomic(this.#path(id, "json"), note);
    return note;
  }

  /** Keeps the names of what is extracted. */
  writeColumns(names: ColumnNames): void {
    writeJsonAtomic(join(this.folder, "columns.json"), names);
  }

  /** The names of what was extracted; none before anything was. */
  readColumns(): ColumnNames {
    const path = join(this.folder, "columns.json");
    if (!exists(path)) return { audio: null, vision: null };
    return JSON.parse(Deno.readTextFileSync(path));
  }

  /** A track of a clip that is done. */
  read(id: string, modality: "audio" | "vision"): Track {
    using file = readSafetensors(this.#path(id, "safetensors"));
    const tensor = file.tensor(modality);
    const [values, times] = [tensor.values(), file.tensor(`${modality}_times`).values()];
    return {
      values: Float32Array.from(values as Float32Array),
      width: tensor.shape[1]!,
      times: Float64Array.from(times as Float32Array),
    };
  }

  /**
   * Makes the folder one of this recipe.
   *
   * @throws {DataError} it holds clips of another recipe
   */
  claim(recipe: FeatureRecipe): void {
    removeUnfinishedFiles(this.folder);
    const path = join(this.folder, "recipe.json");
    if (exists(path)) {
      let found: FeatureRecipe;
      try {
        found = JSON.parse(Deno.readTextFileSync(path));
      } catch (error) {
        throw new DataError(`Cannot read "${path}": ${messageOf(error)}, expected JSON`);
      }
      const { differences, notes } = compareRecipes(found, recipe, MODALITIES);
      const lines = [...differences, ...notes];
      if (lines.length === 0) return;
      throw new DataError(
        `Cannot go on in "${this.folder}": its clips were extracted by another recipe: ${
          lines.join("; ")
        }; give the former settings, another --out, or remove the folder`,
      );
    }
    writeJsonAtomic(path, recipe);
  }

  /** Ids may hold anything: their hashes name files. */
  #path(id: string, ending: string): string {
    const name = createHash("sha256").update(id).digest("hex").slice(0, 24);
    return join(this.folder, `${name}.${ending}`);
  }
}

function tensorsOf(name: string, { values, width, times }: Track) {
  const steps = times.length;
  return [
    { name, dtype: "F32" as const, shape: [steps, width], data: values },
    {
      name: `${name}_times`,
      dtype: "F32" as const,
      shape: [steps],
      data: Float32Array.from(times),
    },
  ];
}
