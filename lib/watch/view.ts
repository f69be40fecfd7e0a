/** A snapshot as HTML: the grid of each study, and a card a run. @module */

import { facts, folded, paragraph } from "../display/html.ts";
import { formatDuration } from "../display/progress_line.ts";
import { escapeXml } from "../display/xml.ts";
import { curve } from "./curve.ts";
import { logTail } from "./log_tail.ts";
import type { Snapshot, StudyRunState, WatchedRun, WatchedStudy } from "./snapshot.ts";

/** Runs that have a card; the others are lines of a table. */
const CARDS = 40;
/** Epochs that are listed. */
const EPOCHS = 12;

/** A part of the page, which is replaced when it changes. */
export interface ViewPart {
  /** The same for the same run or study. */
  readonly id: string;
  readonly html: string;
}

/** All parts in their order. */
export function viewOf(snapshot: Snapshot): ViewPart[] {
  const { studies, runs, problems } = snapshot;
  const parts: ViewPart[] = [{ id: "counts", html: paragraph(countsOf(runs)) }];
  for (const problem of problems) {
    parts.push({ id: `problem ${problem}`, html: paragraph(`Cannot be shown: ${problem}`) });
  }
  for (const study of studies) parts.push({ id: `study ${study.name}`, html: gridOf(study) });
  if (runs.length > 0) parts.push({ id: "runs", html: "<h2>Runs</h2>" });
  for (const run of runs.slice(0, CARDS)) parts.push({ id: `run ${run.name}`, html: cardOf(run) });
  const others = runs.slice(CARDS);
  if (others.length > 0) parts.push({ id: "others", html: listOf(others) });
  return parts;
}

function countsOf(runs: readonly WatchedRun[]): string {
  if (runs.length === 0) return "No runs yet: they are shown as soon as a training begins.";
  const states = Map.groupBy(runs, ({ state }) => state);
  return [...states].map(([state, { length }]) => `${length} ${state}`).join(", ") + ".";
}

/** A row a cell, a column for each of the data and seeds. */
function gridOf({ title, name, states }: WatchedStudy): string {
  const columnOf = ({ data, seed }: StudyRunState) => JSON.stringify([data, seed]);
  const columns = [...new Map(states.map((state) => [columnOf(state), state])).values()];
  const severalData = new Set(states.map(({ data }) => data)).size > 1;
  const cells = [...new Set(states.map(({ cell }) => cell))];
  const header = columns.map(({ data, seed }) =>
    `<th scope="col" class="number">${
      escapeXml(severalData ? `${baseOf(data)} ${seed}` : `${seed}`)
    }</th>`
  );
  const byPlace = new Map(states.map((state) => [`${state.cell} ${columnOf(state)}`, state]));
  const rows = cells.map((cell) => {
    const row = columns.map((column) => squareOf(byPlace.get(`${cell} ${columnOf(column)}`)));
    return `<tr><th scope="row">${escapeXml(cell)}</th>${row.join("")}</tr>`;
  });
  const counts = [...Map.groupBy(states, ({ state }) => state)]
    .map(([state, { length }]) => `${length} ${state}`).join(", ");
  return [
    `<h2>${escapeXml(title)}</h2>`,
    paragraph(`${name}: ${states.length} runs, ${counts}. Numbers are the MAE on valid.`, true),
    `<div class="wide" tabindex="0" role="region" aria-label="${escapeXml(title)}"><table>`,
    `<thead><tr><th scope="col">setting and model</th>${header.join("")}</tr></thead>`,
    `<tbody>${rows.join("\n")}</tbody></table></div>`,
    reasonsOf(states),
  ].join("\n");
}

function baseOf(data: string): string {
  return data.split(/[\\/]/).at(-1)!;
}

function squareOf(state: StudyRunState | undefined): string {
  if (state === undefined) return "<td></td>";
  const { epoch, epochs, validMae } = state;
  const parts = [
    ...(state.state === "finished" ? [] : [state.state]),
    ...(epoch === undefined || !epochs ? [] : [`${epoch}/${epochs}`]),
    ...(validMae === undefined ? [] : [validMae.toFixed(3)]),
  ];
  const text = parts.join(", ") || state.state;
  return `<td class="number ${state.state}">${escapeXml(text)}</td>`;
}

