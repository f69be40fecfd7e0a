/**
 * The models, for help texts, which must not load them.
 *
 * `deno task docs` writes the list.
 *
 * @module
 */

/** Their names in a sentence. */
export const MODEL_NAMES =
  "self-mm, shared-private, text-guided, mmcl, cnn, lf-dnn, tfn, lmf, ef-lstm, mfn, graph-mfn, mult, mlf-dnn, mtfn, mlmf, mag-bert, misa, tetfn, almt, mmim, cenet, tfr-net, bbfn, svm or constant";
