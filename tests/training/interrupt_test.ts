import { assertEquals } from "@std/assert";

const LISTENER = JSON.stringify(new URL("../../lib/training/interrupt.ts", import.meta.url).href);

/**
 * Waits for a signal. With the argument `stubborn` it does not end at the first, with `slow` it takes
 * a moment; with `disposed` it has another listener that was disposed before.
 */
const WAITER = `
  import { InterruptListener } from ${LISTENER};
  const interrupt = new InterruptListener();
  const first = new InterruptListener();
  if (Deno.args[0] === "disposed") first[Symbol.dispose]();
  const { signal } = interrupt;
  signal.addEventListener("abort", () => {
    console.log(signal.reason.name, signal.reason.exitStatus, signal.reason.message);
    if (Deno.args[0] === "disposed") console.log("first", first.signal.aborted);
    if (Deno.args[0] === "slow") setTimeout(() => Deno.exit(7), 200);
    else if (Deno.args[0] !== "stubborn") Deno.exit(7);
  });
  console.log("ready");
  setTimeout(() => Deno.exit(1), 30_000);
`;

/** Milliseconds after which another signal is a second one. */
const LATER = 700;

/** Sends signals, each after the next line of output; a number waits so many milliseconds first. */
async function send(
  signals: (Deno.Signal | readonly [wait: number, ...Deno.Signal[]])[],
  ...args: string[]
): Promise<[number, string]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", WAITER, ...args],
    stdout: "piped",
  }).spawn();
  let said = "";
  const pending = [...signals];
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const next = pending.shift();
    if (next === undefined) continue;
    const [wait, ...now] = typeof next === "string" ? [0, next] as const : next;
    await new Promise((resolve) => setTimeout(resolve, wait));
    for (const signal of now) child.kill(signal);
  }
  return [(await child.status).code, said];
}

const ON_UNIX = { ignore: Deno.build.os === "windows" };

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    ...ON_UNIX,
    name: `InterruptListener aborts at ${signal} with exit status ${status} as its reason`,
    fn: async () => {
      const said = `ready\nInterrupt ${status} Stopped by ${signal}\n`;
      assertEquals(await send([signal]), [7, said]);
    },
  });
}

Deno.test({
  ...ON_UNIX,
  name: "InterruptListener ends the process at a second signal that comes later",
  fn: async () => {
    const said = "ready\nInterrupt 130 Stopped by SIGINT\n";
    assertEquals(await send(["SIGINT", [LATER, "SIGTERM"]], "stubborn"), [143, said]);
  },
});

Deno.test({
  ...ON_UNIX,
  name: "InterruptListener takes signals at the same time as one, and ends it still at a later one",
  fn: async () => {
    const said = "ready\nInterrupt 130 Stopped by SIGINT\n";
    const signals = [[0, "SIGINT", "SIGINT"], [LATER, "SIGINT"]] as const;
    assertEquals(await send([...signals], "stubborn"), [130, said]);
    assertEquals(await send([[0, "SIGINT", "SIGINT"]], "slow"), [7, said]);
  },
});

Deno.test({
  ...ON_UNIX,
  name: "InterruptListener listens no more once it is disposed",
  fn: async () => {
    // The second one, which lives on, ends the process.
    const said = "ready\nInterrupt 143 Stopped by SIGTERM\nfirst false\n";
    assertEquals(await send(["SIGTERM"], "disposed"), [7, said]);
  },
});
