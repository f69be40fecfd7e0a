/** The batch script of a job array for Slurm. @module */

import { UsageError } from "../../core/errors.ts";
import type { TaskArray } from "./scheduler.ts";

/** Seconds before the end of the time limit at which a task saves and is queued again. */
const NOTICE = 120;

/** The status with which a task says that it has saved and wants to go on: EX_TEMPFAIL. */
export const GO_ON = 75;

/** Options that are ours: another value would break what a study promises. */
const OURS = [
  ...["array", "output", "error", "signal", "requeue", "no-requeue", "open-mode"],
  ...["wrap", "parsable", "test-only", "wait", "hold"],
];
/** Those of them that have a short name. */
const SHORT: Readonly<Record<string, string>> = {
  ...{ a: "array", o: "output", e: "error", W: "wait", H: "hold" },
};

/** Variables that beat the lines of a script: those of our own options. */
export const OUR_VARIABLES: readonly string[] = [
  ...["SBATCH_ARRAY_INX", "SBATCH_OUTPUT", "SBATCH_ERROR", "SBATCH_SIGNAL", "SBATCH_REQUEUE"],
  ...["SBATCH_NO_REQUEUE", "SBATCH_OPEN_MODE", "SBATCH_WAIT", "SBATCH_JOB_NAME"],
];

/**
 * The script. The user's #SBATCH lines come after our defaults and before what is ours; the other
 * lines of theirs directly before the command.
 *
 * @throws {UsageError} an option is one of ours
 */
export function batchScript(array: TaskArray): string {
  const { name, folder, tasks, atOnce, environment, command } = array;
  const lines = array.setup.split("\n");
  const theirs = [
    ...lines.filter((line) => line.startsWith("#SBATCH")),
    ...array.options.map((option) => `#SBATCH --${option.replace(/^--/, "")}`),
  ];
  for (const line of theirs) checkOption(line);
  const exports = Object.entries(environment).map(([key, value]) =>
    `export ${key}=${quoted(value)}`
  );
  return [
    "#!/bin/bash",
    `#SBATCH --job-name=${name}`,
    ...theirs,
    `#SBATCH --array=0-${tasks - 1}${atOnce === undefined ? "" : `%${atOnce}`}`,
    `#SBATCH --output=${folder}/%a.log`,
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
    `#SBATCH --signal=B:USR2@${noticeOf(theirs)}`,
    "",
    ...exports,
    "export MSA_JOB=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}",
    "wrap=() # for a container: wrap=(apptainer exec image.sif)",
    ...lines.filter((line) => !line.startsWith("#SBATCH") && !line.startsWith("#!")),
    ...REST.map((line) => line.replace("COMMAND", () => command.map(quoted).join(" "))),
    "",
  ].join("\n");
}

/**
 * Slurm tells the end of the time limit (USR2) to this shell only, and all else (TERM) to every
 * process; when this shell ends, the rest is killed. So it waits, whatever comes. It also does the
 * queueing, since a container has no scontrol: by array and index, as the number of one task is that
 * of the whole array. The command is no function of the shell: its process would be another shell.
 */
const REST = [
  "trap 'kill -USR2 $child 2>/dev/null' USR2",
  "trap : TERM",
  '"${wrap[@]}" COMMAND "$SLURM_ARRAY_TASK_ID" "${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}" &',
  "child=$!",
  "while :; do",
  "  wait $child; status=$?",
  "  kill -0 $child 2>/dev/null || break",
  "done",
  `[ $status -eq ${GO_ON} ] || [ $status -eq 140 ] || exit $status # 140: USR2 before it listened`,
  "trap - TERM # Queueing it again ends this shell: one that stayed would be waited for.",
  "for try in {1..60}; do",
  "  scontrol requeue ${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID} && sleep 60",
  "  sleep 5",
  "done",
  'echo "Slurm does not queue this task again: all is saved, and the same command goes on"',
  "exit 1",
];

/** @throws {UsageError} a line sets what is ours */
function checkOption(line: string): void {
  for (const [, long, short] of line.matchAll(/\s(?:--([\w-]+)|-(\w))/g)) {
    const key = long ?? SHORT[short!];
    if (key === undefined || !OURS.includes(key)) continue;
    throw new UsageError(
      `Cannot use "${line.replace(/^#SBATCH\s+/, "")}" for the jobs of a study: it sets --${key} ` +
        "itself, expected other options of sbatch",
    );
  }
}

/** A short limit leaves time to work before the notice. */
function noticeOf(lines: readonly string[]): number {
  const limits = lines.flatMap((line) => {
    const text = /^#SBATCH\s+(?:--time[= ]|-t\s*)\s*([\d:-]+)/.exec(line)?.[1];
    return text === undefined ? [] : [secondsOf(text)];
  });
  const limit = limits.at(-1);
  return limit === undefined ? NOTICE : Math.min(NOTICE, Math.floor(limit / 4));
}

/** `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours[:minutes[:seconds]]` */
function secondsOf(text: string): number {
  const [first, rest] = text.split("-") as [string, string?];
  const numbers = (rest ?? first).split(":").map(Number);
  if (rest !== undefined) {
    const [hours = 0, minutes = 0, seconds = 0] = numbers;
    return ((Number(first) * 24 + hours) * 60 + minutes) * 60 + seconds;
  }
  const [a = 0, b = 0, c] = numbers;
  return c === undefined ? 60 * a + b : (60 * a + b) * 60 + c;
}

function quoted(word: string): string {
  return /^[\w.,:=@%+/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
