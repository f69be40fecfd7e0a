/**
 * Zeros that fill short sequences up. This project has them at the end; MMSA-FET writes them before
 * the sequence where it is asked to, and so does MulT.
 *
 * @module
 */

import { readRows } from "../rows.ts";
import { MODALITIES, type Modality } from "../modality.ts";
import { counted, listSome, type Problem, problem } from "../problem.ts";
import type { ColumnSource, PaddingPlace, SplitSource } from "../source.ts";
import { countOf, type FloatSource } from "../arrays/values.ts";

/** Bytes of each of the places of a column from which its padding is guessed. */
const LOOK_BYTES = 1 << 22;
/** The places: begin, middle, end. */
const LOOKS = 3;
/** One direction must be this many times as frequent as the other: words may be zeros, too. */
const CLEAR = 9;

/** Zeros of a sequence. */
interface Zeros {
  /** Steps of zeros before the first other. */
  readonly lead: number;
  /** Steps up to the last that is not zeros; 0 where all are. */
  readonly end: number;
}

/** Splits whose sequences are padded at the end, and what was done for it. */
export interface Settled {
  readonly splits: readonly SplitSource[];
  readonly padding: Readonly<Partial<Record<Modality, PaddingPlace>>>;
  readonly problems: readonly Problem[];
}

/**
 * Finds where the sequences of each modality are padded, and turns those that are padded at the
 * front. Where nothing tells the lengths, the zeros do. Reads a few megabytes of each column, and
 * all of one that has to be changed.
 */
export function settlePadding(splits: readonly SplitSource[]): Settled {
  const padding: Partial<Record<Modality, PaddingPlace>> = {};
  const problems: Problem[] = [];
  let settled = [...splits];
  for (const modality of MODALITIES) {
    const columns = settled.flatMap(({ columns }) => columns[modality] ?? []).filter(isPaddable);
    if (columns.length === 0) continue;
    const found = decide(columns);
    padding[modality] = found;
    if (found === "none" && endsInColumns(columns)) {
      problems.push(exchangedProblem(modality, columns));
    }
    if (found === "mixed") problems.push(mixedProblem(modality, settled));
    settled = settled.map((split) => {
      const column = split.columns[modality];
      if (column === undefined || !isPaddable(column)) return split;
      const changed = found === "front" ? turned(column) : withLengths(column, found);
      problems.push(...recomputed(split, column, changed));
      return { ...split, columns: { ...split.columns, [modality]: changed } };
    });
  }
  const front = MODALITIES.filter((modality) => padding[modality] === "front");
  if (front.length > 0) {
    const message = `${front.join(" and ")} padded with zeros at the front: turned to the end`;
    problems.unshift(problem("warning", "front-padding", message, { count: front.length }));
  }
  return { splits: settled, padding, problems };
}

/** Rows of different lengths were padded here. */
function isPaddable({ samples, steps, values }: ColumnSource): boolean {
  return samples > 0 && steps > 1 && values.rowLengths === undefined;
}

function decide(columns: readonly ColumnSource[]): PaddingPlace {
  let [front, end, neither] = [0, 0, 0];
  for (const column of columns) {
    const { steps, lengths, lengthOrigin } = column;
    const isTold = lengthOrigin !== "none";
    look(column, (row, { lead, end: last }) => {
      if (last === 0) return;
      const length = isTold && !column.wrongLengths.includes(row) ? lengths[row]! : null;
      if (length === null) {
        // Zeros on both sides tell nothing: unknown words are zeros, too.
        if (lead > 0 && last === steps) front++;
        else if (lead === 0 && last < steps) end++;
      } else if (last > length && lead >= steps - length) front++;
      else if (last > length) neither++;
      else if (length < steps) end++;
    });
  }
  // Where most lengths say nothing about zeros, a few that seem to are chance.
  if (front === 0 || neither > front) return end === 0 ? "none" : "end";
  if (front >= CLEAR * end) return "front";
  return end >= CLEAR * front ? "end" : "mixed";
}

/**
 * Whether most samples end in columns of zeros, as many as nobody knows, and none in steps of zeros: so
 * look sequences whose steps and columns are exchanged.
 */
function endsInColumns(columns: readonly ColumnSource[]): boolean {
  const counts = new Map<number, number>();
  let rows = 0;
  for (const column of columns) {
    look(column, (_, { end }, values) => {
      if (end === 0) return;
      rows++;
      const zeros = columnsOfZeros(values, column.width);
      if (zeros > 0) counts.set(zeros, (counts.get(zeros) ?? 0) + 1);
    });
  }
  const having = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return counts.size >= 3 && having >= rows / 2;
}

/** Number of columns at the end that are zeros in all steps. */
function columnsOfZeros(values: Float32Array, width: number): number {
  let last = -1;
  values.forEach((value, i) => {
    if (value !== 0) last = Math.max(last, i % width);
  });
  return width - 1 - last;
}

/** Looks at rows in a few places of a column; all of them where they are few. */
function look(
  column: ColumnSource,
  onRow: (row: number, zeros: Zeros, values: Float32Array) => void,
): void {
  const { samples, steps, width, values } = column;
  const size = steps * width;
  const count = Math.max(1, Math.floor(LOOK_BYTES / 4 / size));
  const starts = samples <= LOOKS * count
    ? Array.from({ length: Math.ceil(samples / count) }, (_, i) => i * count)
    : [0, Math.floor((samples - count) / 2), samples - count];
  const buffer = new Float32Array(Math.min(count, samples) * size);
  for (const start of starts) {
    const rows = Math.min(count, samples - start);
    const part = buffer.subarray(0, rows * size);
    values.readFloat32(start * size, part);
    for (let row = 0; row < rows; row++) {
      const values = part.subarray(row * size, (row + 1) * size);
      onRow(start + row, zerosOf(part, row * size, column), values);
    }
  }
}

