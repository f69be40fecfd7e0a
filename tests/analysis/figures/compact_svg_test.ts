import { assert, assertEquals } from "@std/assert";
import { compactSvg } from "../../../lib/analysis/figures/compact_svg.ts";
import { toSvg } from "../../../lib/analysis/figures/vega.ts";
import { madeFigures } from "./made_figures.ts";

const SHARED =
  /(fill|fill-opacity|font-\w+|stroke|stroke-width|text-anchor|transform|opacity)="([^"]*)"/g;

/** What is seen: each shape and text with all that its groups say of it, written one way. */
function shapesOf(svg: string): string[] {
  const groups: Record<string, string>[] = [{ transform: "" }];
  const shapes: string[] = [];
  for (const [tag, name, own, text] of svg.matchAll(/<(\/?\w+)([^>]*)>([^<]*)/g)) {
    if (name === "/g") groups.pop();
    const said = Object.fromEntries(
      [...own!.matchAll(SHARED)].map(([, key, value]) => [key, value]),
    );
    const move = (said["transform"] ?? "").replace("translate(0,0)", "");
    const all: Record<string, string> = {
      ...groups.at(-1)!,
      ...said,
      transform: groups.at(-1)!["transform"] + move,
    };
    if (name === "g") groups.push(all);
    if (!["path", "rect", "line", "circle", "text"].includes(name!)) continue;
    const isPainted = [all["fill"], all["stroke"]].some((paint = "none") => paint !== "none");
    if (!isPainted || tag.includes('display="none"')) continue;
    shapes.push(JSON.stringify([text, placeOf(name!, own!, all), paintOf(all)]));
  }
  return shapes;
}

/** Where a shape is; a circle of two arcs as a circle. */
function placeOf(name: string, own: string, all: Record<string, string>): string[] {
  const of = (key: string) => new RegExp(` ${key}="([^"]*)"`).exec(own)?.[1] ?? "";
  const arcs = /^M([\d.]+),0A/.exec(of("d"));
  const at = /translate\(([^,]+),([^)]+)\)$/.exec(all["transform"]!);
  const keys = ["x", "y", "x2", "y2", "width", "height", "d"].map(of);
  if (name === "circle") return [all["transform"]!, of("cx"), of("cy"), of("r")];
  if (arcs === null) return [all["transform"]!, ...keys];
  return [all["transform"]!.slice(0, at!.index), at![1]!, at![2]!, arcs[1]!];
}

function paintOf({ transform: _, opacity = "1", ...rest }: Record<string, string>): string {
  const hex = (value: string) =>
    value.replace(
      /rgb\((\d+), (\d+), (\d+)\)/,
      (_, ...parts) =>
        `#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`,
    );
  const told = Object.entries(rest).map(([key, value]) => `${key} ${hex(value)}`);
  return [...told.sort(), opacity].join();
}

Deno.test("compactSvg() keeps all that is seen of every figure, in at most two thirds of the size", async () => {
  let [before, after] = [0, 0];
  for (const [name, { spec }] of Object.entries(madeFigures())) {
    const svg = await toSvg(spec);
    const compact = compactSvg(svg);
    const shapes = shapesOf(svg);
    assert(shapes.length > 5, name);
    assertEquals(shapesOf(compact), shapes, name);
    before += svg.length;
    after += compact.length;
  }
  assert(3 * after < 2 * before, `${after} of ${before}`);
});

Deno.test("compactSvg() leaves to each shape what is its own", () => {
  const shapes = '<path d="M1,1" fill="red" stroke="blue"/><path d="M2,2" fill="lime"/>';
  const [head, tail] = ['<svg width="9"><g fill="none">', "</g></svg>"];
  assertEquals(compactSvg(head + shapes + tail), head + shapes + tail);
  assertEquals(
    compactSvg(`${head}<g>${shapes}<path d="M3,3" fill="red"/></g>${tail}`),
    `${head}<g fill="red"><path d="M1,1" stroke="blue"/><path d="M2,2" fill="lime"/>` +
      `<path d="M3,3"/></g>${tail}`,
  );
});
