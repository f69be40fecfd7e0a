import { assert, assertEquals, assertMatch } from "@std/assert";
import { CellProgress } from "../../lib/display/cell_progress.ts";
import { UsageError } from "../../lib/core/errors.ts";
import {
  CellOutput,
  isNotebook,
  type StackFrame,
  stackInNotebook,
} from "../../lib/display/notebook.ts";
import { createProgress } from "../../lib/display/progress.ts";
import { htmlTable, textTable } from "../../lib/display/tables.ts";

/** An output whose messages are kept; the first ones take longest. */
function recordedOutput() {
  const messages: { type: string; id: string; text: string; html: string }[] = [];
  let wait = 20;
  const output = new CellOutput(async (type, content) => {
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait /= 2;
    // deno-lint-ignore no-explicit-any -- a message as it is
    const { data, transient } = content as any;
    messages.push({
      type,
      id: transient.display_id,
      text: data["text/plain"],
      html: data["text/html"],
    });
  });
  return { output, messages };
}

Deno.test("isNotebook() is false outside of a kernel", () => {
  assertEquals(isNotebook(), false);
});

Deno.test("CellOutput replaces what it showed, in order, however long a message takes", async () => {
  const { output, messages } = recordedOutput();
  for (const text of ["a", "b", "c"]) output.show({ "text/plain": text });
  await output.sent();
  assertEquals(messages.map(({ text }) => text), ["a", "b", "c"]);
  assertEquals(messages.map(({ type }) => type), [
    "display_data",
    "update_display_data",
    "update_display_data",
  ]);
  assertEquals(new Set(messages.map(({ id }) => id)).size, 1);
});

Deno.test("Progress in a cell is a line a training, with its outcome in the end", async () => {
  const { output, messages } = recordedOutput();
  let clock = 0;
  const progress = createProgress({ cell: new CellProgress(output), now: () => clock });
  progress.note("Engine: cpu & more");
  progress.start({ label: "cnn seed 1", samples: 10, epochs: 4 });
  clock += 1000;
  progress.step(1, 5, 0.5);
  clock += 1000;
  progress.epoch(1, 0.5, 0.75);
  progress.stop("4 epochs");
  progress.start({ label: "cnn seed 2", samples: 10, epochs: 4 });
  clock += 1000;
  progress.epoch(2, 0.5, 0.75);
  progress.stop();
  await progress.shown();
  const half = messages.find(({ text }) => text.includes("50 %"))!;
  assertMatch(half.html, /value="0\.1250"/);
  const last = messages.at(-1)!;
  assertEquals(last.text.split("\n").slice(0, 2), ["Engine: cpu & more", "cnn seed 1: 4 epochs"]);
  assertMatch(last.text, /\ncnn seed 2: epoch 2\/4, loss 0\.5000, valid MAE 0\.7500/);
  assertMatch(last.html, /cpu &amp; more/);
  // What was stopped keeps its bar where it stood; what has ended needs none.
  assertEquals([...last.html.matchAll(/<progress max="1" value="0\.5000"/g)].length, 1);
  assertEquals([...last.html.matchAll(/<progress/g)].length, 1);
});

Deno.test("htmlTable() escapes tags, and dollars that a notebook takes for a formula", () => {
  const html = htmlTable([["id", "n"], ["a$_$<b>", "1"]]);
  assert(html.includes("a<span>$</span>_<span>$</span>&lt;b>"), html);
});

Deno.test("textTable() aligns as asked", () => {
  assertEquals(textTable([["a", "b"], ["long", "x"]], "rl"), "   a  b\nlong  x");
});

/** Frames of these files. */
function framesOf(...files: string[]): StackFrame[] {
  return files.map((file) => ({ getFileName: () => file, toString: () => `f (${file})` }));
}

Deno.test("a notebook shows what is wrong and the person's own frames, and all of a fault of ours", () => {
  const lib = new URL("../../lib/", import.meta.url);
  const inside = [new URL("session/train.ts", lib).pathname, new URL("data/open.ts", lib).href];
  const refused = new UsageError("Unknown model");
  const own = framesOf(...inside, "ext:core/01.js", "file:///home/me/mine.ts", "");
  const shown = "UsageError: Unknown model\n    at f (file:///home/me/mine.ts)\n    at f ()";
  assertEquals(stackInNotebook(refused, own), shown);
  // In a person's network that the library calls.
  const mistake = stackInNotebook(new TypeError("no x"), framesOf("", ...inside));
  assertEquals(mistake, "TypeError: no x\n    at f ()");
  const fault = stackInNotebook(new TypeError("no x"), framesOf(...inside, ""));
  assertEquals(fault.split("\n").length, 4);
});
