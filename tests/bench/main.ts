/** `deno task bench`: how fast we are, and how fast PyTorch is in the same run. */

import { join } from "node:path";
import { printJson, run } from "../../tasks/command.ts";
import { printTable } from "../../tasks/run_table.ts";
import { BENCHES } from "./benches.ts";
import { compareWithBaseline, type Result } from "./results.ts";

await run({
  name: "bench",
  summary: "Measures speed and memory, beside PyTorch where python3 has it",
  flags: [
    { name: "only", value: "NAME,…", help: `of ${BENCHES.map((bench) => bench.name).join(", ")}` },
    {
      name: "engine",
      value: "ENGINE",
      choices: ["tensorflow", "cpu"],
      default: "tensorflow",
      help: "ours",
    },
    { name: "pairs", value: "N", default: "5", help: "alternating measurements of both sides" },
    { name: "packed", help: "also PyTorch's packed LSTM, the reference's way: slow" },
    { name: "save", value: "FILE", help: "write the results as a baseline" },
    { name: "against", value: "FILE", help: "compare with a saved baseline" },
    { name: "json", help: "print one JSON object as the last line of stdout" },
  ],
  notes: [
    'JSON: {"results":[{"name","engine","value","unit","peer","ratio"}]}, medians; peer is PyTorch\'s',
    "(or Python's) value in the same run, null where there is none; ratio is ours / theirs.",
  ].join("\n"),
}, async (call) => {
  const only = call.get("only")?.split(",");
  const folder = Deno.makeTempDirSync({ prefix: "msa_bench_" });
  const results: Result[] = [];
  try {
    for (const bench of BENCHES) {
      if (only !== undefined && !only.includes(bench.name)) continue;
      console.error(`bench ${bench.name} …`);
      results.push(
        ...await bench.run({
          folder: join(folder, bench.name),
          engine: call.require("engine"),
          pairs: Number(call.require("pairs")),
          packed: call.has("packed"),
        }),
      );
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
  const against = call.get("against");
  if (against !== undefined) console.log(compareWithBaseline(results, against));
  if (call.has("json")) printJson({ results });
});
