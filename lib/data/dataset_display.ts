/** How a dataset shows itself in a notebook. @module */

import type { MediaBundle } from "../display/notebook.ts";
import { htmlTable, textTable } from "../display/tables.ts";
import { escapeForNotebook } from "../display/xml.ts";
import type { Dataset, Split } from "./dataset.ts";
import type { Modality } from "./modality.ts";
import { counted } from "./problem.ts";
import { countSigns } from "./checks/label_check.ts";

const HEADER = ["split", "samples", "labels", "negative", "zero", "positive"];

/** Samples, labels and feature shapes of each split, and what was found odd. */
export function displayDataset(dataset: Dataset): MediaBundle {
  const { name, protocol, modalities, problems, splits } = dataset;
  const title = `${name}: ${modalities.join(", ")}; protocol ${protocol ?? "unknown"}`;
  const rows = [
    [...HEADER, ...modalities.map((modality) => `${modality} steps × width`)],
    ...Object.values(splits).map((split) => rowOf(split, modalities)),
  ];
  const notes = problems.map(({ severity, message }) => `${severity}: ${message}`);
  const found = problems.length === 0 ? "No problems found" : counted(problems.length, "problem");
  return {
    "text/plain": [title, textTable(rows), [found, ...notes].join("\n")].join("\n\n"),
    "text/html":
      `<p><b>${escapeForNotebook(name)}</b>${escapeForNotebook(title.slice(name.length))}</p>` +
      `${htmlTable(rows)}<p>${[found, ...notes].map(escapeForNotebook).join("<br>")}</p>`,
  };
}

function rowOf(split: Split, modalities: readonly Modality[]): string[] {
  const { name, samples, labels, features } = split;
  const shapes = modalities.map((modality) => {
    const column = features[modality];
    return column === undefined ? "" : `${column.steps} × ${column.width}`;
  });
  if (labels === null) return [name, String(samples), "none", "", "", "", ...shapes];
  const { negative, neutral, positive } = countSigns(labels);
  const [least, greatest] = labels.reduce(
    ([low, high], label) => [Math.min(low, label), Math.max(high, label)],
    [Infinity, -Infinity],
  );
  const range = samples === 0 ? "" : `${least.toFixed(1)} to ${greatest.toFixed(1)}`;
  return [name, String(samples), range, ...[negative, neutral, positive].map(String), ...shapes];
}
