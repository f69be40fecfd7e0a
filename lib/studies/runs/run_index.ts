/**
 * The index of runs: a SQLite database that answers what is asked often. The folders stay the truth;
 * the index is made from them, at any time, and may be deleted.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { messageOf, UsageError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";
import { allMetricKeys, findMetric } from "../../evaluation/protocols.ts";
import { findRunFolders, type Skipped } from "./run_discovery.ts";
import { readRun, type RunEntry } from "./run_entry.ts";
import { type Distinct, tellApart } from "./telling_apart.ts";

/** A run as the index has it: everything but its configuration. */
export type IndexedRun = Omit<RunEntry, "config" | "identity">;

/** What to list. */
export interface RunQuery {
  /** Only runs of this model. */
  readonly model?: string;
  /** Only runs on this dataset. */
  readonly dataset?: string;
  /**
   * A metric on test, `valid.` and a metric, or a field of {@linkcode IndexedRun} such as `started`;
   * the best metric comes first, the lowest field. Default: `path`.
   */
  readonly sort?: string;
}

const COLUMNS = [
  ...["path", "model", "dataset", "seed", "setting", "variant", "sha256", "protocol"],
  ...["engine", "device", "epochs", "bestEpoch", "started"],
] as const;

/** What a run is by itself; `dataset` and `variant` tell it from the others of the index. */
const OWN = ["ownDataset", "ownVariant", "identity"] as const;

/** Changes with what a row holds, so that an index of another version is made anew. */
const SCHEMA = versionOf([...COLUMNS, ...OWN, ...allMetricKeys()].join());

