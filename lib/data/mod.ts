/**
 * Data: reading what the field distributes, checking it, converting it, and batches of it.
 *
 * @module
 */

export type { ArraySource, TypedArray } from "./arrays/array_source.ts";
export { batchOrder, type Shuffle } from "./batches.ts";
export { classesIn, describeClasses, withClassNumbers } from "./classes.ts";
export { MemoryColumn } from "./column.ts";
export {
  type Conversion,
  convertDataset,
  type ConvertOptions,
  convertSource,
} from "./store/convert.ts";
export type { Dataset, FeatureColumn, Split, TextBert } from "./dataset.ts";
export { inspectDataset } from "./checks/inspect.ts";
export type { ColumnSummary, Inspection, LabelSummary, SplitSummary } from "./checks/inspection.ts";
export { loadDataset, type LoadOptions } from "./load.ts";
export { openDataset } from "./open.ts";
export type { ColumnScaling, Scalings } from "./standardized.ts";
export { prepareData } from "./prepare.ts";
export { modalityOf } from "./layouts/names.ts";
export { parseColumns } from "./layouts/column_ranges.ts";
export { type SourceOptions, sourceOptions } from "./source_options.ts";
export type {
  ColumnSource,
  DatasetSource,
  LengthOrigin,
  Needs,
  PaddingPlace,
  SourceFormat,
  SourceSums,
  SplitSource,
  StoreRecord,
} from "./source.ts";
export type { ColumnMeta, SplitMeta, StoreMeta } from "./store/store_meta.ts";
export type { StoredArray } from "./arrays/stored_array.ts";
export {
  formatLabelRange,
  isLabelRange,
  LABEL_RANGES,
  type LabelRange,
  parseLabelRange,
} from "./label_range.ts";
export {
  MODALITIES,
  type Modality,
  type ProtocolName,
  type SplitName,
  SPLITS,
} from "./modality.ts";
export { readPickle } from "./pickle/mod.ts";
export type { PickleFile, PickleOptions } from "./pickle/pickle_file.ts";
export type { Problem, ProblemCode, Severity } from "./problem.ts";
export { formatInspection } from "./checks/report.ts";
export { gigabytes, publishedBytes } from "./get_data.ts";
export { KNOWN_FILES, type KnownFile, type Recognition, requireProtocol } from "./registry.ts";
export {
  compareRecipes,
  type FeatureRecipe,
  type ModalityRecipe,
  type RecipeComparison,
  type RecipeValue,
  requireRecipe,
} from "./recipe.ts";
export {
  readSafetensors,
  type SafetensorsFile,
  type SafetensorsTensor,
  type SafetensorsType,
  type TensorChunk,
  type TensorData,
  type TensorToWrite,
  writeSafetensors,
} from "./store/safetensors.ts";
export {
  dataName,
  isSynthetic,
  makeSynthetic,
  parseSynthetic,
  type SyntheticOptions,
} from "./synthetic.ts";
export type { FloatSource } from "./arrays/values.ts";
