import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import {
  formatPredictions,
  parsePredictions,
  readPredictions,
  selectSplit,
  writePredictions,
} from "../../lib/evaluation/predictions.ts";
import { sequence } from "./cases.ts";

const ROW = { split: "test", id: "a", label: 1, prediction: 0.5 };

Deno.test("writePredictions() and readPredictions() give back every id and every bit", () => {
  const numbers = [0, -0, 1 / 3, -10 / 3, Math.fround(0.1), 5e-324, 1e21, 1.7976931348623157e308];
  const random = sequence(1);
  for (let i = 0; i < 500; i++) numbers.push(Math.fround(random.next().value * 6 - 3));
  const ids = [
    "v$_$1",
    "a,b",
    'say "hi"',
    "two\nlines",
    "two\r\nlines",
    " padded ",
    "",
    "情感",
    "\r",
  ];
  const rows = numbers.map((prediction, i) => ({
    split: i % 2 === 0 ? "valid" : "test",
    id: ids[i % ids.length]!,
    label: i % 5 === 0 ? null : -prediction,
    prediction,
  }));
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "predictions.csv");
    writePredictions(path, rows);
    const back = readPredictions(path);
    assertEquals(back, rows);
    assert(back.every((row, i) => Object.is(row.prediction, rows[i]!.prediction)));
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["predictions.csv"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("formatPredictions() refuses numbers that are not finite, naming the sample", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assertThrows(
      () => formatPredictions([{ ...ROW, prediction: bad }]),
      RangeError,
      `the prediction of sample "a" is ${bad}`,
    );
    assertThrows(
      () => formatPredictions([{ ...ROW, label: bad }]),
      RangeError,
      `the label of sample "a" is ${bad}`,
    );
  }
});

Deno.test("parsePredictions() refuses other columns and what is not a number, naming the row", () => {
  const head = "split,id,label,prediction\n";
  const cases: [text: string, message: string][] = [
    ["id,prediction\na,1\n", 'its columns are "id,prediction"'],
    [head + "test,a,1,\n", 'the prediction of row 1 is ""'],
    [head + "test,a,1,1\ntest,b,1,0x10\n", 'the prediction of row 2 is "0x10"'],
    [head + "test,a, ,1\n", 'the label of row 1 is " "'],
    [head + "test,a,1,NaN\n", 'is "NaN"'],
    [head + "test,a,1,1e999\n", 'is "1e999"'],
    [head + "test,a,1\n", "line 2 has 3 fields, expected 4"],
    ["", "it is empty"],
  ];
  for (const [text, message] of cases) {
    assertThrows(() => parsePredictions(text, "p.csv"), DataError, message);
    assertThrows(() => parsePredictions(text, "p.csv"), DataError, 'Cannot read "p.csv"');
  }
});

Deno.test("parsePredictions() takes numbers as other programs write them", () => {
  const text = "split,id,label,prediction\r\nvalid,a,-1E-05,2e+3\r\nvalid,b,,-0.0";
  assertEquals(parsePredictions(text), [
    { split: "valid", id: "a", label: -1e-5, prediction: 2000 },
    { split: "valid", id: "b", label: null, prediction: -0 },
  ]);
});

Deno.test("readPredictions() gives a DataError for a missing file, a folder and bytes", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const bytes = join(folder, "bytes.csv");
    Deno.writeFileSync(bytes, Uint8Array.of(0xff, 0xfe, 0x00));
    for (const path of [join(folder, "none.csv"), folder, bytes]) {
      assertThrows(() => readPredictions(path), DataError, `Cannot read "${path}"`);
    }
    const marked = join(folder, "marked.csv");
    Deno.writeTextFileSync(marked, "\ufeff" + formatPredictions([ROW]));
    assertEquals(readPredictions(marked), [ROW]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("selectSplit() keeps the order and refuses an absent split or an unknown label", () => {
  const rows = [
    { split: "test", id: "b", label: -1, prediction: 0.25 },
    { split: "valid", id: "c", label: null, prediction: 0 },
    { split: "test", id: "a", label: 2, prediction: -0.5 },
  ];
  assertEquals(selectSplit(rows, "test"), {
    ids: ["b", "a"],
    labels: Float64Array.of(-1, 2),
    predictions: Float64Array.of(0.25, -0.5),
  });
  assertThrows(() => selectSplit(rows, "train"), DataError, "the predictions have test, valid");
  assertThrows(() => selectSplit([], "train"), DataError, "the predictions have none");
  assertThrows(() => selectSplit(rows, "valid"), DataError, 'sample "c" has no label');
});
