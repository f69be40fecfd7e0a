import { assert, assertEquals } from "@std/assert";
import { Interrupt, InterruptListener } from "../../lib/training/interrupt.ts";

const LISTENER = JSON.stringify(new URL("../../lib/training/interrupt.ts", import.meta.url).href);

/** Waits for a signal; with the argument `stubborn` it does not end by itself. */
const WAITER = `
  import { InterruptListener } from ${LISTENER};
  using interrupt = new InterruptListener();
  const { signal } = interrupt;
  signal.addEventListener("abort", () => {
    console.log(signal.reason.name, signal.reason.exitStatus, signal.reason.message);
    if (Deno.args[0] !== "stubborn") Deno.exit(7);
  });
  console.log("ready");
  setInterval(() => {}, 1000);
`;

/** Sends signals, each after the next line of output. */
async function send(signals: Deno.Signal[], ...args: string[]): Promise<[number, string]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", WAITER, ...args],
    stdout: "piped",
  }).spawn();
  let said = "";
  const pending = [...signals];
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const signal = pending.shift();
    if (signal !== undefined) child.kill(signal);
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
  name: "InterruptListener ends the process at the second signal",
  fn: async () => {
    const said = "ready\nInterrupt 130 Stopped by SIGINT\n";
    assertEquals(await send(["SIGINT", "SIGTERM"], "stubborn"), [143, said]);
  },
});

Deno.test({
  ...ON_UNIX,
  name: "InterruptListener listens no more once it is disposed",
  fn: async () => {
    const listeners = [new InterruptListener(), new InterruptListener()];
    const [first, second] = listeners as [InterruptListener, InterruptListener];
    first[Symbol.dispose]();
    Deno.kill(Deno.pid, "SIGTERM");
    await new Promise((resolve) => second.signal.addEventListener("abort", resolve));
    assertEquals([first.signal.aborted, second.signal.aborted], [false, true]);
    assert(second.signal.reason instanceof Interrupt);
    second[Symbol.dispose]();
  },
});
