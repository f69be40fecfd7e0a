/** All layouts, and finding the one that a file has. @module */

import { ARRAYS } from "./arrays.ts";
import { BY_MODALITY, JOINED_NAMES } from "./by_modality.ts";
import { CLIP_LIST, CLIPS_BY_ID, SINGLE_CLIP } from "./clips.ts";
import { FLAT } from "./flat.ts";
import type { Layout } from "./layout.ts";
import { MMSA } from "./mmsa.ts";
import { MULT } from "./mult.ts";
import { NAMED_SPLITS } from "./named_splits.ts";
import { SDK_TENSORS } from "./sdk_tensors.ts";
import { SEQUENCES } from "./sequences.ts";
import { TUPLES } from "./tuples.ts";
import { isList, isMap } from "./values.ts";

/** The first that recognises a file reads it: the narrow ones come first. */
export const LAYOUTS: readonly Layout[] = [
  SEQUENCES,
  MMSA,
  MULT,
  NAMED_SPLITS,
  TUPLES,
  SDK_TENSORS,
  BY_MODALITY,
  JOINED_NAMES,
  FLAT,
  SINGLE_CLIP,
  CLIP_LIST,
  CLIPS_BY_ID,
  ARRAYS,
];

/** Wrappers around a dataset that are looked into. */
const DEEPEST = 4;

/** A layout and the value that has it. */
export interface Found {
  readonly layout: Layout;
  readonly value: unknown;
}

/**
 * The layout of `value`, or of the only thing in it that has one: a dataset in a list of one, in a
 * tuple with other facts, or below a name. Null where there is none.
 */
export function findLayout(value: unknown, depth = 0): Found | null {
  const layout = LAYOUTS.find(({ recognises }) => recognises(value));
  if (layout !== undefined) return { layout, value };
  if (depth === DEEPEST) return null;
  const parts = isMap(value) ? [...value.values()] : isList(value) ? value.slice(0, 8) : [];
  const inside = parts.filter((part) => isMap(part) || isList(part))
    .map((part) => findLayout(part, depth + 1))
    .filter((found) => found !== null);
  return inside.length === 1 ? inside[0]! : null;
}
