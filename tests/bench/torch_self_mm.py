"""PyTorch's side of the Self-MM benchmark: the same data, settings and steps.

torch_self_mm.py FOLDER PRESET packed|padded EPOCHS THREADS   (prints JSON)

packed: sequences are packed, as the reference does; padded: the LSTM runs over the padded sequence
and the true last state is picked, which is PyTorch's fastest way on a CPU.
"""
import json
import os
import resource
import sys
import time

import numpy as np
import torch
from torch import nn

# On a GPU where MSA_TORCH_DEVICE is cuda; what is made without a device lies there, too.
DEVICE = os.environ.get("MSA_TORCH_DEVICE", "cpu")
torch.set_default_device(DEVICE)

BATCH, GROUP, LIMIT, EPS = 32, 4, 3.0, 1e-8
MODALITIES = ("text", "audio", "vision")
TASKS = ("fusion",) + MODALITIES
# Learning rates and decays of audio, vision and the rest; dropout of the four heads (MMSA's values).
PRESETS = {
    "mosi": dict(rate=(5e-3, 5e-3, 1e-3), decay=(1e-3, 1e-3, 1e-3), dropout=(0.0, 0.1, 0.1, 0.0)),
    "mosei": dict(rate=(5e-3, 1e-4, 1e-3), decay=(0.0, 0.0, 1e-2), dropout=(0.1, 0.0, 0.0, 0.0)),
}
HIDDEN = dict(audio=16, vision=32)
ENCODED = dict(audio=16, vision=32)
WIDTH = dict(fusion=128, text=32, audio=16, vision=32)


class Encoder(nn.Module):
    """LSTM, state at the true end, linear."""

    def __init__(self, inputs, hidden, outputs, packed):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, outputs)
        self.packed = packed

    def forward(self, x, lengths):
        if self.packed:
            pack = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            return self.linear(self.rnn(pack)[1][0][0])
        states = self.rnn(x)[0]
        return self.linear(states[torch.arange(len(x)), lengths - 1])


class Head(nn.Module):
    def __init__(self, inputs, width, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList([nn.Linear(inputs, width), nn.Linear(width, width), nn.Linear(width, 1)])

    def forward(self, x):
        feature = torch.relu(self.layers[0](self.dropout(x)))
        return feature, self.layers[2](torch.relu(self.layers[1](feature)))[:, 0]


class SelfMM(nn.Module):
    def __init__(self, widths, dropout, packed):
        super().__init__()
        self.encoders = nn.ModuleDict({m: Encoder(widths[m], HIDDEN[m], ENCODED[m], packed) for m in HIDDEN})
        sizes = dict(ENCODED, text=widths["text"])
        sizes["fusion"] = sum(sizes.values())
        self.heads = nn.ModuleDict({t: Head(sizes[t], WIDTH[t], p) for t, p in zip(TASKS, dropout)})

    def forward(self, batch):
        encoded = {m: self.encoders[m](*batch[m]) for m in self.encoders}
        encoded["text"] = batch["text"][0][:, 0]
        encoded["fusion"] = torch.cat([encoded[m] for m in MODALITIES], 1)
        return {t: self.heads[t](encoded[t]) for t in TASKS}


class Labels:
    """Generated labels, feature banks and class centres."""

    def __init__(self, y):
        self.y = {t: y.clone() for t in TASKS}
        self.bank = {t: torch.zeros(len(y), WIDTH[t]) for t in TASKS}
        self.centers = {t: torch.zeros(2, WIDTH[t]) for t in TASKS}

    def loss(self, out, i):
        y = self.y["fusion"][i]
        total = (out["fusion"][1] - y).abs().mean()
        for m in MODALITIES:
            weight = torch.tanh((self.y[m][i] - y).abs())
            total = total + (weight * (out[m][1] - self.y[m][i]).abs()).mean()
        return total

    def alpha(self, task, feature):
        positive, negative = (torch.linalg.vector_norm(feature - c, dim=1) for c in self.centers[task])
        return (negative - positive) / (positive + EPS)

    def update(self, features, i, epoch):
        if epoch > 1:
            y, am = self.y["fusion"][i], self.alpha("fusion", features["fusion"])
            for m in MODALITIES:
                a = self.alpha(m, features[m])
                new = (0.5 * y * a / (am + EPS) + 0.5 * (y + a - am)).clamp(-LIMIT, LIMIT)
                self.y[m][i] = (epoch - 1) / (epoch + 1) * self.y[m][i] + 2 / (epoch + 1) * new
        for t in TASKS:
            self.bank[t][i] = features[t]
            self.centers[t] = torch.stack([self.bank[t][self.y[t] > 0].mean(0), self.bank[t][self.y[t] < 0].mean(0)])


def read(folder):
    shape = json.load(open(os.path.join(folder, "shape.json")))
    load = lambda name, kind: torch.from_numpy(np.fromfile(os.path.join(folder, name), kind)).to(DEVICE)
    data = {
        m: (load(f"{m}.f32", "<f4").reshape(shape["samples"], *shape[m]), load(f"{m}.lengths.i32", "<i4").long())
        for m in MODALITIES
    }
    return data, load("labels.f32", "<f4")


def make_optimizer(net, settings):
    parts = (net.encoders["audio"], net.encoders["vision"], net.heads)
    return torch.optim.Adam([
        dict(params=list(part.parameters()), lr=rate, weight_decay=decay)
        for part, rate, decay in zip(parts, settings["rate"], settings["decay"])
    ])


def train_epoch(net, optimizer, labels, data, epoch):
    """Milliseconds of each step."""
    steps = []
    order = torch.randperm(len(labels.y["fusion"]))
    for n, i in enumerate(order.split(BATCH)):
        started = time.perf_counter()
        if n % GROUP == 0:
            optimizer.zero_grad()
        out = net({m: (x[i], lengths[i]) for m, (x, lengths) in data.items()})
        loss = labels.loss(out, i)
        loss.backward()
        loss.item()
        with torch.no_grad():
            labels.update({t: out[t][0].detach() for t in TASKS}, i, epoch)
        if n % GROUP == GROUP - 1:
            optimizer.step()
        steps.append(1e3 * (time.perf_counter() - started))
    return steps


def main(folder, preset, lstm, epochs, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1111)
    data, y = read(folder)
    settings = PRESETS[preset]
    net = SelfMM({m: x.shape[2] for m, (x, _) in data.items()}, settings["dropout"], lstm == "packed")
    optimizer = make_optimizer(net, settings)
    labels, seconds, cpu_seconds, steps = Labels(y), [], [], []
    for epoch in range(1, int(epochs) + 1):
        started, cpu_started = time.perf_counter(), time.process_time()
        steps += train_epoch(net, optimizer, labels, data, epoch)
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - cpu_started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    times = dict(epochSeconds=seconds, cpuSeconds=cpu_seconds, stepMillis=steps)
    print(json.dumps(dict(times, peakBytes=peak)))


if __name__ == "__main__":
    main(*sys.argv[1:])
