"""Text with audio and text with vision, each reading the other through gates."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_models import MODALITIES, mask_of, mean_of
from torch_zoo import Attention, aligned

DIM, HEADS, LAYERS, DROPOUT = 40, 5, 5, 0.1


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.attention = nn.LayerNorm(DIM), nn.LayerNorm(DIM), Attention(DIM, HEADS, DROPOUT)
        self.feed = nn.Sequential(nn.Linear(DIM, 4 * DIM), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(4 * DIM, DIM))
        self.attended, self.kept = nn.Linear(2 * DIM, DIM), nn.Linear(2 * DIM, DIM)

    def forward(self, x, other, control, mask):
        keys = self.first(other)
        y = F.dropout(self.attention(self.first(x), keys, keys, mask), DROPOUT)
        x = y * self.attended(control).sigmoid()[:, None] + x * self.kept(control).sigmoid()[:, None]
        return x + F.dropout(self.feed(self.second(x)), DROPOUT)


class Control(nn.Module):
    def __init__(self, is_first):
        super().__init__()
        gru = lambda: nn.GRU(DIM, DIM, batch_first=True, bidirectional=True)
        self.is_first = is_first
        self.encoders = nn.ModuleList([nn.Linear(DIM, DIM) if is_first else gru() for _ in range(2)])
        self.discriminator = nn.Sequential(nn.Linear(DIM, 4 * DIM), nn.ReLU(), nn.Linear(4 * DIM, 1))

    def forward(self, stream, x, mask):
        if self.is_first:
            return self.encoders[stream](mean_of(x, mask))
        there, back = self.encoders[stream](x)[0].chunk(2, 2)
        return mean_of((there + back) / 2, mask)


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.controls = nn.ModuleList([Control(n == 0) for n in range(LAYERS)])
        self.layers = nn.ModuleList([nn.ModuleList([Gated(), Gated()]) for _ in range(LAYERS)])

    def forward(self, x, y, mask):
        hidden, logits = (1 - mask)[:, None, None] * -1e9, []
        for control, (of_text, of_other) in zip(self.controls, self.layers):
            own, theirs = control(0, x, mask), control(1, y, mask)
            logits += [control.discriminator(own), control.discriminator(theirs)]
            both = torch.cat([own, theirs], 1)
            x, y = of_text(x, y, both, hidden), of_other(y, x, both, hidden)
        return [x[:, 0], y[:, 0]], logits


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.convs = nn.ModuleDict({m: nn.Conv1d(widths[m], DIM, 3, padding=1, bias=False) for m in MODALITIES})
        self.pairs = nn.ModuleDict({m: Pair() for m in ("audio", "vision")})
        self.inner, self.outer, self.out = nn.Linear(4 * DIM, 4 * DIM), nn.Linear(4 * DIM, 4 * DIM), nn.Linear(4 * DIM, 1)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=5e-4)

    def loss(self, batch, y, i):
        x, (text, lengths) = aligned(batch), batch["text"]
        p = {m: self.convs[m](x[m].transpose(1, 2)).transpose(1, 2) for m in MODALITIES}
        mask, ends, logits = mask_of(text, lengths), [], []
        for m, pair in self.pairs.items():
            streams, own = pair(p["text"], p[m], mask)
            ends, logits = ends + streams, logits + own
        z = torch.cat(ends, 1)
        score = self.out(z + self.outer(torch.relu(self.inner(z))))[:, 0]
        kinds = torch.cat([torch.full_like(row, n % 2) for n, row in enumerate(logits)])
        return F.mse_loss(score, y) + 0.1 * F.binary_cross_entropy_with_logits(torch.cat(logits), kinds)

    def after(self, i):
        nn.utils.clip_grad_norm_(self.parameters(), 0.8)
