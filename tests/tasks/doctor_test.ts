import { assert, assertEquals, assertMatch } from "@std/assert";
import { findLibrary } from "../../lib/engine/tensorflow/library/library.ts";
import { HAS_FFMPEG } from "../media/programs.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

const HAS_TENSORFLOW = findLibrary() !== null;

interface Engine {
  available: boolean;
  version: string | null;
  library: string | null;
  devices: string[];
}

Deno.test("doctor shows what there is, as text and as JSON", async () => {
  const { code, stdout } = await runTask("doctor", "--json");
  assertEquals(code, 0);
  const { deno, engines, packages, programs, problems, ...rest } = lastJson(stdout) as {
    deno: string;
    engines: Record<string, Engine>;
    packages: Record<string, string>;
    programs: { ffmpeg: { available: boolean; version: string | null; path: string | null } };
    problems: string[];
  };
  assertEquals(rest, {});
  assertEquals(deno, Deno.version.deno);
  assertEquals(Object.keys(engines), ["tensorflow", "webgpu", "cpu"]);
  for (const engine of Object.values(engines)) {
    assertEquals(Object.keys(engine), ["available", "version", "library", "devices"]);
  }
  const { cpu, tensorflow } = engines;
  assertEquals([cpu!.available, cpu!.library, cpu!.devices], [true, null, ["CPU:0"]]);
  assertEquals(tensorflow!.available, HAS_TENSORFLOW);
  assertEquals(packages["@tensorflow/tfjs-core"], cpu!.version);
  if (HAS_TENSORFLOW) assert(tensorflow!.library!.includes("libtensorflow"));
  else assert(problems.some((problem) => problem.includes("deno task engine:install")), stdout);
  assertMatch(stdout, /^Deno \d+\.\d+\.\d+\n/);
  assertMatch(stdout, /^Engine cpu: /m);
  const { available, version, path } = programs.ffmpeg;
  assertEquals(available, HAS_FFMPEG);
  const line = HAS_FFMPEG ? `${version}, ${path}` : "not available";
  assert(stdout.includes(`\nProgram ffmpeg: ${line}\n`), stdout);
  if (!HAS_FFMPEG) assert(problems.some((problem) => problem.includes("media:install")), stdout);
});

Deno.test("doctor exits with 2 for wrong flags", async () => {
  assertFails(await runTask("doctor", "--jsom"), 2, /did you mean "--json"/);
  assertFails(await runTask("doctor", "me"), 2, /Unexpected argument "me": expected flags only/);
});
