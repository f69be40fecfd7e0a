/** Trainings that take a moment. */

import type { TestFolder } from "../data/mmsa_file.ts";
import { runTask, type TaskResult } from "./run_task.ts";

/** Two epochs of four steps on 8 samples. */
export const SHORT: readonly string[] = [
  ...["--engine", "cpu", "--epochs", "2"],
  ...["--set", "batchSize=2", "--set", "updateEpochs=1"],
];

/** Trains into `runs` of the folder. */
export function train(
  folder: TestFolder,
  model: "self-mm" | "constant" | "self-nm",
  data: string,
  ...args: string[]
): Promise<TaskResult> {
  const out = ["--out", folder.at("runs")];
  const flags = model === "constant" ? ["--engine", "cpu"] : SHORT;
  const runs = args.some((arg) => arg.startsWith("--seeds")) ? [] : ["--runs", "1"];
  return runTask("train", "--model", model, "--data", data, ...out, ...flags, ...runs, ...args);
}
