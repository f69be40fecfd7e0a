/**
 * The metrics a second time, written from the definitions with other means: masks and confusion
 * tables over float32 copies, as numpy code would look.
 */

type Vector = Float32Array;

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Half to even by way of the decimal text, not by arithmetic. */
function _referenceRound(x: number): number {
  const sign = x < 0 ? -1 : 1;
  const [whole, rest = ""] = Math.abs(x).toFixed(20).split(".");
  const half = "5".padEnd(20, "0");
  const isUp = rest > half || (rest === half && Number(whole!.at(-1)) % 2 === 1);
  return sign * (Number(whole) + (isUp ? 1 : 0)) + 0;
}

function _referenceRoundedAccuracy(p: Vector, y: Vector, limit: number): number {
  const clipRound = (x: number) => _referenceRound(x > limit ? limit : x < -limit ? -limit : x);
  return mean([...p].map((x, i) => clipRound(x) === clipRound(y[i]!) ? 1 : 0));
}

function _referenceAccuracy(p: boolean[], y: boolean[]): number {
  return mean(p.map((x, i) => x === y[i] ? 1 : 0));
}

function _referenceF1(p: boolean[], y: boolean[]): number {
  const count = (a: boolean, b: boolean) => p.filter((x, i) => x === a && y[i] === b).length;
  return mean(y.map((positive) => {
    const [tp, fp] = [count(positive, positive), count(positive, !positive)];
    const fn = count(!positive, positive);
    return tp === 0 ? 0 : 2 * tp / (2 * tp + fp + fn);
  }));
}

function _referenceCorr(p: number[], y: number[]): number {
  const covariance = (a: number[], b: number[]) =>
    mean(a.map((x, i) => x * b[i]!)) - mean(a) * mean(b);
  const norm = Math.sqrt(covariance(p, p) * covariance(y, y));
  return norm < 1e-12 ? 0 : covariance(p, y) / norm;
}

function _referenceMae(p: number[], y: number[]): number {
  return mean(p.map((x, i) => Math.abs(x - y[i]!)));
}

function _referenceRmse(p: number[], y: number[]): number {
  return Math.sqrt(mean(p.map((x, i) => (x - y[i]!) ** 2)));
}

function _referenceCcc(p: number[], y: number[]): number {
  const distance = mean(p.map((x, i) => (x - y[i]!) ** 2));
  const covariance = mean(p.map((x, i) => x * y[i]!)) - mean(p) * mean(y);
  const spread = (values: number[]) => new Set(values).size > 1;
  // The mean squared distance is var + var - 2 cov + (difference of means)².
  return spread(p) && spread(y) ? 2 * covariance / (distance + 2 * covariance) : 0;
}

/** All metrics of MOSI and MOSEI. */
export function _referenceSigns(predictions: number[], labels: number[]): Record<string, number> {
  const [p, y] = [Float32Array.from(predictions), Float32Array.from(labels)];
  const [p0, y0] = [[...p].map((x) => x >= 0), [...y].map((x) => x >= 0)];
  const kept = [...y.keys()].filter((i) => y[i] !== 0);
  const [p1, y1] = [kept.map((i) => p[i]! > 0), kept.map((i) => y[i]! > 0)];
  return {
    mae: _referenceMae(predictions, labels),
    corr: _referenceCorr(predictions, labels),
    acc2NonNeg: _referenceAccuracy(p0, y0),
    f1WeightedNonNeg: _referenceF1(p0, y0),
    acc2NegPos: _referenceAccuracy(p1, y1),
    f1WeightedNegPos: _referenceF1(p1, y1),
    acc3: _referenceRoundedAccuracy(p, y, 1),
    acc5: _referenceRoundedAccuracy(p, y, 2),
    acc7: _referenceRoundedAccuracy(p, y, 3),
    rmse: _referenceRmse(predictions, labels),
    ccc: _referenceCcc(predictions, labels),
  };
}

/** All metrics of SIMS. */
export function _referenceSims(predictions: number[], labels: number[]): Record<string, number> {
  const clip = (values: number[]) => values.map((x) => x > 1 ? 1 : x < -1 ? -1 : x);
  const [pc, yc] = [clip(predictions), clip(labels)];
  const [p, y] = [Float32Array.from(pc), Float32Array.from(yc)];
  const bin = (x: number, bins: number[]) => {
    const edges = Float32Array.from(bins);
    return bins.findIndex((_, i) => x > edges[i]! && x <= edges[i + 1]!);
  };
  const binned = (bins: number[]) =>
    mean([...p].map((x, i) => bin(x, bins) === bin(y[i]!, bins) ? 1 : 0));
  const [pBin, yBin] = [p, y].map((v) => [...v].map((x) => bin(x, [-1.01, 0, 1.01]) === 1));
  return {
    mae: _referenceMae(pc, yc),
    corr: _referenceCorr(pc, yc),
    acc2Sims: _referenceAccuracy(pBin!, yBin!),
    f1Weighted: _referenceF1(pBin!, yBin!),
    acc3: binned([-1.01, -0.1, 0.1, 1.01]),
    acc5: binned([-1.01, -0.7, -0.1, 0.1, 0.7, 1.01]),
    rmse: _referenceRmse(pc, yc),
    ccc: _referenceCcc(pc, yc),
  };
}
