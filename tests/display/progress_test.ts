import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { createProgress, type ProgressOptions } from "../../lib/display/progress.ts";
import { formatDuration, progressBar } from "../../lib/display/progress_line.ts";

/** A progress that writes into a string and runs on a clock that the test moves. */
function createRecorded(options: ProgressOptions = {}) {
  const record = { text: "", clock: 5000 };
  const stream = {
    writeSync(bytes: Uint8Array): number {
      // Half of it at most, as a pipe may do.
      const part = bytes.subarray(0, Math.ceil(bytes.length / 2));
      record.text += new TextDecoder().decode(part);
      return part.length;
    },
  };
  const progress = createProgress({
    stream,
    isTerminal: false,
    now: () => record.clock,
    columns: () => 120,
    ...options,
  });
  return { progress, record };
}

const START = { label: "cnn", samples: 100, epochs: 10 };

Deno.test("Progress writes a plain line an epoch with loss, MAE, speed and time left", () => {
  const { progress, record } = createRecorded();
  progress.start(START);
  for (let epoch = 1; epoch <= 3; epoch++) {
    record.clock += 4000;
    progress.step(epoch, 100, 1 / epoch);
    record.clock += 1000;
    progress.epoch(epoch, 1 / epoch, 2 / epoch);
  }
  progress.stop();
  assertEquals(record.text.split("\n"), [
    "cnn: epoch 1/10, loss 1.0000, valid MAE 2.0000, 25 samples/s, 0:45 left",
    "cnn: epoch 2/10, loss 0.5000, valid MAE 1.0000, 25 samples/s, 0:40 left",
    "cnn: epoch 3/10, loss 0.3333, valid MAE 0.6667, 25 samples/s, 0:35 left",
    "",
  ]);
});

Deno.test("Progress writes few plain lines for fast epochs, and always the last", () => {
  const { progress, record } = createRecorded();
  progress.start({ ...START, epochs: 1000 });
  for (let epoch = 1; epoch <= 1000; epoch++) {
    record.clock += 10;
    progress.step(epoch, 50, 0.5);
    progress.epoch(epoch, 0.5, 0.7);
  }
  progress.stop();
  const epochs = [...record.text.matchAll(/epoch (\d+)/g)].map((match) => Number(match[1]));
  assertEquals(epochs, [1, 201, 401, 601, 801, 1000]);
});

Deno.test("Progress writes a plain line within an epoch only when the epoch is long", () => {
  const { progress, record } = createRecorded();
  progress.start({ ...START, epochs: null });
  for (let samples = 1; samples < 100; samples++) {
    record.clock += 1000;
    progress.step(1, samples, 0.25);
  }
  const lines = record.text.trim().split("\n");
  assertEquals(lines.length, 6);
  assertEquals(lines[0], "cnn: epoch 1 15 %, loss 0.2500, 1.0 samples/s");
});

