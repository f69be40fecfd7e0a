/**
 * The unimodal labels that a training generated, as a file.
 *
 * @module
 */

import { formatCsv, parseCsv } from "../core/csv.ts";
import { DataError, reasonOf } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { MODALITIES, type Modality, type Split } from "../data/mod.ts";
import type { Network } from "../models/mod.ts";

/**
 * Writes `labels.csv`: `id,label,text,audio,vision`, one line a train sample, numbers that read
 * back as the same float32; a modality without generated labels is left empty. A network that
 * generates none writes nothing.
 */
export async function writeUnimodalLabels(
  path: string,
  network: Network,
  train: Split,
): Promise<void> {
  const generated = network.unimodalLabels?.();
  if (Object.keys(generated ?? {}).length === 0) return;
  const columns = await Promise.all(MODALITIES.map(async (modality) => {
    return await generated![modality]?.data() ?? null;
  }));
  const rows = train.ids.map((id, i) => [
    id,
    String(train.labels![i]),
    ...columns.map((column) => column === null ? "" : String(column[i])),
  ]);
  writeFileAtomic(path, formatCsv(["id", "label", ...MODALITIES], rows));
}

/** A `labels.csv` by columns, in the order of the train split. */
export interface UnimodalLabelTable {
  /** [samples] names of the samples. */
  readonly ids: readonly string[];
  /** Annotated labels. */
  readonly labels: Float64Array;
  /** Generated ones; a modality without any is absent. */
  readonly generated: Readonly<Partial<Record<Modality, Float64Array>>>;
}

/**
 * Reads a `labels.csv`.
 *
 * @throws {DataError} the file is missing, or is not of that form
 */
export function readUnimodalLabels(path: string): UnimodalLabelTable {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected generated labels`);
  }
  const { header, rows } = parseCsv(text, path);
  const wanted = ["id", "label", ...MODALITIES].join();
  if (header.join() !== wanted) {
    throw new DataError(`Cannot read "${path}": its columns are "${header}", expected "${wanted}"`);
  }
  const column = (place: number) =>
    Float64Array.from(rows, (row, i) => {
      const value = row[place] === "" ? NaN : Number(row[place]);
      if (Number.isFinite(value)) return value;
      throw new DataError(
        `Cannot read "${path}": the ${header[place]} of row ${i + 1} is "${row[place]}", ` +
          "expected a number",
      );
    });
  const known = MODALITIES.filter((_, i) => rows.length > 0 && rows[0]![i + 2] !== "");
  return {
    ids: rows.map((row) => row[0]!),
    labels: column(1),
    generated: Object.fromEntries(
      known.map((modality) => [modality, column(2 + MODALITIES.indexOf(modality))]),
    ),
  };
}
