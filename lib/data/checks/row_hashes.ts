/**
 * A hash of each sample's text and features, to find samples that occur twice.
 *
 * @module
 */

/** Odd constants with well mixed bits (golden ratio, and FNV's 32-bit prime). */
const GOLDEN = 0x9e3779b1;
const FNV = 0x01000193;

/**
 * Two 32-bit lanes a sample: the sum of a hash of its text and one of each modality, so that the
 * order in which modalities are scanned does not matter.
 */
export class RowHashes {
  readonly #first: Int32Array;
  readonly #second: Int32Array;
  /** 1 for samples with some audio or vision: clips that say the same words differ there. */
  readonly beyondText: Uint8Array;
  /** 1 for samples with any text or feature that is not zero. */
  readonly filled: Uint8Array;

  /** @param rawText the texts, which are part of what must be equal */
  constructor(samples: number, rawText: readonly string[] | null) {
    this.#first = new Int32Array(samples);
    this.#second = new Int32Array(samples);
    this.beyondText = new Uint8Array(samples);
    this.filled = new Uint8Array(samples);
    rawText?.forEach((text, row) => this.#addText(row, text));
  }

  /** Adds the lanes of one part of sample `row`. */
  add(row: number, first: number, second: number): void {
    this.#first[row]! += first;
    this.#second[row]! += second;
  }

  #addText(row: number, text: string): void {
    if (text !== "") this.filled[row] = 1;
    let [first, second] = startLanes("raw text");
    for (let i = 0; i < text.length; i++) {
      first = mixFirst(first, text.charCodeAt(i));
      second = mixSecond(second, text.charCodeAt(i));
    }
    this.add(row, first, second);
  }

  /** 52 bits of the hash of sample `row` as one number, for the keys of a map. */
  key(row: number): number {
    return (this.#first[row]! >>> 0) * 2 ** 20 + (this.#second[row]! >>> 12);
  }

  /** One hash over all samples in order, 16 hexadecimal digits. */
  fingerprint(): string {
    let [a, b] = [GOLDEN | 0, FNV];
    for (let row = 0; row < this.#first.length; row++) {
      a = mixFirst(mixFirst(a, this.#first[row]!), this.#second[row]!);
      b = mixSecond(mixSecond(b, this.#first[row]!), this.#second[row]!);
    }
    return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

/** The lanes before the first word of a part; they differ with its name. */
export function startLanes(part: string): [first: number, second: number] {
  let [first, second] = [GOLDEN | 0, FNV];
  for (let i = 0; i < part.length; i++) {
    first = mixFirst(first, part.charCodeAt(i));
    second = mixSecond(second, part.charCodeAt(i));
  }
  return [first, second];
}

/** First lane after 32 more bits. */
export function mixFirst(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, FNV);
  return mixed ^ (mixed >>> 15);
}

/** Second lane after 32 more bits. */
export function mixSecond(lane: number, word: number): number {
  return Math.imul(((lane << 5) | (lane >>> 27)) ^ word, GOLDEN);
}
