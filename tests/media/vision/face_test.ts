/** Faces beside MediaPipe's own runtime (tests/golden/media/facemesh.py). */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readGolden } from "../deviation.ts";
import { FACE, ffmpeg, HAS_FFMPEG } from "../programs.ts";

interface Probed {
  readonly squares: { x: number; y: number; size: number; angle: number }[];
  readonly points: number[] | null;
  readonly columns: Record<string, string[]>;
  readonly rows: Record<string, number[]> | null;
}

const ROOT = join(import.meta.dirname!, "..", "..", "..");

/** What the networks make of the picture that a filter of ffmpeg makes of the face. */
async function probe(filter: string): Promise<Probed> {
  const path = Deno.makeTempFileSync({ suffix: ".ppm" });
  ffmpeg("-i", FACE, "-vf", filter, path);
  const lock = join(ROOT, "deno.media.lock");
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `--lock=${lock}`,
      join(import.meta.dirname!, "probe.ts"),
      path,
    ],
  }).output();
  Deno.removeSync(path);
  try {
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch {
    throw new Error(new TextDecoder().decode(stderr));
  }
}

function column(probed: Probed, set: string, name: string): number {
  return probed.rows![set]![probed.columns[set]!.indexOf(name)]!;
}

const upright = HAS_FFMPEG ? await probe("null") : null;

Deno.test("a face has MediaPipe's points", { ignore: !HAS_FFMPEG }, () => {
  const golden = readGolden("facemesh.safetensors").get("points")!;
  const { points, squares } = upright!;
  assertEquals([squares.length, points!.length], [1, golden.length]);
  const eyes = Math.hypot(
    golden[3 * 33]! - golden[3 * 263]!,
    golden[3 * 33 + 1]! - golden[3 * 263 + 1]!,
  );
  let sum = 0, largest = 0;
  for (let i = 0; i < golden.length; i += 3) {
    const distance = Math.hypot(points![i]! - golden[i]!, points![i + 1]! - golden[i + 1]!) / eyes;
    sum += distance;
    largest = Math.max(largest, distance);
  }
  const mean = sum / (golden.length / 3);
  if (Deno.env.get("MSA_SHOW_DEVIATIONS")) console.log({ mean, largest });
  assert(mean < 0.01 && largest < 0.04, `mean ${mean}, largest ${largest} of the eye distance`);
});

Deno.test("gaze is where MediaPipe sees the irises", { ignore: !HAS_FFMPEG }, () => {
  const golden = readGolden("facemesh.safetensors"), points = golden.get("points")!;
  const iris = golden.get("iris")!; // five points of the right eye, then of the left
  for (const [i, name, outer, inner] of [[0, "right", 33, 133], [1, "left", 263, 362]] as const) {
    const x = (n: number) => points[3 * n]!;
    const expected = (iris[15 * i]! - (x(outer) + x(inner)) / 2) / Math.abs(x(outer) - x(inner));
    const found = column(upright!, "geometry", `${name}GazeX`);
    if (Deno.env.get("MSA_SHOW_DEVIATIONS")) console.log({ name, expected, found });
    assert(Math.abs(found - expected) < 0.05, `${name}: ${found}, MediaPipe ${expected}`);
  }
});

Deno.test("a turned picture turns the roll and nothing else", { ignore: !HAS_FFMPEG }, async () => {
  const angle = Math.PI / 9;
  const turned = await probe(`rotate=${angle}:fillcolor=gray`);
  const change = (name: string) =>
    column(turned, "geometry", name) - column(upright!, "geometry", name);
  assert(Math.abs(change("roll") - angle) < 0.03, `roll by ${change("roll")}`);
  for (const name of ["yaw", "pitch", "mouthOpen", "mouthWidth", "rightEyeOpen", "leftGazeX"]) {
    assert(Math.abs(change(name)) < 0.06, `${name} by ${change(name)}`);
  }
});

Deno.test("a mirrored picture mirrors yaw, gaze and sides", { ignore: !HAS_FFMPEG }, async () => {
  const mirrored = await probe("hflip");
  const [before, after] = [upright!, mirrored].map((probed) => (name: string) =>
    column(probed, "geometry", name)
  );
  const near = (a: number, b: number, name: string) =>
    assert(Math.abs(a - b) < 0.05, `${name}: ${a} and ${b}`);
  near(after!("yaw"), -before!("yaw"), "yaw");
  near(after!("leftGazeX"), -before!("rightGazeX"), "gaze");
  near(after!("rightEyeOpen"), before!("leftEyeOpen"), "eye");
  near(after!("centerX"), 1 - before!("centerX"), "center");
});

Deno.test("the astronaut smiles, and every set is finite", { ignore: !HAS_FFMPEG }, () => {
  const { rows, columns } = upright!;
  assert(column(upright!, "expression", "expression.happy") > 0.9);
  for (const [name, row] of Object.entries(rows!)) {
    assertEquals(row.length, columns[name]!.length);
    assert(row.every(Number.isFinite) && row.some((value) => value !== 0), name);
  }
});

Deno.test("a picture without a face has none", { ignore: !HAS_FFMPEG }, async () => {
  const blurred = await probe("boxblur=40,crop=120:100:0:0");
  assertEquals([blurred.squares, blurred.points], [[], null]);
});
