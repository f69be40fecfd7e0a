/**
 * Runs of several datasets or configurations that have one name are told apart: by what the data hold,
 * and by how their configurations differ.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import type { Config } from "../../models/mod.ts";
import { differencesOf, variantName, wholeName } from "../../training/configuration.ts";
import { RunFolder } from "../../training/mod.ts";
import { hashedName } from "../../training/run_place.ts";

/** What tells a run from others. */
export interface Distinct {
  /** Where it is. */
  readonly path: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** Of the data; empty where nobody knows. */
  readonly sha256: string;
  /** What its configuration is, without the seed: JSON of `identityOf`. */
  readonly identity: string;
  /** What is said of the configuration beside the model's name; empty for the first one. */
  readonly variant: string;
  /** ISO time. */
  readonly started: string;
}

/**
 * The same runs. A name that several contents have stays with the one that was trained on first,
 * others are `NAME-HASH8`. Of the configurations of a model in one folder that in `SEED` has no
 * variant, a named one its name, each other one what it has otherwise.
 */
export function tellApart<T extends Distinct>(runs: readonly T[]): T[] {
  const owners = firstContents(runs);
  const named = runs.map((run) => {
    const { dataset, sha256 } = run;
    const isOwn = sha256 === "" || owners.get(dataset) === sha256;
    return isOwn ? run : { ...run, dataset: hashedName(dataset, sha256) };
  });
  const placed = named.map(placedRun);
  const variants = new Map(
    [...Map.groupBy(placed, ({ place }) => place)].map((
      [place, runs],
    ) => [place, variantsIn(runs)]),
  );
  return placed.map(({ run, place, kind }) => ({
    ...run,
    variant: variants.get(place)!.get(kind)!,
  }));
}

/** The content of each name's first run. */
function firstContents(runs: readonly Distinct[]): Map<string, string> {
  const first = new Map<string, Distinct>();
  for (const run of runs) {
    const known = first.get(run.dataset);
    if (run.sha256 !== "" && (known === undefined || run.started < known.started)) {
      first.set(run.dataset, run);
    }
  }
  return new Map([...first].map(([name, { sha256 }]) => [name, sha256]));
}

/** A run, and what its path says of it. */
interface PlacedRun<T extends Distinct = Distinct> {
  readonly run: T;
  /** Runs in one place may differ by more than their seed. */
  readonly place: string;
  /** Of its folder. */
  readonly variant: string;
  /** The name that somebody gave it; empty where the program did. */
  readonly name: string;
  /** One kind is one model to compare: a configuration, or what somebody has named. */
  readonly kind: string;
}

function placedRun<T extends Distinct>(run: T): PlacedRun<T> {
  const { path, model, dataset, identity } = run;
  const { variant } = new RunFolder(path);
  const name = variant.includes("=") ? "" : variant;
  const place = [dirname(resolve(path)), model, dataset].join("\0");
  return { run, place, variant, name, kind: `${name}\0${identity}` };
}

/** What is said of each kind in one place, no two the same. */
function variantsIn(runs: readonly PlacedRun[]): Map<string, string> {
  const inOrder = runs.toSorted(({ run: a }, { run: b }) =>
    a.started < b.started ? -1 : a.started > b.started ? 1 : 0
  );
  const kinds = Map.groupBy(inOrder, ({ kind }) => kind);
  const first = inOrder.find(({ variant }) => variant === "");
  const said = new Map<string, string>();
  for (const [kind, [found]] of kinds) {
    const { run, variant, name } = found!;
    const differing = first === undefined || kinds.size === 1
      ? variant
      : name || variantName(differencesOf(parsed(first.run), parsed(run)));
    const isTaken = [...said.values()].includes(differing);
    said.set(kind, isTaken ? wholeName(parsed(run)) : differing);
  }
  return said;
}

function parsed({ identity }: Distinct): Config {
  return JSON.parse(identity);
}
