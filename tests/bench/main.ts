/** `deno task bench`: how fast we are, and how fast PyTorch is in the same run. */

import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { unknownName } from "../../lib/core/suggest.ts";
import { MODELS } from "../../lib/models/mod.ts";
import { findLibrary } from "../../lib/engine/tensorflow/library/library.ts";
import { type Call, type Command, printJson, run } from "../../tasks/shared/command.ts";
import { printTable } from "../../tasks/shared/run_table.ts";
import { changes } from "./baseline.ts";
import { BENCHES } from "./benches.ts";
import type { Result } from "./results.ts";

const ENGINES = ["tensorflow", "cpu", "webgpu"];
const NAMES = BENCHES.map((bench) => bench.name);

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
    { name: "packed", help: "also PyTorch's packed LSTM, the reference's way: slow" },
    { name: "models", value: "NAME,…", help: "of the bench models, these alone" },
    { name: "save", value: "FILE", help: "write the results as a baseline" },
    { name: "against", value: "FILE", help: "compare with a saved baseline" },
    { name: "json", help: "print one JSON object as the last line of stdout" },
  ],
  notes: [
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

async function work(call: Call): Promise<void> {
  const only = namesIn(call.get("only") ?? NAMES.join(), "bench", NAMES);
  const found = findLibrary() === null ? "cpu" : "tensorflow";
  const engines = namesIn(call.get("engine") ?? found, "engine", ENGINES);
  const pairs = Number(call.require("pairs"));
  if (!Number.isInteger(pairs) || pairs < 1) {
    throw new UsageError(`Cannot measure ${pairs} pairs, expected a whole number from 1 on`);
  }
  const asked = call.get("models");
  const models = asked === undefined
    ? null
    : namesIn(asked, "model", MODELS.map((model) => model.name));
  const against = call.get("against");
  const saved: Result[] = against === undefined
    ? []
    : JSON.parse(Deno.readTextFileSync(against)).results;
  const folder = Deno.makeTempDirSync({ prefix: "msa_bench_" });
  const results: Result[] = [];
  try {
    for (const bench of BENCHES.filter(({ name }) => only.includes(name))) {
      for (const engine of bench.withoutEngine ? ["none"] : engines) {
        console.error(`bench ${bench.name} …`);
        const options = { folder: join(folder, bench.name), engine, pairs };
        results.push(...await bench.run({ ...options, packed: call.has("packed"), models }));
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  const show = (value: number | null) => value === null ? "-" : value.toPrecision(3);
  printTable(
    ["name", "engine", "value", "unit", "peer", "ratio"],
    results.map((r) => [r.name, r.engine, show(r.value), r.unit, show(r.peer), show(r.ratio)]),
  );
  const save = call.get("save");
  if (save !== undefined) Deno.writeTextFileSync(save, JSON.stringify({ results }, null, 2) + "\n");
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

await run(COMMAND, work);
