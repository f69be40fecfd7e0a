import { assertEquals, assertStringIncludes } from "@std/assert";
import { doctor, type DoctorReport, formatDoctor } from "../../lib/engine/mod.ts";
import { adapterName, findAdapter } from "../../lib/engine/webgpu/adapter.ts";
import { HAS_LIBRARY } from "./engines.ts";

Deno.test("doctor() reports every engine, and how to get what is missing", async () => {
  const report = await doctor();
  assertEquals(Object.keys(report), ["deno", "engines", "packages", "problems"]);
  assertEquals(Object.keys(report.engines), ["tensorflow", "webgpu", "cpu"]);
  assertEquals(report.engines.cpu.available, true);
  assertEquals(report.engines.tensorflow.available, HAS_LIBRARY);
  assertEquals(report.engines.tensorflow.library === null, !HAS_LIBRARY);
  assertEquals(report.packages["@tensorflow/tfjs-core"], "4.22.0");
  const adapter = await findAdapter();
  const { available, devices } = report.engines.webgpu;
  assertEquals([available, devices], [adapter !== null, adapter ? [adapterName(adapter)] : []]);
  const missing = [
    ...(HAS_LIBRARY ? [] : ["deno task engine:install"]),
    ...(adapter === null ? ["no WebGPU adapter was found"] : []),
  ];
  // Of a GPU that is there and not used, which is another test's.
  const problems = report.problems.filter((problem) => !problem.startsWith("Cannot use a GPU"));
  assertEquals(problems.length, missing.length);
  missing.forEach((wanted, i) => assertStringIncludes(problems[i]!, wanted));
});

Deno.test("formatDoctor() gives one fact a line", () => {
  const missing = { available: false, version: null, library: null, devices: [] };
  const report: DoctorReport = {
    deno: "2.9.6",
    engines: {
      tensorflow: {
        available: true,
        version: "2.21.0",
        library: "/x/libtensorflow_cc.so.2",
        devices: ["CPU:0", "GPU:0"],
      },
      webgpu: missing,
      cpu: missing,
    },
    packages: { "@tensorflow/tfjs-core": "4.22.0" },
    problems: ["Cannot do this; do that"],
  };
  assertEquals(formatDoctor(report).split("\n"), [
    "Deno 2.9.6",
    "Engine tensorflow: 2.21.0, devices CPU:0, GPU:0, /x/libtensorflow_cc.so.2",
    "Engine webgpu: not available",
    "Engine cpu: not available",
    "@tensorflow/tfjs-core 4.22.0",
    "Problem: Cannot do this; do that",
  ]);
});