/**
 * A database of runs; dispose it to close the file.
 *
 * @example
 * ```ts
 * import { RunIndex } from "./run_index.ts";
 * import { train } from "../../session/mod.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = { data: "synthetic:n=32", runs: 1, engine: "cpu", out } as const;
 * await train({ model: "constant", ...common });
 * await train({ model: "svm", ...common });
 * using index = new RunIndex();
 * assertEquals(index.sync([out]), { skipped: [], read: 2 });
 * const best = index.query({ dataset: "synthetic", sort: "mae" })[0]!;
 * assertEquals([best.model, best.seed], ["svm", 1111]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunIndex implements Disposable {
  readonly #database: DatabaseSync;

  /** Opens or makes the index in `file`; without one it lives in memory. */
  constructor(file = ":memory:") {
    this.#database = openDatabase(file);
  }

  /** Ends its use. */
  [Symbol.dispose](): void {
    this.#database.close();
  }

  /**
   * Makes the index agree with the folders: reads runs that are new or changed, forgets those that
   * are gone.
   *
   * @returns what was passed over, and how many runs were read
   */
  sync(paths: readonly string[]): { readonly skipped: Skipped[]; readonly read: number } {
    const { folders, skipped } = findRunFolders(paths);
    const known = new Map(
      this.#database.prepare("SELECT path, stamp FROM runs").all()
        .map((row) => [String(row["path"]), String(row["stamp"])]),
    );
    let read = 0;
    this.#database.exec("BEGIN");
    try {
      const remove = this.#database.prepare("DELETE FROM runs WHERE path = ?");
      for (const path of folders) {
        const stamp = stampOf(path);
        const isKnown = stamp !== "" && known.get(path) === stamp;
        if (isKnown) {
          known.delete(path);
          continue;
        }
        try {
          this.#insert(readRun(path), stamp);
          known.delete(path);
          read++;
        } catch (error) {
          skipped.push({ path, reason: messageOf(error) });
        }
      }
      for (const path of known.keys()) remove.run(path);
      if (read + known.size > 0) this.#tellApart();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
    return { skipped, read };
  }

  /**
   * The runs that a query asks for.
   *
   * @throws {UsageError} there is no such model, dataset or sort key among the runs, with the nearest
   */
  query({ model, dataset, sort = "path" }: RunQuery = {}): IndexedRun[] {
    if (model !== undefined) this.#require("model", model);
    if (dataset !== undefined) this.#require("dataset", dataset);
    const rows = this.#database.prepare(
      `SELECT ${COLUMNS.join(", ")}, valid, test FROM runs
       WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR dataset = ?2)
       ORDER BY ${this.#orderBy(sort)}, path`,
    ).all(model ?? null, dataset ?? null) as Record<string, unknown>[];
    // One text for all: thousands of small ones take twice as long.
    const metrics = (split: string) => JSON.parse(`[${rows.map((row) => row[split]).join()}]`);
    const [valid, test] = [metrics("valid"), metrics("test")];
    return rows.map((row, i) =>
      Object.assign(row, { valid: valid[i], test: test[i] }) as unknown as IndexedRun
    );
  }

  /** Names datasets and configurations anew, now that others may be there. */
  #tellApart(): void {
    const rows = this.#database.prepare(
      `SELECT path, model, ownDataset AS dataset, ownVariant AS variant, sha256, identity, started
       FROM runs ORDER BY path`,
    ).all() as unknown as Distinct[];
    const update = this.#database.prepare(
      "UPDATE runs SET dataset = ?1, variant = ?2 WHERE path = ?3 AND (dataset != ?1 OR variant != ?2)",
    );
    for (const { path, dataset, variant } of tellApart(rows)) update.run(dataset, variant, path);
  }

  #insert(run: RunEntry, stamp: string): void {
    const names = [...COLUMNS, ...OWN, "valid", "test", "stamp"];
    const marks = names.map(() => "?").join(", ");
    this.#database.prepare(`INSERT OR REPLACE INTO runs (${names.join(", ")}) VALUES (${marks})`)
      .run(
        ...COLUMNS.map((name) => run[name]),
        ...[run.dataset, run.variant, run.identity],
        JSON.stringify(run.valid),
        JSON.stringify(run.test),
        stamp,
      );
  }

  #require(column: "model" | "dataset", value: string): void {
    const rows = this.#database.prepare(`SELECT DISTINCT ${column} AS name FROM runs`).all();
    const known = rows.map((row) => String(row["name"])).sort();
    if (!known.includes(value)) throw new UsageError(unknownName(column, value, known));
  }

  /** The SQL of a sort key, which is none but a known word. */
  #orderBy(sort: string): string {
    if ((COLUMNS as readonly string[]).includes(sort)) return sort;
    const [split, key] = sort.startsWith("valid.") ? ["valid", sort.slice(6)] : ["test", sort];
    const metric = findMetric(key);
    if (metric === undefined) {
      throw new UsageError(unknownName("sort key", sort, [...allMetricKeys(), ...COLUMNS]));
    }
    const value = `json_extract(${split}, '$."${key}"')`;
    return `${value} IS NULL, ${value} ${metric.higherIsBetter ? "DESC" : "ASC"}`;
  }
}

/** A number from 1 that another text hardly has (FNV-1a); SQLite keeps 31 bits and a sign. */
function versionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return (hash & 0x7fffffff) || 1;
}

/** Size and time of the files that a row is made from; empty where one is missing. */
function stampOf(path: string): string {
  try {
    return ["run.json", "config.json", "metrics.json"].map((name) => {
      const { size, mtime } = Deno.statSync(join(path, name));
      return `${size}@${mtime?.getTime()}`;
    }).join(" ");
  } catch {
    return "";
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = tryOpen(file);
  if (database !== null) return database;
  // Damaged, or of another version: nothing in it is worth more than reading the folders again.
  Deno.removeSync(file);
  return tryOpen(file) ?? new DatabaseSync(":memory:");
}

function tryOpen(file: string): DatabaseSync | null {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version === SCHEMA) return database;
    if (version !== 0) throw new TypeError(`the index has version ${version}`);
    database.exec(`
      CREATE TABLE runs (
        path TEXT PRIMARY KEY, model TEXT, dataset TEXT, seed INTEGER, setting TEXT,
        variant TEXT, sha256 TEXT, ownDataset TEXT, ownVariant TEXT, identity TEXT,
        protocol TEXT, engine TEXT, device TEXT, epochs INTEGER, bestEpoch INTEGER,
        started TEXT, valid TEXT, test TEXT, stamp TEXT
      );
      CREATE INDEX byModel ON runs (model, dataset);
      PRAGMA user_version = ${SCHEMA};
    `);
    return database;
  } catch {
    database.close();
    return null;
  }
}
