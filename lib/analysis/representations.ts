/** What a run makes of samples, as vectors, as a file, as a figure. @module */

import { formatCsv } from "../core/csv.ts";
import { UsageError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { RandomStream } from "../core/random.ts";
import { writeSafetensors } from "../data/mod.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../display/notebook.ts";
import { protocolOf } from "../evaluation/mod.ts";
import type { Config, Task } from "../models/mod.ts";
import type { Representation, Vectors } from "../training/mod.ts";
import { type Figure, representationMap } from "./figures/mod.ts";
import { project, type ProjectionName, type Projector } from "./project.ts";
import { percent } from "./spread.ts";

/** Points of a figure, so that a notebook or page stays small. */
const MOST_POINTS = 500;
/** In the order of panels and columns. */
const TASKS: readonly Task[] = ["fusion", "text", "audio", "vision"];
/** What they are for, in people's words. */
const METHOD = { pca: "Principal components", umap: "UMAP" } as const;

/** The samples of a split, and what a run makes of them. */
export interface RepresentedSamples {
  /** [samples] */
  readonly ids: readonly string[];
  /** [samples] */
  readonly labels: Float32Array;
  /** Vectors of the samples. */
  readonly vectors: Representation["vectors"];
}

/**
 * Vectors of a modality, or of all together, that a run makes of each sample of a split before it
 * scores it. In a notebook it shows them in two dimensions.
 *
 * @example
 * ```ts
 * import { train } from "../session/mod.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=16",
 *   settings: { batchSize: 8, updateEpochs: 1, postFusionDim: 12 },
 *   runs: 1,
 *   epochs: 1,
 *   engine: "cpu",
 *   out,
 * });
 * const found = await run.represent({ split: "test" }); // Representations
 * assertEquals(found.names, ["fusion", "text", "audio", "vision"]);
 * const { width, values } = found.of("fusion");
 * assertEquals([width, values.length], [12, 8 * 12]);
 * found.save(`${out}/vectors.csv`);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class Representations implements Displayable {
  /** [samples] names of the samples. */
  readonly ids: readonly string[];
  /** [samples] true labels. */
  readonly labels: Float32Array;
  readonly #vectors: Representation["vectors"];
  readonly #config: Config;
  readonly #seed: number;
  readonly #projectors: Readonly<Record<ProjectionName, Projector>>;

  /** Made by `represent`. @param run whose they are */
  constructor(
    { ids, labels, vectors }: RepresentedSamples,
    run: { readonly config: Config; readonly seed: number },
    projectors: Readonly<Record<ProjectionName, Projector>>,
  ) {
    this.ids = ids;
    this.labels = labels;
    this.#vectors = vectors;
    this.#config = run.config;
    this.#seed = run.seed;
    this.#projectors = projectors;
  }

  /** What there are vectors of: `fusion`, and modalities. */
  get names(): Task[] {
    return TASKS.filter((name) => this.#vectors[name] !== undefined);
  }

  /** Vectors by name, [samples, width]. @throws {UsageError} the run makes none of that */
  of(name: Task): Vectors {
    const found = this.#vectors[name];
    if (found !== undefined) return found;
    throw new UsageError(
      `Cannot find representations of "${name}": expected one of ${this.names.join(", ")}`,
    );
  }

  /**
   * The vectors in two dimensions, a panel each, coloured by label. Of many samples, 500 are
   * drawn, always the same.
   *
   * @param method `pca` (the default), with the share of the variance that is seen, or `umap`
   * @throws {UsageError} there are fewer than three samples, or no such method
   * @throws {DataError} its library could not be loaded
   */
  plot(method: ProjectionName = "pca"): Figure {
    const random = RandomStream.fromSeed(this.#seed).split("representations");
    const order = [...random.fresh("samples").permutation(this.ids.length)];
    const shown = order.slice(0, MOST_POINTS).sort((a, b) => a - b);
    const panels = [];
    for (const name of this.names) {
      const { width, values } = this.of(name);
      const rows = new Float32Array(shown.length * width);
      shown.forEach((i, k) => rows.set(values.subarray(i * width, (i + 1) * width), k * width));
      const { points, explained } = project({ width, values: rows }, method, {
        projectors: this.#projectors,
        random: random.fresh(`${method} ${name}`),
      });
      const seen = explained === undefined
        ? ""
        : ` (${percent(Math.round(100 * (explained[0] + explained[1])) / 100)})`;
      panels.push({ title: name + seen, points });
    }
    const samples = {
      ids: shown.map((i) => this.ids[i]!),
      labels: shown.map((i) => this.labels[i]!),
    };
    const count = shown.length < this.ids.length ? `, ${shown.length} of ${this.ids.length}` : "";
    return representationMap(panels, samples, {
      what: METHOD[method] + count,
      protocol: protocolOf(this.#config),
    });
  }

  /**
   * Writes all vectors: as `.csv`, a row a sample (`id,label,fusion.0,…`), or as `.safetensors`, a
   * tensor `[samples, width]` each, beside `labels` and, in its metadata, `ids` as JSON.
   *
   * @throws {UsageError} the name ends in neither
   */
  save(path: string): void {
    const all = this.names.map((name) => [name, this.of(name)] as const);
    const samples = this.ids.length;
    if (path.endsWith(".csv")) {
      const header = all.flatMap(([name, { width }]) =>
        Array.from({ length: width }, (_, i) => `${name}.${i}`)
      );
      const rows = this.ids.map((id, i) => [
        id,
        String(this.labels[i]),
        ...all.flatMap(([, { width, values }]) =>
          Array.from(values.subarray(i * width, (i + 1) * width), String)
        ),
      ]);
      writeFileAtomic(path, formatCsv(["id", "label", ...header], rows));
    } else if (path.endsWith(".safetensors")) {
      const tensors = all.map(([name, { width, values }]) => (
        { name: name as string, dtype: "F32" as const, shape: [samples, width], data: values }
      ));
      const labels = { name: "labels", dtype: "F32", shape: [samples], data: this.labels } as const;
      writeSafetensors(path, [...tensors, labels], { ids: JSON.stringify(this.ids) });
    } else {
      throw new UsageError(
        `Cannot write vectors to "${path}": expected a name that ends in .csv or .safetensors`,
      );
    }
  }

  /** For notebooks: the figure of principal components. */
  [JUPYTER_DISPLAY](): Promise<MediaBundle> {
    return this.plot()[JUPYTER_DISPLAY]();
  }
}