Deno.test("Progress redraws a bar in place on a terminal, ten times a second at most", () => {
  const { progress, record } = createRecorded({ isTerminal: true });
  progress.start(START);
  for (let samples = 1; samples <= 100; samples++) {
    record.clock += 10;
    progress.step(1, samples, 0.5);
  }
  progress.epoch(1, 0.5, 0.75);
  progress.stop();
  const drawings = record.text.split("\r").slice(1);
  assertEquals(drawings.length, 12);
  assert(drawings.every((drawing) => drawing.trimEnd().endsWith("\x1b[K")));
  assertMatch(
    drawings[5]!,
    /^cnn {2}epoch 1\/10 {2}\[#{12}-{12}\] {2}loss 0\.5000 {2}100 samples\/s/,
  );
  assertMatch(drawings.at(-1)!, /\[#{24}\] .*valid MAE 0\.7500 .*0:09 left/);
  assertEquals(record.text.split("\n").length, 2, "one line in all");
});

Deno.test("Progress.stop() puts an outcome in place of the bar, and below plain lines", () => {
  const bar = createRecorded({ isTerminal: true });
  bar.progress.start(START);
  bar.progress.stop("stopped at epoch 9");
  assertEquals(bar.record.text.split("\r").at(-1), "\x1b[Kcnn: stopped at epoch 9\n");
  const plain = createRecorded();
  plain.progress.start(START);
  plain.progress.epoch(1, 0.5, 0.5);
  plain.progress.stop("stopped at epoch 9");
  assertEquals(plain.record.text.split("\n").slice(1), ["cnn: stopped at epoch 9", ""]);
  const quiet = createRecorded({ quiet: true });
  quiet.progress.start(START);
  quiet.progress.stop("stopped at epoch 9");
  assertEquals(quiet.record.text, "");
});

Deno.test("Progress.status() is redrawn below notes on a terminal, and leaves nothing behind", () => {
  const { progress, record } = createRecorded({ isTerminal: true, columns: () => 12 });
  assertEquals(progress.status("[##--] 2/4 and more"), true);
  assertEquals(record.text, "\r[##--] 2/4 \x1b[K");
  record.text = "";
  progress.note("done");
  assertEquals(record.text, "\r\x1b[Kdone\n\r[##--] 2/4 \x1b[K");
  record.text = "";
  progress.stop();
  assertEquals(record.text, "\r\x1b[K");
  const plain = createRecorded();
  assertEquals([plain.progress.status("x"), plain.record.text], [false, ""]);
});

Deno.test("Progress says that a training which may stop early takes so long at most", () => {
  const { progress, record } = createRecorded();
  progress.start({ ...START, mayStopEarly: true });
  record.clock += 5000;
  progress.epoch(1, 0.5, 0.5);
  assertMatch(record.text, /, at most 0:45 left\n$/);
});

Deno.test("Progress.note() puts a line above the bar", () => {
  const { progress, record } = createRecorded({ isTerminal: true });
  progress.note("before");
  progress.start(START);
  assertEquals(record.text, `before\n\rcnn  epoch 1/10  [${"-".repeat(24)}]\x1b[K`);
  record.text = "";
  progress.note("Warning: 3 features were not finite");
  const [first, second] = record.text.split("\n");
  assertEquals(first, "\r\x1b[KWarning: 3 features were not finite");
  assertMatch(second!, /^\rcnn {2}epoch 1\/10/);
});

Deno.test("Progress with quiet writes notes only", () => {
  for (const isTerminal of [true, false]) {
    const { progress, record } = createRecorded({ quiet: true, isTerminal });
    progress.start(START);
    record.clock += 60_000;
    progress.step(1, 50, 0.5);
    progress.note("a warning");
    progress.epoch(1, 0.5, 0.5);
    progress.stop();
    assertEquals(record.text, "a warning\n");
  }
});

Deno.test("Progress counts time left from the epochs of this process after a resume", () => {
  const { progress, record } = createRecorded();
  progress.start({ ...START, finished: 6 });
  record.clock += 10_000;
  progress.epoch(7, 0.5, 0.5);
  assertEquals(record.text, "cnn: epoch 7/10, loss 0.5000, valid MAE 0.5000, 0:30 left\n");
});

Deno.test("Progress.start() ends the training before, and a disposed one ends itself", () => {
  const { progress, record } = createRecorded({ isTerminal: true });
  {
    using shown = progress;
    shown.start(START);
    shown.start({ ...START, label: "svm" });
  }
  const lines = record.text.split("\n");
  assertEquals(lines.map((line) => line.slice(0, 5)), ["\rcnn ", "\rsvm ", ""]);
  progress.step(1, 1, 1);
  progress.epoch(1, 1, 1);
  assertEquals(record.text, lines.join("\n"), "nothing is shown between trainings");
});

Deno.test("Progress shows a loss that is not finite", () => {
  const { progress, record } = createRecorded();
  progress.start(START);
  progress.epoch(1, NaN, Infinity);
  assertMatch(record.text, /loss NaN, valid MAE Infinity/);
});

Deno.test("Progress survives a reader that is gone, and nothing else", () => {
  const failing = (error: Error) => ({
    writeSync(): number {
      throw error;
    },
  });
  createRecorded({ stream: failing(new Deno.errors.BrokenPipe("gone")) }).progress.note("x");
  const { progress } = createRecorded({ stream: failing(new Deno.errors.BadResource("closed")) });
  assertThrows(() => progress.note("x"), Deno.errors.BadResource);
});

Deno.test("createProgress() writes plain lines to stderr when that is no terminal", async () => {
  const module = new URL("../../lib/display/progress.ts", import.meta.url).href;
  const code = `
    import { createProgress } from ${JSON.stringify(module)};
    using progress = createProgress();
    progress.start({ label: "cnn", samples: 1, epochs: null });
    progress.epoch(1, 0.5, 0.25);
  `;
  const output = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(decode(output.stdout), "");
  assertEquals(decode(output.stderr), "cnn: epoch 1, loss 0.5000, valid MAE 0.2500\n");
});

Deno.test("progressBar() never exceeds the width and keeps the time left as long as it can", () => {
  const state = {
    label: "self-mm seed 1111",
    epoch: 3,
    epochs: 20,
    fraction: 0.5,
    loss: 0.5,
    validMae: 0.8,
    samplesPerSecond: 350,
    secondsLeft: 80,
    mayStopEarly: false,
  };
  const start = "self-mm seed 1111  epoch 3/20  ";
  assertEquals(
    progressBar(state, 200),
    `${start}[############------------]  loss 0.5000  valid MAE 0.8000  350 samples/s  1:20 left`,
  );
  assertEquals(
    progressBar(state, 94),
    `${start}[##--]  loss 0.5000  valid MAE 0.8000  350 samples/s  1:20 left`,
  );
  assertEquals(progressBar(state, 80), `${start}[##--]  loss 0.5000  MAE 0.8000  350/s  1:20 left`);
  assertEquals(progressBar(state, 79), `${start}loss 0.5000  MAE 0.8000  350/s  1:20 left`);
  assertEquals(progressBar(state, 40), `${start}loss 0.50`);
  for (let width = 0; width < 200; width++) assert(progressBar(state, width).length <= width);
});

Deno.test("formatDuration() has minutes and seconds, and hours when needed", () => {
  assertEquals([0, 0.2, 59.5, 61, 3599, 3600, 36_061].map(formatDuration), [
    "0:00",
    "0:01",
    "1:00",
    "1:01",
    "59:59",
    "1:00:00",
    "10:01:01",
  ]);
});
