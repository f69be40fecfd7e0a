/** `deno task bench`: how fast we are, and how fast PyTorch is in the same run. */

import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import { unknownName } from "../../lib/core/suggest.ts";
import { MODELS } from "../../lib/models/mod.ts";
import { InterruptListener } from "../../lib/training/interrupt.ts";
import { findLibrary } from "../../lib/engine/tensorflow/library/library.ts";
import { type Call, type Command, printJson, run } from "../../tasks/shared/command.ts";
import { printTable } from "../../tasks/shared/run_table.ts";
import { changes } from "./baseline.ts";
import { BENCHES } from "./benches.ts";
import { BENCH_DATA } from "./data.ts";
import { type Result, stop } from "./results.ts";

const ENGINES = ["tensorflow", "cpu", "webgpu"];
const NAMES = BENCHES.map((bench) => bench.name);
const SHAPES = BENCH_DATA.map((data) => data.name);

const COMMAND: Command = {
  name: "bench",
  summary: "Measures speed and memory, beside PyTorch where python3 has it",
  flags: [
    { name: "only", value: "NAME,…", help: `of ${NAMES.join(", ")}` },
    {
      name: "engine",
      value: "ENGINE,…",
      help: `of ${ENGINES.join(", ")}; default: tensorflow where its library is, else cpu`,
    },
    { name: "pairs", value: "N", default: "5", help: "alternating measurements of both sides" },
    {
      name: "threads",
      value: "N",
      default: "2",
      help: "that networks compute with, on both sides",
    },
    { name: "packed", help: "also PyTorch's packed LSTM, the reference's way: slow" },
    { name: "models", value: "NAME,…", help: "of the bench models, these alone" },
    { name: "shapes", value: "NAME,…", help: `of the bench self-mm, of ${SHAPES.join(", ")}` },
    { name: "save", value: "FILE", help: "write the results as a baseline, after each of them" },
    { name: "against", value: "FILE", help: "compare with a saved baseline" },
    { name: "json", help: "print one JSON object as the last line of stdout" },
  ],
  notes: [
    "Each result is told on stderr as soon as it is measured, and the table of all on stdout, after",
    "Ctrl-C too: then, as after an error, of those that were measured. CPU is the time of all threads.",
    "Where other programs take the machine, compare that, with --threads 1: more wait for each other.",
    "",
    'JSON: {"results":[{"name","engine","value","unit","peer","ratio"}]}, medians; peer is PyTorch\'s',
    "(or Python's) value in the same run, null where there is none; ratio is ours / theirs.",
    "",
    "--against compares ratios, which a busy machine moves less than seconds, and values where there",
    "is no other side. It says worse or better where the medians are at least 5 % apart and no pair",
    "of one side lies within the pairs of the other; all else is noise. Compare runs of one machine.",
  ].join("\n"),
};

/** The names in a list with commas. @throws {UsageError} if one is not known. */
function namesIn(list: string, what: string, known: readonly string[]): string[] {
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(unknownName(what, unknown, known));
}

function countOf(call: Call, flag: string): number {
  const count = Number(call.require(flag));
  if (Number.isInteger(count) && count >= 1) return count;
  throw new UsageError(`Cannot measure with --${flag} ${count}, expected a whole number from 1 on`);
}

async function work(call: Call): Promise<void> {
  const only = namesIn(call.get("only") ?? NAMES.join(), "bench", NAMES);
  const found = findLibrary() === null ? "cpu" : "tensorflow";
  const engines = namesIn(call.get("engine") ?? found, "engine", ENGINES);
  const [pairs, threads] = [countOf(call, "pairs"), countOf(call, "threads")];
  const chosen = (flag: string, what: string, known: readonly string[]) => {
    const list = call.get(flag);
    return list === undefined ? null : namesIn(list, what, known);
  };
  const models = chosen("models", "model", MODELS.map((model) => model.name));
  const shapes = chosen("shapes", "shapes", SHAPES);
  const against = call.get("against"), save = call.get("save");
  const saved: Result[] = against === undefined
    ? []
    : JSON.parse(Deno.readTextFileSync(against)).results;
  const folder = Deno.makeTempDirSync({ prefix: "msa_bench_" });
  const results: Result[] = [];
  using interrupt = new InterruptListener();
  interrupt.signal.addEventListener(
    "abort",
    ({ target }) => stop.abort((target as AbortSignal).reason),
  );
  try {
    for (const bench of BENCHES.filter(({ name }) => only.includes(name))) {
      for (const engine of bench.withoutEngine ? ["none"] : engines) {
        console.error(`bench ${bench.name}, engine ${engine} …`);
        const options = { folder: join(folder, bench.name), engine, pairs, threads };
        const packed = call.has("packed");
        for await (const result of bench.run({ ...options, packed, models, shapes })) {
          results.push(result);
          console.error(`  ${lineOf(result)}`);
          if (save !== undefined) writeJsonAtomic(save, { results });
        }
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
    if (results.length > 0) printResults(results);
  }
  if (against !== undefined) {
    console.log("");
    printTable(
      ["name", "engine", "before", "now", "verdict"],
      changes(results, saved).map((
        c,
      ) => [c.name, c.engine, show(c.before), show(c.now), c.verdict]),
    );
  }
  if (call.has("json")) printJson({ results: results.map(({ range: _, ...rest }) => rest) });
}

function show(value: number | null): string {
  return value === null ? "-" : value.toPrecision(3);
}

/** A result in a line of its own. */
function lineOf({ name, value, unit, peer, ratio }: Result): string {
  const beside = peer === null ? "" : `, the other side ${show(peer)}: ratio ${show(ratio)}`;
  return `${name}: ${show(value)} ${unit}${beside}`;
}

function printResults(results: readonly Result[]): void {
  printTable(
    ["name", "engine", "value", "unit", "peer", "ratio"],
    results.map((r) => [r.name, r.engine, show(r.value), r.unit, show(r.peer), show(r.ratio)]),
  );
}

await run(COMMAND, work);
