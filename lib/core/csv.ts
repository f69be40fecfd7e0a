/**
 * Comma-separated text as RFC 4180 has it: a field with a comma, a quote or a line break is
 * quoted, and a quote inside it is doubled. Written lines end in a line feed, which every reader
 * and Unix tool takes; both line feed and carriage return with line feed are read.
 *
 * @module
 */

import { DataError } from "./errors.ts";

/** The content of a CSV file: `header` and every row have the same number of fields. */
export interface CsvTable {
  /** Names of the columns. */
  readonly header: string[];
  /** Cells below the header. */
  readonly rows: string[][];
}

/** One line without its line break. */
export function formatCsvRow(fields: readonly string[]): string {
  // A lone empty field would be an empty line, which readers skip.
  if (fields.length === 1 && fields[0] === "") return '""';
  return fields.map(quoted).join(",");
}

/**
 * A whole file: the header, then the rows, each ended by a line feed.
 *
 * @throws {TypeError} a row has another number of fields than the header
 */
export function formatCsv(header: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [formatCsvRow(header)];
  for (const row of rows) {
    if (row.length !== header.length) {
      throw new TypeError(
        `Cannot write CSV: row ${lines.length} has ${row.length} fields, expected ${header.length}`,
      );
    }
    lines.push(formatCsvRow(row));
  }
  return lines.join("\n") + "\n";
}

/**
 * Reads a whole file; `source` names it in errors.
 *
 * @throws {DataError} no header, a row of another width, or quotes out of place, naming the line
 */
export function parseCsv(text: string, source = "CSV text"): CsvTable {
  const rows = /["\r]/.test(text) ? readQuoted(text, source) : readPlain(text, source);
  const header = rows.shift();
  if (header === undefined) {
    throw new DataError(`Cannot read "${source}": it is empty, expected a header line`);
  }
  return { header, rows };
}

/** Text without quotes: a field is what lies between commas, and no character is looked at twice. */
function readPlain(text: string, source: string): string[][] {
  if (text === "") return [];
  const rows = text.replace(/\n$/, "").split("\n").map((line) => line.split(","));
  const at = rows.findIndex((row) => row.length !== rows[0]!.length);
  if (at >= 0) refuseWidth(source, at + 1, rows[at]!.length, rows[0]!.length);
  return rows;
}

function readQuoted(text: string, source: string): string[][] {
  const rows: string[][] = [];
  const reader = new CsvReader(text, source);
  while (!reader.done) {
    const line = reader.line;
    const row = reader.row();
    const width = rows[0]?.length ?? row.length;
    if (row.length !== width) refuseWidth(source, line, row.length, width);
    rows.push(row);
  }
  return rows;
}

function refuseWidth(source: string, line: number, found: number, wanted: number): never {
  throw new DataError(
    `Cannot read "${source}": line ${line} has ${found} fields, expected ${wanted}`,
  );
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A cursor over the text that gives one row at a time. */
class CsvReader {
  /** The line of the file that the cursor is on, from 1. */
  line = 1;
  readonly #text: string;
  readonly #source: string;
  #at = 0;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads to the end of the row and over its line break. */
  row(): string[] {
    const fields: string[] = [];
    while (true) {
      fields.push(this.#text[this.#at] === '"' ? this.#quotedField() : this.#bareField());
      if (this.#text[this.#at] !== ",") break;
      this.#at++;
    }
    if (this.#text.startsWith("\r\n", this.#at)) this.#at++;
    this.#at++;
    this.line++;
    return fields;
  }

  fail(line: number, problem: string): never {
    throw new DataError(`Cannot read "${this.#source}": line ${line} ${problem}`);
  }

  #bareField(): string {
    const start = this.#at;
    while (!this.#atEndOfField()) {
      if (this.#text[this.#at] === '"') {
        this.fail(this.line, "has a quote inside a field that is not quoted, expected it doubled");
      }
      this.#at++;
    }
    return this.#text.slice(start, this.#at);
  }

  #quotedField(): string {
    const firstLine = this.line;
    let field = "";
    while (true) {
      const start = this.#at + 1;
      const end = this.#text.indexOf('"', start);
      if (end < 0) this.fail(firstLine, "has a quoted field without an end, expected a quote");
      const part = this.#text.slice(start, end);
      this.line += part.split("\n").length - 1;
      field += part;
      this.#at = end + 1;
      if (this.#text[this.#at] !== '"') break;
      field += '"';
    }
    if (!this.#atEndOfField()) {
      this.fail(this.line, "has text after a closing quote, expected a comma or a line break");
    }
    return field;
  }

  #atEndOfField(): boolean {
    const character = this.#text[this.#at];
    return character === undefined || character === "," || character === "\n" ||
      this.#text.startsWith("\r\n", this.#at);
  }
}
