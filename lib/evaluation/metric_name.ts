/** What figures and tables call a metric, and which way is better. @module */

import { type Metric, PROTOCOLS } from "./mod.ts";

/**
 * `Acc-2 (neg/pos)` of `acc2NegPos`, `class Acc-7` of `class.acc7`; the key itself where it is none of
 * a protocol.
 */
export function metricName(key: string): string {
  if (key.startsWith("class.")) return `class ${metricName(key.slice("class.".length))}`;
  return metricBy(key)?.name ?? key;
}

/** `MAE (lower is better)`; the key alone where it is none of a protocol. */
export function metricWithDirection(key: string): string {
  const metric = metricBy(key);
  if (metric === undefined) return key;
  return `${metric.name} (${metric.higherIsBetter ? "higher" : "lower"} is better)`;
}

function metricBy(key: string): Metric | undefined {
  return Object.values(PROTOCOLS).flatMap(({ metrics }) => metrics)
    .find((metric) => metric.key === key);
}
