"""Audio and vision, read at three scales of the text, into a state of its own."""
import math

import torch
from torch import nn

WIDTH, TOKENS, HEADS, HEAD = 128, 8, 8, 64
STEPS = dict(text=50, audio=500, vision=500)
FUSION = {"mosi": 2, "mosei": 4, "sims": 4}


def attend(q, k, v):
    split = lambda x: x.unflatten(2, (HEADS, -1)).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


def maps(n, outputs):
    return nn.ModuleList([nn.Linear(WIDTH, outputs, bias=False) for _ in range(n)])


def norms(n):
    return nn.ModuleList([nn.LayerNorm(WIDTH) for _ in range(n)])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms, self.maps, self.out = norms(3), maps(3, HEADS * HEAD), nn.Linear(HEADS * HEAD, WIDTH)
        self.feed = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))

    def forward(self, x, keys):
        parts = [m(norm(z)) for m, norm, z in zip(self.maps, self.norms, (x, keys, keys))]
        x = x + self.out(attend(*parts))
        return x + self.feed(x)


class Summary(nn.Module):
    def __init__(self, inputs, steps):
        super().__init__()
        self.map, self.block = nn.Linear(inputs, WIDTH), Block()
        self.positions = nn.Parameter(torch.randn(1, steps + TOKENS, WIDTH))
        self.tokens = nn.Parameter(torch.zeros(1, TOKENS, WIDTH))

    def forward(self, x):
        x = torch.cat([self.tokens.expand(len(x), -1, -1), self.map(x)], 1)
        x = x + self.positions[:, : x.shape[1]]
        return self.block(x, x)[:, :TOKENS]


class Hyper(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms, self.maps, self.out = norms(4), maps(5, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, text, audio, vision, state):
        query, *others = (norm(x) for norm, x in zip(self.norms, (text, audio, vision)))
        q, k = self.maps[0](query), self.maps[1:]
        seen = sum(attend(q, k[2 * n](x), k[2 * n + 1](x)) for n, x in enumerate(others))
        return self.norms[3](state) + self.out(seen)


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.summaries = nn.ModuleDict({m: Summary(widths[m], steps) for m, steps in STEPS.items()})
        table = lambda rows: nn.Parameter(torch.randn(1, rows, WIDTH))
        self.text, self.source, self.target = table(TOKENS), table(TOKENS + 1), table(TOKENS + 1)
        self.scales = nn.ModuleList([Block(), Block()])
        self.state = nn.Parameter(torch.ones(1, TOKENS, WIDTH))
        self.hyper = nn.ModuleList([Hyper() for _ in range(3)])
        self.token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.fusion = nn.ModuleList([Block() for _ in range(FUSION[preset])])
        self.head = nn.Linear(WIDTH, 1)
        self.optimizer = torch.optim.AdamW(self.parameters(), lr=1e-4, weight_decay=1e-4)

    def loss(self, batch, y, i):
        h = {m: summary(batch[m][0]) for m, summary in self.summaries.items()}
        scales = [h["text"] + self.text]
        for block in self.scales:
            scales.append(block(scales[-1], scales[-1]))
        state = self.state.expand(len(y), -1, -1)
        for layer, scale in zip(self.hyper, scales):
            state = layer(scale, h["audio"], h["vision"], state)
        token = self.token.expand(len(y), -1, -1)
        source, x = torch.cat([token, state], 1) + self.source, torch.cat([token, scales[-1]], 1) + self.target
        for block in self.fusion:
            x = block(x, source)
        return (self.head(x[:, 0])[:, 0] - y).square().mean()
