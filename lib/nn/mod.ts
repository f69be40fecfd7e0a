/** Layers and losses, for models. Shapes are in their documentation. @module */

export { BatchNorm } from "./batch_norm.ts";
export type { EncoderInsert } from "./text_encoder.ts";
export { BiLstm } from "./bilstm.ts";
export { Conv1d, type ConvSizes, type Padding } from "./conv.ts";
export { dropout, type DropoutNoise } from "./dropout.ts";
export { gelu } from "./gelu.ts";
export { BiGru, type GruSizes } from "./gru.ts";
export { LayerNorm } from "./layer_norm.ts";
export { Layers } from "./layers.ts";
export { Linear } from "./linear.ts";
export { Lstm } from "./lstm.ts";
export { maskedMean, maskSteps, stepMask } from "./mask.ts";
export { Parameters } from "./parameters.ts";
export { positionEncoding } from "./position_encoding.ts";
export { Routing, type RoutingGradient, type RoutingSizes } from "./routing.ts";
export { StackedLstm, type StackedLstmSizes } from "./stacked_lstm.ts";
export { constantOf, stopGradient } from "./stop_gradient.ts";
export { type EncoderLayerOptions, TransformerEncoderLayer } from "./transformer.ts";
export { type Alignment, alignmentLoss } from "./losses/alignment.ts";
export { contrastiveLoss, type ContrastiveOptions } from "./losses/contrastive.ts";
export { coral } from "./losses/coral.ts";
export { meanAbsoluteError, weightedMeanAbsoluteError } from "./losses/l1.ts";
export type { SelfModulation } from "./losses/self_modulation.ts";
export { modalityContrastiveLoss, type ModalityContrastiveOptions } from "./losses/smc.ts";
export type { TextEncoderConfig } from "./text_encoder.ts";
export { openTextModel } from "./bert_extractor.ts";
