/** The models, for help texts, which must not load them. @module */

/** Their names; `deno task docs` writes them. */
export const MODEL_NAMES =
  // <model-names>
  "self-mm, shared-private, text-guided, mmcl, cnn, svm or constant";
// </model-names>
