/** Where the published files come from, for people who have none yet. @module */

import { basename, dirname } from "node:path";
import { MODALITIES } from "./modality.ts";
import { KNOWN_FILES, type KnownFile } from "./registry.ts";

/** Who distributes all of them, by the name of the page: no command fetches data. */
const DISTRIBUTED_BY = 'the README of thuiar/MMSA on GitHub, section "Datasets"';

/**
 * About how many bytes a published file has, by its shapes: BERT's text is float32, audio and vision are
 * float64. Null where not all of its shapes are published.
 */
export function publishedBytes({ widths, steps, samples }: KnownFile): number | null {
  const { train, valid, test } = samples;
  if (train === undefined || valid === undefined || test === undefined) return null;
  const bytes = MODALITIES.map((modality) =>
    widths[modality] * steps[modality] * (modality === "text" ? 4 : 8)
  );
  return (train + valid + test) * bytes.reduce((sum, value) => sum + value, 0);
}

/** `1.2 GB` */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}

/**
 * What to do about a file that is not there: where the published one of that name is to be had, and what
 * works without any.
 *
 * @param path as it was asked for
 */
export function howToGet(path: string): string {
  const wanted = publishedLike(path);
  const which = wanted.map((file) => {
    const bytes = publishedBytes(file);
    const size = bytes === null ? "" : `, about ${gigabytes(bytes)}`;
    return `${file.path}${size}${file.sha256 === null ? "" : `, SHA-256 ${file.sha256}`}`;
  });
  const files = which.length === 0 ? "MOSI, MOSEI and SIMS are" : `${which.join("; ")}:`;
  return `${files} distributed by ${DISTRIBUTED_BY}. "--data synthetic" needs no file; ` +
    '"Get the data" in DATA.md tells more';
}

/** The published files that a path sounds like: by its dataset, and by its own name where that is one. */
function publishedLike(path: string): readonly KnownFile[] {
  const place = `${basename(dirname(path))}/${basename(path)}`.toLowerCase();
  const dataset = /mosei|mosi|simsv2|sims/.exec(place)?.[0];
  if (dataset === undefined) return [];
  const files = KNOWN_FILES.filter(({ name, sha256 }) =>
    sha256 !== null && name.split("-")[0] === dataset
  );
  const aligned = /(un)?aligned/.exec(place)?.[0];
  const same = files.filter((file) => file.path.endsWith(`/${aligned}_50.pkl`));
  return same.length > 0 ? same : files;
}
