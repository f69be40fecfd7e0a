/** Work that a compiled step does piece by piece. @module */

import { backend, tidy } from "@tensorflow/tfjs-core";

/** What an engine that compiles steps has on its backend. */
interface OrderingBackend {
  inOrder?(work: () => void): void;
}

/**
 * Does `work`, in a `tidy` of its own, after what the calls before it did. A compiled step else runs
 * whatever is ready: of an optimizer, for example, the first product of every parameter, and the
 * results are alive all at once.
 */
export function inOrder(work: () => void): void {
  const ordering = backend() as unknown as OrderingBackend;
  tidy(() => ordering.inOrder === undefined ? work() : ordering.inOrder(work));
}
