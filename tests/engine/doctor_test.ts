import { assert, assertEquals } from "@std/assert";
import { doctor, type DoctorReport, formatDoctor } from "../../lib/engine/mod.ts";
import { HAS_TENSORFLOW } from "./engines.ts";

Deno.test("doctor() reports every engine, and how to get what is missing", async () => {
  const report = await doctor();
  assertEquals(Object.keys(report), ["deno", "engines", "packages", "problems"]);
  assertEquals(Object.keys(report.engines), ["tensorflow", "webgpu", "cpu"]);
  assertEquals(report.engines.cpu.available, true);
  assertEquals(report.engines.tensorflow.available, HAS_TENSORFLOW);
  assertEquals(report.engines.tensorflow.library === null, !HAS_TENSORFLOW);
  assertEquals(report.packages["@tensorflow/tfjs-core"], "4.22.0");
  assertEquals(report.problems.length, HAS_TENSORFLOW ? 0 : 1);
  assert(HAS_TENSORFLOW || report.problems[0]!.includes("deno task engine:install"));
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
