import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT, taskArguments } from "./run_task.ts";
import { makeRun, withRuns } from "../watch/made_folder.ts";

Deno.test("watch prints an address that a browser of this machine can open", async () => {
  await withRuns(async (out) => {
    makeRun(out, "cnn", 1111);
    const process = new Deno.Command(Deno.execPath(), {
      args: taskArguments("watch", [out]),
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    while (!printed.includes("\n")) {
      const { value, done } = await reader.read();
      assert(!done, printed);
      printed += value;
    }
    const [address] = printed.split("\n");
    assertStringIncludes(await (await fetch(address!)).text(), "cnn/mosi/1111");
    process.kill("SIGINT");
    await reader.cancel();
    assertEquals((await process.status).success, false);
  });
});