/** Each reason once, with the runs that it is of. */
function reasonsOf(states: readonly StudyRunState[]): string {
  const told = states.filter(({ reason }) => reason !== undefined && reason !== "");
  const groups = Map.groupBy(told, ({ state, reason }) => `${state}: ${reason}`);
  return [...groups].map(([what, runs]) => {
    const names = runs.slice(0, 5).map(({ run }) => run).join(", ");
    const more = runs.length > 5 ? ` and ${runs.length - 5} more` : "";
    return paragraph(`${what} (${names}${more})`, true);
  }).join("\n");
}

function cardOf(run: WatchedRun): string {
  const { history, bestEpoch = null } = run;
  const losses = history.map(({ epoch, trainLoss }) => ({ epoch, value: trainLoss }));
  const errors = history.flatMap(({ epoch, valid }) =>
    valid["mae"] === undefined ? [] : [{ epoch, value: valid["mae"] }]
  );
  return [
    `<h3>${escapeXml(run.name)} <span class="state ${run.state}">${run.state}</span></h3>`,
    paragraph(sentenceOf(run)),
    '<div class="figures">',
    curve("loss on train", losses, bestEpoch),
    curve("MAE on valid", errors, bestEpoch),
    "</div>",
    folded("Epochs", epochsOf(run)),
    folded("Log", logOf(run)),
  ].join("\n");
}

function sentenceOf(run: WatchedRun): string {
  const { epoch, epochs, state, node, reason, secondsLeft, validMae, bestEpoch } = run;
  const done = epochs === 0 ? "" : `epoch ${epoch} of at most ${epochs}`;
  const parts = {
    running: [
      done,
      ...(secondsLeft === undefined ? [] : [`at most ${formatDuration(secondsLeft)} left`]),
      ...(node === undefined ? [] : [`on ${node}`]),
    ],
    finished: [
      epochs === 0 ? "fitted at once" : `${epoch} epochs, the best is ${bestEpoch}`,
      `ended ${localTime(run.ended ?? "")}`,
    ],
    interrupted: [done, reason ?? "stopped"],
    failed: [done, reason ?? "it did not say why"],
  }[state];
  const error = validMae === undefined ? [] : [`last MAE on valid ${validMae.toFixed(4)}`];
  return `Started ${localTime(run.started)}; ${
    [...parts, ...error].filter((part) => part !== "").join(", ")
  }.`;
}

/** `2026-11-28 10:05` as the clock of this machine has it. */
function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "at an unknown time";
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The last epochs, the latest first. */
function epochsOf({ history }: WatchedRun): string {
  const lines = history.slice(-EPOCHS).reverse().map((record): [string, string] => {
    const { mae } = record.valid;
    const error = mae === undefined ? "" : `, MAE on valid ${mae.toFixed(4)}`;
    const seconds = record.seconds.train + record.seconds.valid;
    return [
      `epoch ${record.epoch}`,
      `loss ${record.trainLoss.toFixed(4)}${error}, ${seconds.toFixed(1)} s`,
    ];
  });
  return lines.length === 0 ? "" : facts(lines);
}

function logOf({ log }: WatchedRun): string {
  const text = log === undefined ? "" : logTail(log);
  if (text === "") return "";
  return `${paragraph(log!, true)}\n<pre tabindex="0">${escapeXml(text)}</pre>`;
}

/** Runs without a card, a line each. */
function listOf(runs: readonly WatchedRun[]): string {
  const lines = runs.map((run): [string, string] => [
    run.name,
    `${run.state}${run.validMae === undefined ? "" : `, MAE on valid ${run.validMae.toFixed(4)}`}`,
  ]);
  return `<h2>Earlier runs</h2>\n<div class="wide" tabindex="0" role="region" ` +
    `aria-label="Earlier runs">${facts(lines)}</div>`;
}
