/** What this machine can compute with, and how to get what is missing. @module */

import { version_core } from "@tensorflow/tfjs-core";
import { version_layers } from "@tensorflow/tfjs-layers";
import { messageOf } from "../core/errors.ts";
import { VERSION as cpuVersion } from "./cpu/backend.ts";
import { openEngine } from "./open.ts";
import { hasDriver, isCudaBuild, whyNoGpu } from "./tensorflow/library/cuda.ts";
import type { EngineName } from "./types.ts";
import { adapterName, findAdapter, NO_ADAPTER } from "./webgpu/adapter.ts";

/** What is known of one engine. */
export interface EngineReport {
  /** Whether it can be used. */
  readonly available: boolean;
  /** Version of what computes; null where the engine is not available. */
  readonly version: string | null;
  /** Path of its native library, where it has one. */
  readonly library: string | null;
  /** Names of the devices there are. */
  readonly devices: readonly string[];
}

/** What {@linkcode doctor} finds; `doctor --json` prints it as it is. */
export interface DoctorReport {
  /** Deno's version. */
  readonly deno: string;
  /** What is known of each, by name. */
  readonly engines: Readonly<Record<EngineName, EngineReport>>;
  /** Versions of the packages that the engines stand on. */
  readonly packages: Readonly<Record<string, string>>;
  /** What is missing or does not work, each with the remedy. */
  readonly problems: readonly string[];
}

const NOT_AVAILABLE: EngineReport = { available: false, version: null, library: null, devices: [] };

/**
 * Opens tensorflow and cpu, with their self-test, and reports what there is; ops run on cpu
 * afterwards. For webgpu it only looks for an adapter: opening it would download its package.
 */
export async function doctor(): Promise<DoctorReport> {
  const problems: string[] = [];
  async function examine(engine: EngineName): Promise<EngineReport> {
    try {
      const { version, library, devices, device } = await openEngine({ engine });
      const expectsGpu = library !== null && (isCudaBuild(library) || hasDriver());
      if (expectsGpu && device === "cpu") {
        problems.push(`Cannot use a GPU with the engine "${engine}": ${whyNoGpu(library)}`);
      }
      return { available: true, version, library, devices };
    } catch (error) {
      problems.push(messageOf(error));
      return NOT_AVAILABLE;
    }
  }
  return {
    deno: Deno.version.deno,
    engines: {
      tensorflow: await examine("tensorflow"),
      webgpu: await examineWebGpu(problems),
      cpu: await examine("cpu"),
    },
    packages: {
      "@tensorflow/tfjs-core": version_core,
      "@tensorflow/tfjs-layers": version_layers,
      "@tensorflow/tfjs-backend-cpu": cpuVersion,
    },
    problems,
  };
}

async function examineWebGpu(problems: string[]): Promise<EngineReport> {
  const adapter = await findAdapter();
  if (adapter !== null) {
    const devices = [adapterName(adapter)];
    return { available: true, version: version_core, library: null, devices };
  }
  problems.push(NO_ADAPTER);
  return NOT_AVAILABLE;
}

/**
 * The report as text, one fact a line.
 *
 * @param more facts, before the problems
 */
export function formatDoctor(report: DoctorReport, more: readonly string[] = []): string {
  const lines = [`Deno ${report.deno}`];
  for (const [name, { available, version, library, devices }] of Object.entries(report.engines)) {
    const place = library === null ? "" : `, ${library}`;
    lines.push(
      available
        ? `Engine ${name}: ${version}, devices ${devices.join(", ")}${place}`
        : `Engine ${name}: not available`,
    );
  }
  for (const [name, version] of Object.entries(report.packages)) lines.push(`${name} ${version}`);
  lines.push(...more, ...report.problems.map((problem) => `Problem: ${problem}`));
  return lines.join("\n");
}
