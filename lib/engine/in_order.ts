/** Work that a compiled step does piece by piece. @module */

import { backend, type TensorContainer, tidy } from "@tensorflow/tfjs-core";

/** What an engine that compiles steps has on its backend. */
interface OrderingBackend {
  inOrder?(work: () => void): void;
}

/**
 * Does `work`, in a `tidy` of its own, after what the calls before it did. A compiled step else runs
 * whatever is ready: of an optimizer, for example, the first product of every parameter, and the
 * results are alive all at once.
 *
 * @returns what `work` does; other tensors that it makes are gone
 */
export function inOrder<T extends TensorContainer>(work: () => T): T {
  const ordering = backend() as unknown as OrderingBackend;
  return tidy(() => {
    if (ordering.inOrder === undefined) return work();
    let made: T;
    ordering.inOrder(() => {
      made = work();
    });
    return made!;
  });
}
