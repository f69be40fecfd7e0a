/**
 * The unimodal labels that a training generated, as a file.
 *
 * @module
 */

import { formatCsv } from "../core/csv.ts";
import { writeFileAtomic } from "../core/files.ts";
import { MODALITIES, type Split } from "../data/mod.ts";
import type { Network } from "../models/mod.ts";

/**
 * Writes `labels.csv`: `id,label,text,audio,vision`, one line a train sample, numbers that read
 * back as the same float32; a modality without generated labels is left empty. A network that
 * generates none writes nothing.
 */
export async function writeUnimodalLabels(
  path: string,
  network: Network,
  train: Split,
): Promise<void> {
  const generated = network.unimodalLabels?.();
  if (generated === undefined) return;
  const columns = await Promise.all(MODALITIES.map(async (modality) => {
    return await generated[modality]?.data() ?? null;
  }));
  const rows = train.ids.map((id, i) => [
    id,
    String(train.labels![i]),
    ...columns.map((column) => column === null ? "" : String(column[i])),
  ]);
  writeFileAtomic(path, formatCsv(["id", "label", ...MODALITIES], rows));
}
