import { assert, assertEquals } from "@std/assert";
import { textTable } from "../../lib/display/tables.ts";

const LONG = "lf-dnn (fusionDropout=0.1,learningRate=0.002,weightDecay=0.001)";

Deno.test("a long name goes on in the line below where it would leave no room", () => {
  const rows = [["model", "MAE"], [LONG, "0.849"], ["svm", "0.526"]];
  assertEquals(
    textTable(rows, "lr", { width: Infinity }).split("\n")[2],
    `svm${" ".repeat(62)}0.526`,
  );
  assertEquals(textTable(rows, "lr", { width: 40 }).split("\n"), [
    "model                         MAE",
    "lf-dnn (fusionDropout=0.1,  0.849",
    "  learningRate=0.002,",
    "  weightDecay=0.001)",
    "svm                         0.526",
  ]);
});

Deno.test("no line of 60 letters or more is wider than asked for, whatever the names, and none is lost", () => {
  const path = `/tmp/${"a".repeat(70)}/runs/1111~x=1`;
  const header = ["a", "b", "dataset", "metric", "mean a", "interval"];
  const numbers = ["synthetic", "MAE", "0.909 ± 0.001", "[0.038, 0.085]"];
  const rows = [header, [LONG, path, ...numbers], ["svm", LONG, ...numbers]];
  for (const width of [60, 80, 100]) {
    const text = textTable(rows, "llllrr", { width, repeated: [0, 1, 3] });
    for (const line of text.split("\n")) assert(line.length <= width, `${width}: ${line}`);
    const joined = textTable([["a"], [path]], "l", { width }).split("\n").slice(1);
    assertEquals(joined.map((line) => line.trimStart()).join(""), path);
  }
});
