"""Bounds of the information that modalities share: a pass for the likelihoods, and one for all the rest."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_models import MODALITIES

HIDDEN, FUSED = 16, 128
PAIRS = (("text", "vision"), ("text", "audio"))


class Pair(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        net = lambda: nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))
        self.mean, self.log_variance = net(), net()
        self.projection = nn.Sequential(nn.Linear(outputs, outputs // 4), nn.Tanh())

    def likelihood(self, x, y):
        return (-0.5 * (self.mean(x) - y).square() / self.log_variance(x).exp()).sum(1).mean()


def entropy(rows, labels):
    def half(rows):
        centered = rows - rows.mean(0)
        return torch.logdet(centered.T @ centered / len(rows)) if len(rows) > rows.shape[1] else 0.0

    return (half(rows[labels > 0]) + half(rows[labels < 0])) / 4


class First:
    """The pass that trains the likelihoods."""

    def __init__(self, net):
        self.net = net
        self.optimizer = torch.optim.Adam(net.pairs.parameters(), lr=1e-3, weight_decay=1e-4)

    def loss(self, batch, y, i):
        x = self.net.encode(batch)
        return -sum(pair.likelihood(x[a], x[b]) for pair, (a, b) in zip(self.net.pairs, PAIRS))


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.lstms = nn.ModuleDict({
            m: nn.LSTM(widths[m], HIDDEN, batch_first=True, bidirectional=True) for m in ("audio", "vision")
        })
        self.maps = nn.ModuleDict({m: nn.Linear(2 * HIDDEN, HIDDEN) for m in self.lstms})
        sizes = dict(text=widths["text"], audio=HIDDEN, vision=HIDDEN)
        self.pairs = nn.ModuleList([Pair(sizes[a], sizes[b]) for a, b in PAIRS])
        self.guesses = nn.ModuleDict({m: nn.Linear(FUSED, n) for m, n in sizes.items()})
        self.fusion = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(sum(sizes.values()), FUSED), nn.Tanh(), nn.Linear(FUSED, FUSED), nn.Tanh()
        )
        self.score = nn.Linear(FUSED, 1)
        self.memory = None
        main = [p for name, p in self.named_parameters() if not name.startswith("pairs.")]
        self.optimizer = torch.optim.Adam(main, lr=1e-3, weight_decay=1e-4)
        self.passes = [First(self), self]

    def encode(self, batch):
        x = {"text": batch["text"][0][:, 0]}
        for m, lstm in self.lstms.items():
            sequence, lengths = batch[m]
            states = lstm(sequence)[0]
            ends = torch.cat([states[torch.arange(len(states)), lengths - 1, :HIDDEN], states[:, 0, HIDDEN:]], 1)
            x[m] = self.maps[m](ends)
        return x

    def loss(self, batch, y, i):
        x = self.encode(batch)
        f = self.fusion(torch.cat([x[m] for m in MODALITIES], 1))
        loss = (self.score(f)[:, 0] - y).abs().mean()
        for m, guess in self.guesses.items():
            products = F.normalize(x[m], dim=1) @ F.normalize(guess(f), dim=1).T
            loss = loss + 0.1 * (products.logsumexp(1) - products.diagonal()).mean()
        rows = [pair.projection(x[b]) for pair, (_, b) in zip(self.pairs, PAIRS)]
        for n, (pair, (a, b)) in enumerate(zip(self.pairs, PAIRS)):
            loss = loss - 0.1 * pair.likelihood(x[a], x[b])
            if self.memory is not None:
                kept, labels = self.memory
                loss = loss - 0.1 * entropy(torch.cat([kept[n], rows[n]]), torch.cat([labels, y]))
        self.memory = [row.detach() for row in rows], y
        return loss

    def after(self, i):
        nn.utils.clip_grad_norm_([p for p in self.parameters() if p.grad is not None], 1)
        for p in self.pairs.parameters():
            p.grad = None
