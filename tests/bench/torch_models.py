"""PyTorch's side of the benchmark `models`: plain versions of the same training steps.

torch_models.py FOLDER PRESET MODEL STEPS THREADS BATCH   (prints JSON)

A model is a file torch/MODEL.py with a class `Model(widths, y, preset)`, which has an `optimizer` and
`loss(batch, y, i)`, and, where it does something after the gradient, `after(i)`. One that sees each
batch in several passes has `passes`, objects of that form. Human labels of a modality are `y` too. Sequences are padded,
which is PyTorch's fastest way on a CPU: a backward LSTM then also runs over the padding, which ours
leaves out.
"""
import json
import resource
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import torch
from torch_self_mm import MODALITIES, read

DIM = 128

__all__ = ["DIM", "MODALITIES", "mask_of", "mean_of"]


def mask_of(x, lengths):
    return (torch.arange(x.shape[1])[None] < lengths[:, None]).float()


def mean_of(x, mask):
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def main(folder, preset, model, steps, threads, batch):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1111)
    data, y = read(folder)
    path = Path(__file__).with_name("torch") / f"{model}.py"
    spec = spec_from_file_location("peer", path)
    peer = module_from_spec(spec)
    spec.loader.exec_module(peer)
    net = peer.Model({m: x.shape[2] for m, (x, _) in data.items()}, y, preset)
    batches, seconds = torch.arange(len(y)).split(int(batch)), []
    cpu_seconds = []
    for n in range(int(steps) + 1):
        started, cpu_started = time.perf_counter(), time.process_time()
        i = batches[n % len(batches)]
        for step in getattr(net, "passes", [net]):
            net.zero_grad()
            loss = step.loss({m: (x[i], lengths[i]) for m, (x, lengths) in data.items()}, y[i], i)
            loss.backward()
            loss.item()
            if hasattr(step, "after"):
                with torch.no_grad():
                    step.after(i)
            step.optimizer.step()
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - cpu_started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    times = dict(firstSeconds=seconds[0], stepSeconds=seconds[1:], cpuSeconds=cpu_seconds[1:])
    print(json.dumps(dict(times, peakBytes=peak)))


if __name__ == "__main__":
    main(*sys.argv[1:])
