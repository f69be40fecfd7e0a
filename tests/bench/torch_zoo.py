"""Parts of MMSA's models, for their plain PyTorch versions: subnets, heads, aligned LSTMs, a memory, attention."""
import math

import torch
from torch import nn
from torch.nn import functional as F

ORDER = ("audio", "vision", "text")
LETTERS = ("text", "audio", "vision")


class Mean(nn.Module):
    """Batch norm and three layers over mean steps."""

    def __init__(self, inputs, hidden, dropout):
        super().__init__()
        layer = lambda n: [nn.Linear(n, hidden), nn.ReLU()]
        self.layers = nn.Sequential(nn.BatchNorm1d(inputs), nn.Dropout(dropout), *layer(inputs), *layer(hidden), *layer(hidden))

    def forward(self, x):
        return self.layers(x.mean(1))


class Text(nn.Module):
    """The last state of an LSTM, and a layer."""

    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.rnn, self.linear = nn.LSTM(inputs, hidden, batch_first=True), nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.linear(self.rnn(x)[1][0][0])


def head(inputs, width, dropout):
    return nn.Sequential(
        nn.Dropout(dropout), nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1)
    )


class Subnets(nn.Module):
    """A vector for each modality; with `posts`, a head and a loss for each as well."""

    def __init__(self, widths, hidden, text_out, dropouts, posts=None):
        super().__init__()
        h_t, h_a, h_v = hidden
        self.sizes = dict(audio=h_a, vision=h_v, text=text_out)
        self.nets = nn.ModuleDict(dict(
            audio=Mean(widths["audio"], h_a, dropouts[0]),
            vision=Mean(widths["vision"], h_v, dropouts[1]),
            text=Text(widths["text"], h_t, text_out),
        ))
        if posts is not None:
            self.heads = nn.ModuleDict({m: head(self.sizes[m], width, 0.4) for m, width in posts.items()})

    def encode(self, batch):
        return {m: self.nets[m](batch[m][0]) for m in ORDER}

    def loss(self, batch, y, i):
        encoded = self.encode(batch)
        total = (self.fuse(encoded)[:, 0] - y).abs().mean()
        if hasattr(self, "heads"):
            total = total + sum((net(encoded[m])[:, 0] - y).abs().mean() for m, net in self.heads.items())
        return total


def with_one(x):
    return torch.cat([x.new_ones(len(x), 1), x], 1)


def outer(encoded):
    z = with_one(encoded["audio"])
    for m in ("vision", "text"):
        z = (z[:, :, None] * with_one(encoded[m])[:, None]).flatten(1)
    return z


def aligned(batch):
    """All modalities with the text's steps, means of groups."""
    steps = batch["text"][0].shape[1]
    out = {}
    for m in LETTERS:
        x = batch[m][0]
        size = math.ceil(x.shape[1] / steps)
        x = torch.cat([x, x[:, -1:].expand(-1, size * steps - x.shape[1], -1)], 1)
        out[m] = x.reshape(len(x), steps, size, -1).mean(2)
    return out


def two(inputs, hidden, outputs, dropout):
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs))


class Memory(nn.Module):
    """LSTM cells of each modality, and a gated memory of what `summary` gives of a step."""

    def __init__(self, widths, s, width):
        super().__init__()
        self.hidden, self.size = s["hidden"], s["memory"]
        self.cells = nn.ModuleDict({m: nn.LSTMCell(widths[m], h) for m, h in zip(LETTERS, self.hidden)})
        self.proposal = two(width, s["proposal"][0], self.size, s["proposal"][1])
        self.keep = two(width + self.size, s["gamma1"][0], self.size, s["gamma1"][1])
        self.write = two(width + self.size, s["gamma2"][0], self.size, s["gamma2"][1])
        self.out = two(sum(self.hidden) + self.size, s["out"][0], 1, s["out"][1])

    def loss(self, batch, y, i):
        x = self.sequences(batch)
        n, steps = x["text"].shape[:2]
        states = {m: (x[m].new_zeros(n, h), x[m].new_zeros(n, h)) for m, h in zip(LETTERS, self.hidden)}
        memory = x["text"].new_zeros(n, self.size)
        for t in range(steps):
            new = {m: cell(x[m][:, t], states[m]) for m, cell in self.cells.items()}
            summary = self.summary(states, new)
            both = torch.cat([summary, memory], 1)
            memory = torch.sigmoid(self.keep(both)) * memory + torch.sigmoid(self.write(both)) * torch.tanh(self.proposal(summary))
            states = new
        last = torch.cat([states[m][0] for m in LETTERS] + [memory], 1)
        return (self.out(last)[:, 0] - y).abs().mean()


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.packed, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, query, keys, values, mask):
        n, steps, width = query.shape
        weight, bias = self.packed.weight.chunk(3), self.packed.bias.chunk(3)
        split = lambda x: x.reshape(n, -1, self.heads, width // self.heads).transpose(1, 2)
        q, k, v = (split(F.linear(x, w, b)) for x, w, b in zip((query, keys, values), weight, bias))
        scores = q @ k.transpose(2, 3) / math.sqrt(width // self.heads) + mask
        weights = F.dropout(torch.softmax(scores, -1), self.dropout)
        return self.out((weights @ v).transpose(1, 2).reshape(n, steps, width))


def band(steps, keys):
    return torch.triu(torch.full((steps, keys), -math.inf), 1 + abs(keys - steps))


def sinusoids(steps, width):
    """Sines, then cosines, and a zero where the width is odd."""
    half = width // 2
    angles = torch.arange(1, steps + 1)[:, None] * torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
    return F.pad(torch.cat([angles.sin(), angles.cos()], 1), (0, width % 2))


class Encoder(nn.Module):
    """MulT's: pre-norm layers in which x attends to y, or to itself."""

    def __init__(self, width, heads, layers, attention=0.0, embed=0.0, relu=0.0, residual=0.0, positions=False):
        super().__init__()
        self.scale, self.embed, self.residual, self.positions = math.sqrt(width), embed, residual, positions
        self.layers = nn.ModuleList([
            nn.ModuleList([
                nn.LayerNorm(width), Attention(width, heads, attention), nn.LayerNorm(width),
                nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Dropout(relu), nn.Linear(4 * width, width)),
            ])
            for _ in range(layers)
        ])
        self.norm = nn.LayerNorm(width)

    def enter(self, x):
        x = self.scale * x
        return F.dropout(x + sinusoids(*x.shape[1:]) if self.positions else x, self.embed)

    def forward(self, x, y=None):
        drop = lambda z: F.dropout(z, self.residual)
        x, others = self.enter(x), None if y is None else (self.enter(y), self.enter(y))
        mask = band(x.shape[1], (x if y is None else y).shape[1])
        for norm, attention, second, feed in self.layers:
            query = norm(x)
            k, v = (query, query) if others is None else (norm(others[0]), norm(others[1]))
            x = x + drop(attention(query, k, v, mask))
            x = x + drop(feed(second(x)))
        return self.norm(x)
