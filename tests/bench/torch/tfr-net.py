"""Learns from data with missing steps, and rebuilds them."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_models import MODALITIES, mask_of
from torch_zoo import Encoder

DIM, HEADS, LEVELS = 30, 6, 3
KERNELS = dict(text=1, audio=5, vision=3)
STEPS = dict(text=50, audio=500, vision=375)
HIDDEN = dict(text=36, audio=20, vision=48)
ATTENTION = dict(text=0.2, audio=0.1, vision=0.0)
GENERATION = dict(text=5e-6, audio=2e-6, vision=2e-5)


def encoder(width=DIM, heads=HEADS, attention=0.2, positions=True):
    return Encoder(width, heads, LEVELS, attention, 0.2, 0.2, 0.2, positions)


class Fusion(nn.Module):
    """Recurrent units, gated by a convolution over them."""

    def __init__(self, hidden):
        super().__init__()
        self.gru = nn.GRU(3 * DIM, hidden, 3, batch_first=True, bidirectional=True)
        self.gate, self.map = nn.Conv1d(2 * hidden, 1, 3, padding=1), nn.Linear(2 * hidden + 3 * DIM, hidden)

    def forward(self, x):
        states = self.gru(x)[0]
        gate = self.gate(states.transpose(1, 2)).transpose(1, 2).sigmoid()
        return self.map(torch.cat([x, states.tanh() * gate], 2)).tanh().amax(1)


def moments(x, y):
    distance = lambda a, b: ((a - b).square().sum() + 1e-12).sqrt()
    a, b = x - x.mean(0), y - y.mean(0)
    return distance(x.mean(0), y.mean(0)) + sum(distance((a**k).mean(0), (b**k).mean(0)) for k in (2, 3))


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.convs = nn.ModuleDict({
            m: nn.Conv1d(widths[m], DIM, k, padding=k // 2, bias=False) for m, k in KERNELS.items()
        })
        self.cross = nn.ModuleDict({
            f"{q} {k}": encoder(attention=ATTENTION[k]) for q in MODALITIES for k in MODALITIES if k != q
        })
        self.own = nn.ModuleDict({m: encoder() for m in MODALITIES})
        self.rebuild = nn.ModuleDict({m: encoder(n, 25, positions=False) for m, n in STEPS.items()})
        self.generators = nn.ModuleDict({m: nn.Linear(3 * DIM, widths[m]) for m in MODALITIES})
        self.fusion = nn.ModuleDict({m: Fusion(h) for m, h in HIDDEN.items()})
        inputs = sum(HIDDEN.values())
        self.head = nn.Sequential(nn.BatchNorm1d(inputs), nn.Linear(inputs, 128), nn.LeakyReLU(), nn.Linear(128, 1))
        self.optimizer = torch.optim.Adam(self.parameters(), lr=2e-3, weight_decay=1e-3)

    def loss(self, batch, y, i):
        missing = {}
        p = {}
        for m, conv in self.convs.items():
            x, lengths = batch[m]
            mask = mask_of(x, lengths)
            missing[m] = mask * (torch.rand(mask.shape) < 0.2)
            shown = x * (mask - missing[m])[..., None]
            p[m] = conv((F.dropout(shown, 0.2) if m == "text" else shown).transpose(1, 2)).transpose(1, 2)
        vectors, generation = [], 0
        for m in MODALITIES:
            seen = [self.cross[f"{m} {k}"](p[m], p[k]) for k in MODALITIES if k != m]
            x = torch.cat([self.own[m](p[m]), *seen], 2)
            vectors.append(F.dropout(self.fusion[m](x), 0.2))
            # The code takes samples for steps: [3 · DIM, batch, time]
            made = self.generators[m](self.rebuild[m](x.permute(2, 0, 1)).permute(1, 2, 0)).flatten(0, 1)
            mask = missing[m].flatten()[:, None]
            made, whole = made * mask, batch[m][0].flatten(0, 1) * mask
            off = F.smooth_l1_loss(made, whole, reduction="sum") + 5 * moments(made, whole)
            generation = generation + GENERATION[m] * off / (mask.sum() * made.shape[1] + 1e-4)
        return (self.head(torch.cat(vectors, 1))[:, 0] - y).abs().mean() + generation

    def after(self, i):
        nn.utils.clip_grad_value_(self.parameters(), 0.8)
