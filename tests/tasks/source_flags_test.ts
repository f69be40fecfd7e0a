import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { COMMAND as PREDICT } from "../../tasks/predict.ts";
import { COMMAND as TRAIN } from "../../tasks/train.ts";
import type { Call } from "../../tasks/shared/call.ts";
import { dataOf, sourceOf } from "../../tasks/shared/data_flags.ts";
import { parseCall } from "../../tasks/shared/parse_call.ts";

function call(...args: string[]): Call {
  return parseCall(TRAIN, ["--model", "svm", ...args]) as Call;
}

Deno.test("--seeds given twice adds up; any other flag is an error that says so", () => {
  assertEquals(call("--seeds", "1", "--seeds", "2,3").seeds("seeds"), [1, 2, 3]);
  assertThrows(
    () => call("--epochs", "1", "--epochs=2"),
    UsageError,
    "Cannot use --epochs twice, expected it once",
  );
  assertThrows(() => call("--json", "--json"), UsageError, "Cannot use --json twice");
  assertThrows(() => call("--seeds", "1", "--seeds", "1").seeds("seeds"), UsageError, "twice");
  // A value that looks like a flag is a value.
  assertEquals(call("--set", "a=1", "--set", "b=2").all("set"), ["a=1", "b=2"]);
});

Deno.test("flags of the source say how data are read", () => {
  const source = sourceOf(
    call(
      ...["--labels", "label.csv", "--labels", "1..5", "--label-column", "0", "--valid", "0.2"],
      ...["--columns", "text=0:300,audio=300:305", "--audio", "a.npz", "--text-features", "t.pkl"],
    ),
  );
  assertEquals(source, {
    labelFile: "label.csv",
    labelRange: { low: 1, high: 5, neutral: 3 },
    labelColumn: 0,
    columns: { text: [0, 300], audio: [300, 305] },
    files: { text: "t.pkl", audio: "a.npz" },
    valid: 0.2,
  });
  assertEquals(dataOf(call("--audio", "a.npz", "--text-features", "t.pkl")).data, "t.pkl");
  assertEquals(dataOf(call("--data", "x", "--modalities", "text,video")).modalities, [
    "text",
    "vision",
  ]);
  assertEquals((parseCall(PREDICT, ["run", "--drop", "vision"]) as Call).all("drop"), ["vision"]);
});

Deno.test("flags of the source that do not fit are refused", () => {
  const refused = (...args: string[]) => assertThrows(() => sourceOf(call(...args)), UsageError);
  refused("--valid", "1");
  refused("--columns", "text=5:5");
  refused("--columns", "text=0:5,text=5:6");
  refused("--columns", "vision=4:9,text=0:5");
  refused("--columns", "smell=0:5");
  refused("--labels", "5..1");
  refused("--labels", "1..5", "--labels", "1..7");
  refused("--label-column", "-1");
});
