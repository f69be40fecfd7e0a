/** Words, sentences and ids, whatever Python held them in. @module */

import { isArraySource } from "../arrays/values.ts";
import { latin1 } from "../pickle/text.ts";
import { isList } from "./values.ts";

/** Texts of samples, and what was made of them. */
export interface Texts {
  readonly texts: string[];
  /** How many were not there. */
  readonly missing: number;
  /** How many were bytes that are no UTF-8. */
  readonly latin1: number;
}

/** Silence in the words of the CMU SDK. */
const SILENCE = "sp";

/** What joins the parts of an id, as in MMSA's files: video and clip. */
const ID_JOINT = "$_$";

/**
 * One sentence a sample: strings, bytes, lists of words, or rows of an array of words. What is
 * missing (None, NaN) is an empty sentence. Null where `value` is something else.
 */
export function sentencesOf(value: unknown): Texts | null {
  const rows = rowsOfTexts(value);
  if (rows === null) return null;
  const counts = { latin1: 0 };
  const texts = rows.map((row) => {
    if (!isList(row)) return toText(row, counts);
    const words = row.map((word) => toText(word, counts));
    if (words.some((word) => word === null)) return null;
    return words.filter((word) => word !== "" && word !== SILENCE).join(" ");
  });
  if (texts.some((text) => text === null)) return null;
  return {
    texts: texts as string[],
    missing: texts.filter((text) => text!.trim() === "").length,
    latin1: counts.latin1,
  };
}

/** Whether `value` is sentences or words, not numbers. */
export function areTexts(value: unknown): boolean {
  let inner = value;
  for (let depth = 0; isList(inner) && inner.length > 0 && depth < 4; depth++) {
    inner = inner.find((item) => item !== null && !isNan(item)) ?? null;
  }
  if (isArraySource(inner)) {
    if (inner.dtype === "|O") return Array.from(inner.values()).some(isText);
    return /^[<|][US]/.test(inner.dtype);
  }
  return isText(inner);
}

/** Whether `value` is words of which none is a number. */
export function areNames(value: unknown): boolean {
  const words = areTexts(value) ? sentencesOf(value)?.texts : undefined;
  return words !== undefined && words.some((word) => word.trim() !== "") &&
    words.every((word) => numberIn(word) === null);
}

/**
 * One id a sample: strings, numbers, or several parts that are joined as `video$_$clip`. Null where
 * `value` is something else.
 */
export function idsOf(value: unknown): Texts | null {
  const rows = rowsOfTexts(value);
  if (rows === null) return null;
  const counts = { latin1: 0 };
  const part = (item: unknown): string | null =>
    isList(item) && item.length === 1 ? part(item[0]) : toText(item, counts);
  const texts = rows.map((row) => {
    const parts = isList(row) ? row.map(part) : [part(row)];
    return parts.some((text) => text === null) ? null : parts.join(ID_JOINT);
  });
  if (texts.some((text) => text === null)) return null;
  return { texts: texts as string[], missing: 0, latin1: counts.latin1 };
}

/** The number that a text is, also with a comma for the point; null where it is none. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(/^([-+]?\d+),(\d+)$/, "$1.$2");
  const value = Number(plain);
  return plain === "" || !Number.isFinite(value) ? null : value;
}

/** `video$_$clip` of the two parts of each. */
export function joinedIds(videos: readonly string[], clips: readonly string[]): string[] {
  return videos.map((video, i) => `${video}${ID_JOINT}${clips[i]}`);
}

/** An item a sample; the rows of an array of two axes are lists. */
function rowsOfTexts(value: unknown): unknown[] | null {
  if (isList(value)) {
    return Array.from(value, (row) => isArraySource(row) ? flattened(row) : row);
  }
  if (!isArraySource(value) || value.shape.length === 0) return null;
  const items = Array.from<unknown>(value.values());
  if (value.shape.length === 1) return items;
  const [rows = 0, ...rest] = value.shape;
  const size = rest.reduce((product, axis) => product * axis, 1);
  return Array.from({ length: rows }, (_, i) => {
    const row = items.slice(i * size, (i + 1) * size);
    return size === 1 ? row[0] : row;
  });
}

function flattened(array: { shape: readonly number[]; values(): ArrayLike<unknown> }): unknown {
  const items = Array.from(array.values());
  return array.shape.length === 0 ? items[0] : items;
}

/** Text of a string, of bytes or of a number; null of anything else. */
function toText(value: unknown, counts: { latin1: number }): string | null {
  if (isArraySource(value)) return value.size === 1 ? toText(value.values()[0], counts) : null;
  if (value === null || value === undefined || isNan(value)) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (!(value instanceof Uint8Array)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    counts.latin1++;
    return latin1(value);
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value instanceof Uint8Array;
}

/** pandas writes a missing text as this number. */
function isNan(value: unknown): boolean {
  const number = isArraySource(value) && value.size === 1 ? value.values()[0] : value;
  return typeof number === "number" && Number.isNaN(number);
}
