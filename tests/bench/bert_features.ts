/**
 * Our side of the benchmark of frozen features: `bert_features.ts FOLDER SENTENCES TOKENS BATCH` runs
 * the ONNX file in a folder on random tokens and prints JSON.
 */

import { openOnnxExtractor } from "../../lib/features/text_extractor.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { makeTokens } from "./data.ts";

const [folder = "", ...numbers] = Deno.args;
const [sentences = 256, places = 50, batch = 32] = numbers.map(Number);
const { extractor } = await openOnnxExtractor(folder);
const tokens = makeTokens(sentences, places);
function part(start: number): typeof tokens {
  return tokens.subarray(3 * start * places, 3 * (start + batch) * places);
}
await extractor.run(part(0), batch);
const started = performance.now();
for (let start = 0; start < sentences; start += batch) await extractor.run(part(start), batch);
const seconds = [(performance.now() - started) / 1000];
console.log(JSON.stringify({ seconds, peakBytes: peakMemory() }));
