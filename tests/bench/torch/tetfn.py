"""Attention between modalities in which the text takes part, and Self-MM's tasks and labels."""
import torch
import torch_self_mm
from torch import nn
from torch_self_mm import MODALITIES, TASKS, Head, Labels
from torch_zoo import Encoder, aligned

DIM, HEADS = 50, 5
POST = dict(fusion=64, text=64, audio=32, vision=16)
DROPOUT = dict(fusion=0.0, text=0.1, audio=0.0, vision=0.1)
ATTENTION = dict(text=0.1, audio=0.0, vision=0.1)


def encoder(width=DIM, layers=2, attention=0.1, positions=False):
    return Encoder(width, HEADS, layers, attention, 0.1, 0.1, 0.0, positions)


class Enhanced(nn.Module):
    """x reads what y reads of the text."""

    def __init__(self):
        super().__init__()
        self.lower, self.upper = encoder(layers=1, positions=True), encoder(positions=True)

    def forward(self, x, y, text):
        return self.upper(x, self.lower(y, text))


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        torch_self_mm.WIDTH.update(POST)
        self.lstms = nn.ModuleDict({m: nn.LSTM(widths[m], 32, batch_first=True) for m in ("audio", "vision")})
        self.convs = nn.ModuleDict({
            m: nn.Conv1d(widths[m] if m == "text" else 32, DIM, 1, bias=False) for m in MODALITIES
        })
        pairs = [(q, k) for q in MODALITIES for k in MODALITIES if k != q]
        self.cross = nn.ModuleDict({
            f"{q} {k}": encoder(attention=ATTENTION[k]) if "text" in (q, k) else Enhanced() for q, k in pairs
        })
        self.memory = nn.ModuleDict({m: encoder(2 * DIM) for m in MODALITIES})
        inputs = dict(fusion=6 * DIM, text=DIM, audio=DIM, vision=DIM)
        self.heads = nn.ModuleDict({t: Head(inputs[t], POST[t], DROPOUT[t]) for t in TASKS})
        self.labels = Labels(y)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-4, weight_decay=1e-2)

    def loss(self, batch, y, i):
        x = aligned(batch)
        for m, lstm in self.lstms.items():
            x[m] = lstm(x[m])[0]
        p = {m: self.convs[m](x[m].transpose(1, 2)).transpose(1, 2) for m in MODALITIES}
        encoded, last = {m: p[m].amax(1) for m in MODALITIES}, []
        for q in MODALITIES:
            seen = []
            for k in MODALITIES:
                if k != q:
                    more = () if "text" in (q, k) else (p["text"],)
                    seen.append(self.cross[f"{q} {k}"](p[q], p[k], *more))
            last.append(self.memory[q](torch.cat(seen, 2))[:, -1])
        encoded["fusion"] = torch.cat(last, 1)
        self.out = {t: self.heads[t](encoded[t]) for t in TASKS}
        return self.labels.loss(self.out, i)

    def after(self, i):
        self.labels.update({t: self.out[t][0].detach() for t in TASKS}, i, 2)
