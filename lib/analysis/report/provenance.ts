/** The parts of a report that say where its numbers come from. @module */

import { basename } from "node:path";
import { testSelection } from "../../studies/runs/mod.ts";
import { mean } from "../../statistics/mod.ts";
import type { ReportContent, ReportedRun } from "./content.ts";
import { facts, list, paragraph, part, section, table } from "../../display/html.ts";

/** What the runs were trained on, and what was wrong with it. */
export function dataSection({ groups }: ReportContent): string {
  const files = new Map<string, readonly string[]>();
  for (const { runs } of groups) {
    for (const { entry, record } of runs) {
      const { path, sha256, widths, zeroed } = record.data;
      const sizes = Object.entries(widths).map(([name, width]) => `${name} ${width}`).join(", ");
      files.set(`${entry.dataset} ${sha256} ${sizes}`, [
        entry.dataset,
        basename(path),
        sizes,
        zeroedText(zeroed),
        sha256,
      ]);
    }
  }
  return section(
    "Data",
    table(["dataset", "file", "feature widths", "not finite, set to 0", "SHA-256"], [
      ...files.values(),
    ]),
  );
}

/** How often each split was looked at: a test set that was read often is none any more. */
export function readsSection({ groups }: ReportContent): string {
  const rows = groups.map(({ label, dataset, runs }) => {
    const count = (split: string) =>
      String(runs.reduce((sum, run) => sum + run.reads.filter((r) => r.split === split).length, 0));
    return [label, dataset, String(runs.length), count("valid"), count("test")];
  });
  const selected = groups.flatMap(({ runs }) =>
    runs.flatMap(({ entry, path }) => {
      const reason = testSelection(entry);
      return reason === null ? [] : [`${path}: ${reason}. Its test metrics are no fair ones`];
    })
  );
  return section(
    "What was read how often",
    paragraph("A training reads test once, at its end. Counted here is what evaluate read later."),
    table(["model", "dataset", "runs", "valid", "test"], rows),
    list(selected),
  );
}

/** Versions, machines, commits, and a line for each run. */
export function runsSection({ groups }: ReportContent): string {
  const runs = groups.flatMap((group) => group.runs);
  const distinct = (value: (run: ReportedRun) => string) =>
    [...new Set(runs.map(value))].sort().join("; ");
  const lines: [string, string][] = [
    ["Versions", distinct(({ record }) => pairs(record.versions))],
    ["Engine, device", distinct(({ record }) => `${record.engine}, ${record.device}`)],
    ["Commit of the code", distinct(({ record }) => record.gitCommit ?? "not known")],
  ];
  const rows = runs.map(({ path, entry, record, history }) => [
    path,
    entry.started.replace("T", " ").slice(0, 16),
    String(entry.epochs),
    String(entry.bestEpoch),
    history.length === 0 ? "" : mean(history.map(({ seconds }) => seconds.train)).toFixed(2),
    record.bert?.sha256.slice(0, 12) ?? "",
  ]);
  const calls = [...new Set(runs.map(({ record }) => record.commandLine.join(" ")))];
  return section(
    "Runs",
    facts(lines),
    part("Every run", table(["run", "started", "epochs", "best", "s/epoch", "BERT"], rows)),
    part("Started by", list(calls.filter((call) => call !== ""))),
  );
}

/** What is in the folder and is no finished run. */
export function skippedSection({ skipped }: ReportContent): string {
  return section(
    "Passed over",
    table(["path", "reason"], skipped.map(({ path, reason }) => [path, reason])),
  );
}

/** `{ train: { audio: 3 } }` → `train audio 3` */
function zeroedText(zeroed: unknown): string {
  const counts = Object.entries(zeroed as Record<string, Record<string, number>> ?? {})
    .flatMap(([split, byModality]) =>
      Object.entries(byModality).filter(([, count]) => count > 0)
        .map(([modality, count]) => `${split} ${modality} ${count}`)
    );
  return counts.join(", ") || "none";
}

function pairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values).map(([name, value]) => `${name} ${value}`).join(", ");
}
