/**
 * SentencePiece's table of normalizations, as `tokenizers` reads it.
 *
 * Source: the crate spm_precompiled; the trie is a double array of darts-clone.
 *
 * @module
 */

/** Graphemes of fewer bytes are looked up as a whole. */
const LOOKED_UP = 6;

/** A function that normalizes text by `precompiled_charsmap` of a tokenizer.json, in base 64. */
export function readCharsmap(base64: string): (text: string) => string {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(0, true);
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const strings = bytes.subarray(4 + size);
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  /** What stands for the shortest beginning that the table knows; null where it knows none. */
  const lookUp = (chunk: Uint8Array): string | null => {
    let at = offsetOf(units[0]!);
    for (const byte of chunk) {
      at ^= byte;
      const unit = units[at]!;
      if (byte === 0 || (unit & 0x800000ff) >>> 0 !== byte) return null;
      at ^= offsetOf(unit);
      if ((unit >>> 8 & 1) === 1) {
        const start = units[at]! & 0x7fffffff;
        return decoder.decode(strings.subarray(start, strings.indexOf(0, start)));
      }
    }
    return null;
  };
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  return (text) =>
    Array.from(graphemes.segment(text), ({ segment }) => {
      const whole = encoder.encode(segment);
      const found = whole.length < LOOKED_UP ? lookUp(whole) : null;
      return found ??
        [...segment].map((letter) => lookUp(encoder.encode(letter)) ?? letter).join("");
    }).join("");
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
