/**
 * What to change when a batch does not fit into memory.
 *
 * @module
 */

import { messageOf, OutOfMemoryError } from "../core/errors.ts";
import { MODALITIES, type Split } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";

/**
 * Does `work` on batches of `batchSize` samples of `split`.
 *
 * @throws {OutOfMemoryError} with the batch size, the bytes in use and a smaller batch size, when
 * the engine had no memory left.
 */
export async function explainOutOfMemory<T>(
  split: Split,
  batchSize: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    const held = tf.memory().numBytes;
    const advice = batchSize > 1
      ? `try --set batchSize=${batchSize >> 1}`
      : "a smaller model or shorter sequences would need less";
    throw new OutOfMemoryError(
      `Cannot compute a batch of ${batchSize} from split "${split.name}": memory is full with ` +
        `${megabytes(held)} in tensors, ${megabytes(batchBytes(split, batchSize))} of them the ` +
        `batch's features; ${advice} (${messageOf(error)})`,
      { cause: error },
    );
  }
}

/** JavaScript has no class of its own for it: V8 throws a `RangeError` by these messages. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof OutOfMemoryError ||
    (error instanceof RangeError &&
      /allocation failed|Invalid typed array length|Unable to grow/.test(error.message));
}

/** Bytes of the features of `samples` samples. */
function batchBytes(split: Split, samples: number): number {
  const values = MODALITIES.map((modality) => {
    const column = split.features[modality];
    return column === undefined ? 0 : column.steps * column.width;
  });
  return 4 * samples * values.reduce((sum, count) => sum + count, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}
