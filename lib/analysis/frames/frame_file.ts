/** Frames as files that other programs read. @module */

import { formatCsv } from "../../core/csv.ts";
import { UsageError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { loadPackage } from "../../core/packages.ts";
import type { Cell, Frame } from "./frame.ts";

/** What is used of hyparquet-writer. */
interface ParquetWriter {
  parquetWriteBuffer(table: {
    readonly columnData: readonly {
      readonly name: string;
      readonly type: "STRING" | "DOUBLE";
      readonly data: readonly Cell[];
    }[];
  }): ArrayBuffer;
}

/**
 * Writes a frame, atomically, as CSV or Parquet by the end of the name. A number that is not known
 * is an empty field in CSV and NaN in Parquet.
 *
 * @throws {UsageError} the name ends in neither `.csv` nor `.parquet`
 * @throws {DataError} the Parquet writer cannot be loaded
 */
export async function writeFrame(path: string, frame: Frame): Promise<void> {
  if (path.endsWith(".csv")) {
    const text = (cell: Cell) => Number.isNaN(cell) ? "" : String(cell);
    writeFileAtomic(path, formatCsv(frame.columns, frame.values.map((row) => row.map(text))));
  } else if (path.endsWith(".parquet")) {
    const { parquetWriteBuffer } = await loadPackage<ParquetWriter>("hyparquet-writer");
    const columnData = frame.columns.map((name, i) => ({
      name,
      type: frame.dtypes[i] === "string" ? "STRING" as const : "DOUBLE" as const,
      data: frame.values.map((row) => row[i]!),
    }));
    writeFileAtomic(path, new Uint8Array(parquetWriteBuffer({ columnData })));
  } else {
    throw new UsageError(
      `Cannot write a frame to "${path}": expected a name that ends in .csv or .parquet`,
    );
  }
}
