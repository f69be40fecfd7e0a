/**
 * Networks for faces. Their weights are files of the npm package `@vladmandic/human`, whose code is
 * not used: blazeface, facemesh and iris are Google MediaPipe's (Apache-2.0), emotion is of
 * oarriaga's face_classification (MIT), faceres of HSE-FaceRes (Apache-2.0).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError, EngineError } from "../../core/errors.ts";
import { packageFolder } from "../../core/packages.ts";
import { type GraphModel, openGraphRuntime } from "../../engine/graph_models.ts";

/** A network by its file's name. */
export type FaceModelName = "blazeface" | "facemesh" | "iris" | "emotion" | "faceres";

interface KnownModel {
  /** Side of the input in pixels, and its channels. */
  readonly side: number;
  readonly channels: number;
  /** The nodes that are wanted, where the network has more outputs. */
  readonly outputs?: readonly string[];
  /** SHA-256 of topology and weights. */
  readonly json: string;
  readonly bin: string;
  /** {@linkcode summaryOf} its outputs for {@linkcode probe}. */
  readonly expected: readonly number[];
}

/** Name of the package that has them. */
export const FACE_PACKAGE = "@vladmandic/human";

/** Largest relative deviation of the self-test; runtimes differ by 1e-5. */
const TOLERANCE = 1e-3;

const MODELS: Readonly<Record<FaceModelName, KnownModel>> = {
  blazeface: {
    side: 256,
    channels: 3,
    json: "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f",
    bin: "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
    expected: [42.96045, 181.54805, 99.81458, 37.98015],
  },
  facemesh: {
    side: 192,
    channels: 3,
    outputs: ["Identity_1", "Identity_2"], // without contours
    json: "b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7",
    bin: "3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b",
    expected: [0.000411823, 265.73215],
  },
  iris: {
    side: 64,
    channels: 3,
    outputs: ["StatefulPartitionedCall/model/conv_iris/BiasAdd"], // without the eye's contour
    json: "49038ac9dcc09aa05474d91d98e9db5b47af4830929bcf102ed5a56bfbabb465",
    bin: "d7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71",
    expected: [98.48093],
  },
  emotion: {
    side: 64,
    channels: 1,
    json: "56f7e557eb0c863a8b9ab04ac7ccba756e93bf2c27dce135ef0e8712b80b7ad2",
    bin: "927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987",
    expected: [0.542942],
  },
  faceres: {
    side: 224,
    channels: 3,
    json: "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
    bin: "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
    expected: [0.627135, 0.0393809, 0.00113832],
  },
};

/** SHA-256 of the weights of a network. */
export function weightsHash(name: FaceModelName): string {
  return MODELS[name].bin;
}

/** Open networks; those that were not asked for are absent. Dispose them to free their weights. */
export class FaceModels implements Disposable {
  readonly #models: ReadonlyMap<FaceModelName, GraphModel>;

  private constructor(models: ReadonlyMap<FaceModelName, GraphModel>) {
    this.#models = models;
  }

  /**
   * Opens networks, fetching the package where it is not there yet, and tests each on a made-up
   * picture.
   *
   * @throws {DataError} a file is not the one that this was written for
   * @throws {EngineError} the runtime is missing, or computes something else than it should
   */
  static async open(names: readonly FaceModelName[]): Promise<FaceModels> {
    const runtime = await openGraphRuntime();
    const folder = join(await packageFolder(FACE_PACKAGE), "models");
    const models = new Map<FaceModelName, GraphModel>();
    for (const name of names) {
      const json = readChecked(join(folder, `${name}.json`), MODELS[name].json);
      const weights = readChecked(join(folder, `${name}.bin`), MODELS[name].bin);
      const model = await runtime.open({
        json: JSON.parse(new TextDecoder().decode(json)),
        weights,
        outputs: MODELS[name].outputs,
      });
      models.set(name, model);
      selfTest(name, model);
    }
    return new FaceModels(models);
  }

  /** Runs one network on pictures, [batch, side, side, channels]; its outputs, smallest first. */
  run(name: FaceModelName, input: Float32Array): Float32Array[] {
    const { side, channels } = MODELS[name];
    const batch = input.length / (side * side * channels);
    return this.#models.get(name)!.run(input, [batch, side, side, channels]);
  }

  [Symbol.dispose](): void {
    for (const model of this.#models.values()) model[Symbol.dispose]();
  }
}

function readChecked(path: string, sha256: string): Uint8Array<ArrayBuffer> {
  const bytes = Deno.readFileSync(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found === sha256) return bytes;
  throw new DataError(
    `Cannot use "${path}": its SHA-256 is ${found.slice(0, 12)}…, expected ${sha256.slice(0, 12)}…`,
  );
}

/** A made-up picture, values in [0, 1]. */
export function probe(name: FaceModelName): Float32Array {
  const { side, channels } = MODELS[name];
  return Float32Array.from({ length: side * side * channels }, (_, i) => (i * 7919 % 256) / 255);
}

/** A number of each output: mean of magnitudes, weighted so that a change of order is seen. */
export function summaryOf(outputs: readonly Float32Array[]): number[] {
  return outputs.map((values) =>
    values.reduce((sum, value, i) => sum + (1 + i % 7) * Math.abs(value), 0) / values.length
  );
}

function selfTest(name: FaceModelName, model: GraphModel): void {
  const { side, channels, expected } = MODELS[name];
  const found = summaryOf(model.run(probe(name), [1, side, side, channels]));
  const isWrong = expected.some((value, i) => !(Math.abs(found[i]! / value - 1) < TOLERANCE));
  if (!isWrong) return;
  throw new EngineError(
    `Cannot use the network ${name}: its outputs for a test are ${found}, expected ${expected}`,
  );
}
