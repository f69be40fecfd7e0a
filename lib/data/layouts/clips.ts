/** Clips one by one, as MMSA-FET writes them. @module */

import type { Entries, Layout } from "./layout.ts";
import { holdsModalities, meaningsOf } from "./meanings.ts";
import { entriesOf, isList, isMap, rankOf, transposed } from "./values.ts";
import { divided } from "./flat.ts";
import { splitOf } from "./names.ts";
import { splitsOf } from "./split_dictionary.ts";
import { unfolded } from "./unfold.ts";

/** Whether `value` is one clip: features [steps, width], or words alone. */
function isClip(value: unknown): value is ReadonlyMap<unknown, unknown> {
  if (!holdsModalities(value)) return false;
  const entries = unfolded(entriesOf(value));
  return [...meaningsOf(entries)].every(([meaning, key]) =>
    !["text", "audio", "vision"].includes(meaning) || rankOf(entries.get(key)) <= 2
  );
}

function isClipList(value: unknown): value is readonly ReadonlyMap<unknown, unknown>[] {
  return isList(value) && value.length > 0 && isClip(value[0]) && value.every(isMap);
}

/** One dictionary of features; its features get an axis of samples. */
export const SINGLE_CLIP: Layout = {
  name: "MMSA-FET's single clip",
  recognises: isClip,
  read: (value) => new Map([["all", transposed([toEntries(value as Map<unknown, unknown>)])]]),
};

/** A list of dictionaries, one a clip; also one list for each split. */
export const CLIP_LIST: Layout = {
  name: "MMSA-FET's list of clips",
  recognises: (value) => isClipList(value) || [...splitsOf(value)?.values() ?? []].some(isClipList),
  read: (value, notes) => {
    const splits = splitsOf(value);
    if (splits === undefined) return divided(toTable(value), notes);
    return new Map([...splits].map(([name, part]) => [name, toTable(part)]));
  },
};

/** `{id: {text, audio, vision, label}, …}` */
export const CLIPS_BY_ID: Layout = {
  name: "clips by id",
  recognises: (value) => isClipMap(value) || [...splitsOf(value)?.values() ?? []].some(isClipMap),
  read: (value, notes) => {
    if (isClipMap(value)) return divided(toColumns(value), notes);
    return new Map([...splitsOf(value)!].map(([name, part]) => [
      name,
      isClipMap(part) ? toColumns(part) : new Map(),
    ]));
  },
};

function isClipMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return isMap(value) && value.size > 0 &&
    [...value].every(([key, part]) => splitOf(String(key)) === undefined && isClip(part));
}

function toColumns(clips: ReadonlyMap<unknown, unknown>): Map<string, unknown[]> {
  return transposed(
    [...entriesOf(clips)].map(([id, part]): Entries =>
      new Map([["id", id], ...toEntries(part as Map<unknown, unknown>)])
    ),
  );
}

function toTable(list: unknown): Map<string, unknown[]> {
  const clips = isList(list) ? list.filter(isMap) : [];
  return transposed(clips.map(toEntries));
}

/** Without what is no value of a clip: settings of the extraction. */
function toEntries(clip: ReadonlyMap<unknown, unknown>): Entries {
  return new Map([...unfolded(entriesOf(clip))].filter(([, value]) => !isMap(value)));
}
