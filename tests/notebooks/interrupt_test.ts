import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { findPython, openKernelFolder } from "../../tasks/work/kernel_folder.ts";

/** What a cell showed. */
interface Shown {
  readonly cell: number;
  readonly type: string;
  readonly text: string;
}

const python = await findPython().catch(() => null);

Deno.test({
  name: "an interrupted cell leaves the kernel alive and a run that the same cell goes on with",
  ignore: python === null,
  async fn() {
    using folder = openKernelFolder();
    const { stdout, stderr } = await new Deno.Command(python!, {
      args: [join(import.meta.dirname!, "interrupt.py"), folder.path],
      env: folder.env,
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert(lines.length > 1, new TextDecoder().decode(stderr));
    const shown = lines.map((line) => JSON.parse(line) as Shown);
    const textOf = (cell: number, type: string) =>
      shown.filter((one) => one.cell === cell && one.type === type).map(({ text }) => text).join(
        "",
      );
    assertEquals(textOf(1, "error"), "Stopped by SIGINT");
    assertMatch(textOf(1, "update_display_data"), /The run is saved: run the cell again to go on/);
    assertEquals(textOf(2, "error"), "");
    assert(!/^epoch 1$/m.test(textOf(2, "stream")), "the second cell began anew");
    assertMatch(textOf(2, "stream"), /^12 epochs, kept variables$/m);
  },
});
