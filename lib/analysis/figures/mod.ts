/** Figures: each a small function from results to a Vega-Lite specification. @module */

export { comparisonIntervals } from "./comparison_intervals.ts";
export { confusionMatrix } from "./confusion_matrix.ts";
export { Figure } from "./figure.ts";
export { labelDiagnostics } from "./label_diagnostics.ts";
export { coarseLabels, labelHistograms } from "./label_histograms.ts";
export { type LearningCurve, learningCurves } from "./learning_curves.ts";
export { modalityAblation } from "./modality_ablation.ts";
export { predictedAgainstTrue, residualsByLabel, type ScoredSamples } from "./predictions.ts";
export { type MapPanel, type MapSamples, representationMap } from "./representation_map.ts";
export { type CurvePoint, robustnessCurves } from "./robustness_curves.ts";
export { type ScoredTrial, searchCoordinates, searchSettings } from "./search_settings.ts";
export { type FigureSpec } from "./vega.ts";
