"""Interrupts a training in a kernel and runs the cell again: interrupt.py FOLDER.

Prints what each cell showed, one JSON object a line: {"cell", "type", "text"}.
"""

import json
import sys
import time
from queue import Empty

from jupyter_client.manager import KernelManager

TRAIN = """
const run = await train({
  model: "self-mm", data: "synthetic:n=40", runs: 1, epochs: 12, engine: "cpu", out: "runs",
  settings: { batchSize: 4, updateEpochs: 1, earlyStop: 12 },
  onEpoch: ({ epoch }) => console.log(`epoch ${epoch}`),
});
console.log(`${run.runs[0].epochs} epochs, kept ${kept}`);
"""

CELLS = ["import { train } from '../mod.ts';\nconst kept = 'variables';", TRAIN, TRAIN]


def main():
    manager = KernelManager(kernel_name="deno")
    manager.start_kernel(cwd=sys.argv[1])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=90)
        for number, code in enumerate(CELLS):
            execute(manager, client, number, code)
    finally:
        manager.shutdown_kernel(now=True)


def execute(manager, client, number, code):
    parent = client.execute(code)
    interrupted = number != 1
    idle = False
    deadline = time.time() + 120
    while time.time() < deadline:
        try:
            message = client.get_iopub_msg(timeout=0.3)
        except Empty:
            if idle or not manager.is_alive():
                return
            continue
        if message["parent_header"].get("msg_id") != parent:
            continue
        content = message["content"]
        text = content.get("text") or content.get("evalue")
        text = text or content.get("data", {}).get("text/plain", "")
        print(json.dumps({"cell": number, "type": message["msg_type"], "text": text}))
        idle = idle or content.get("execution_state") == "idle"
        if not interrupted and "epoch 3" in text:
            interrupted = True
            manager.interrupt_kernel()
            manager.interrupt_kernel()


main()