function zerosOf(values: Float32Array, at: number, { steps, width }: ColumnSource): Zeros {
  const isZero = (step: number) => {
    for (let i = at + step * width, end = i + width; i < end; i++) {
      if (values[i] !== 0) return false;
    }
    return true;
  };
  let end = steps;
  while (end > 0 && isZero(end - 1)) end--;
  let lead = 0;
  while (lead < end && isZero(lead)) lead++;
  return { lead, end };
}

/** Zeros of every row, in one pass. */
function allZeros(column: ColumnSource): Zeros[] {
  const size = column.steps * column.width;
  const zeros: Zeros[] = [];
  for (const { rows } of readRows(column)) {
    for (let at = 0; at < rows.length; at += size) zeros.push(zerosOf(rows, at, column));
  }
  return zeros;
}

/** The column with each sequence moved to the front. */
function turned(column: ColumnSource): ColumnSource {
  const { steps, lengths, lengthOrigin } = column;
  const wrong = new Set(column.wrongLengths);
  const shifts = new Int32Array(column.samples);
  const found = Int32Array.from(allZeros(column), ({ lead, end }, row) => {
    const length = lengths[row]!;
    const isTold = lengthOrigin !== "none" && !wrong.has(row);
    if (end === 0) return isTold ? length : 1;
    // A sequence may begin with zeros of its own.
    const shift = isTold && lead >= steps - length ? steps - length : lead;
    shifts[row] = shift;
    return steps - shift;
  });
  return {
    ...column,
    values: new ShiftedRows(column.values, shifts),
    lengths: found,
    lengthOrigin: lengthOrigin === "none" ? "zeros" : lengthOrigin,
    wrongLengths: column.wrongLengths.filter((row) => shifts[row] === 0),
  };
}

/** Lengths by the zeros at the end where none are told, or where one is 0 and there are values. */
function withLengths(column: ColumnSource, padding: PaddingPlace): ColumnSource {
  const isUntold = column.lengthOrigin === "none";
  const zeroLengths = column.wrongLengths.filter((row) => column.lengths[row] === 1);
  if (isUntold ? padding !== "end" : zeroLengths.length === 0) return column;
  const zeros = allZeros(column);
  const lengths = column.lengths.slice();
  const rows = isUntold ? zeros.map((_, row) => row) : zeroLengths;
  for (const row of rows) lengths[row] = Math.max(1, zeros[row]!.end);
  return {
    ...column,
    lengths,
    lengthOrigin: isUntold ? "zeros" : column.lengthOrigin,
    wrongLengths: column.wrongLengths.filter((row) => lengths[row] === column.lengths[row]),
  };
}

function recomputed(split: SplitSource, before: ColumnSource, after: ColumnSource): Problem[] {
  const kept = new Set(after.wrongLengths);
  const rows = before.wrongLengths.filter((row) => !kept.has(row));
  if (rows.length === 0) return [];
  const { modality } = before;
  const ids = rows.map((row) => split.ids[row] ?? String(row));
  const message =
    `split "${split.name}" has ${counted(ids.length, `${modality} length`)} of 0 for ` +
    `sequences that have values, counted from them: ${listSome(ids)}`;
  return [problem("warning", "zero-length", message, { split: split.name, modality, ids })];
}

function exchangedProblem(modality: Modality, columns: readonly ColumnSource[]): Problem {
  const [{ steps, width }] = columns as [ColumnSource];
  const count = columns.reduce((sum, { samples }) => sum + samples, 0);
  const message =
    `${modality} ends in columns of zeros, in each sample in others, and nowhere in ` +
    `steps of zeros: if its ${steps} steps are columns and its ${width} columns steps, save it as ` +
    "[samples, steps, width]";
  return problem("warning", "exchanged-axes", message, { modality, count });
}

function mixedProblem(modality: Modality, splits: readonly SplitSource[]): Problem {
  const count = splits.reduce((sum, { ids }) => sum + ids.length, 0);
  return problem(
    "error",
    "mixed-padding",
    `${modality} is padded with zeros at the front in some samples and at the end in others, ` +
      "expected one of them: save it again padded at the end, with its lengths",
    { modality, count },
  );
}

/** Rows whose first steps are left out; zeros follow their end. */
class ShiftedRows implements FloatSource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly #source: FloatSource;
  readonly #shifts: Int32Array;

  /** @param source [samples, steps, width] */
  constructor(source: FloatSource, shifts: Int32Array) {
    this.shape = source.shape;
    this.dtype = source.dtype;
    this.#source = source;
    this.#shifts = shifts;
  }

  readFloat32(start: number, target: Float32Array): void {
    const [, , width = 1] = this.shape;
    const size = countOf(this.shape.slice(1));
    for (let at = 0; at < target.length;) {
      const row = Math.floor((start + at) / size);
      const inRow = (start + at) % size;
      const part = target.subarray(at, Math.min(target.length, at + size - inRow));
      const from = inRow + this.#shifts[row]! * width;
      const held = Math.max(0, Math.min(part.length, size - from));
      if (held > 0) this.#source.readFloat32(row * size + from, part.subarray(0, held));
      part.fill(0, held);
      at += part.length;
    }
  }
}
