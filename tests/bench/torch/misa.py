"""What a modality alone says and what all say: stacked LSTMs, moments, difference, a transformer layer."""
from itertools import combinations

import torch
from torch import nn
from torch.nn import functional as F
from torch_models import mask_of, mean_of

ORDER = ("text", "vision", "audio")
WIDTH = 128


class Utterance(nn.Module):
    """Final states of two LSTMs in both directions."""

    def __init__(self, width):
        super().__init__()
        lstm = lambda n: nn.LSTM(n, width, batch_first=True, bidirectional=True)
        self.first, self.norm, self.second = lstm(width), nn.LayerNorm(2 * width), lstm(2 * width)

    def forward(self, x, lengths):
        ends = []
        for lstm in (self.first, self.second):
            x, width = lstm(x if lstm is self.first else self.norm(x))[0], lstm.hidden_size
            ends += [x[torch.arange(len(x)), lengths - 1, :width], x[:, 0, width:]]
        return torch.cat(ends, 1)


def moments(x, y):
    """Of five orders."""
    distance = lambda a, b: (a - b).norm()
    a, b = x - x.mean(0), y - y.mean(0)
    return distance(x.mean(0), y.mean(0)) + sum(distance((a**k).mean(0), (b**k).mean(0)) for k in range(2, 6))


def difference(x, y):
    def unit(z):
        z = z - z.mean(0)
        return z / (z.norm(dim=1, keepdim=True).detach() + 1e-6)

    return (unit(x).T @ unit(y)).square().mean()


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.encoders = nn.ModuleDict({m: Utterance(widths[m]) for m in ("vision", "audio")})
        inputs = {m: widths[m] * (1 if m == "text" else 4) for m in ORDER}
        self.project = nn.ModuleDict({
            m: nn.Sequential(nn.Linear(n, WIDTH), nn.ReLU(), nn.LayerNorm(WIDTH)) for m, n in inputs.items()
        })
        maps = lambda: nn.ModuleDict({m: nn.Linear(WIDTH, WIDTH) for m in ORDER})
        self.private, self.rebuild, self.shared = maps(), maps(), nn.Linear(WIDTH, WIDTH)
        self.transformer = nn.TransformerEncoderLayer(WIDTH, 2, batch_first=True)
        self.head = nn.Sequential(
            nn.Linear(6 * WIDTH, 3 * WIDTH), nn.Dropout(0.5), nn.ReLU(), nn.Linear(3 * WIDTH, 1)
        )
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-4)

    def loss(self, batch, y, i):
        x, lengths = batch["text"]
        u = {"text": mean_of(x, mask_of(x, lengths))}
        # Audio and vision are read as far as the text goes.
        for m, encoder in self.encoders.items():
            u[m] = encoder(batch[m][0][:, : x.shape[1]], lengths)
        original = {m: self.project[m](u[m]) for m in ORDER}
        own = {m: self.private[m](z).sigmoid() for m, z in original.items()}
        shared = {m: self.shared(z).sigmoid() for m, z in original.items()}
        tokens = torch.stack([*own.values(), *shared.values()], 1)
        fusion = F.mse_loss(self.head(self.transformer(tokens).flatten(1))[:, 0], y)
        differ = sum(difference(own[m], shared[m]) for m in ORDER)
        differ = differ + sum(difference(own[a], own[b]) for a, b in combinations(ORDER, 2))
        similar = sum(moments(shared[a], shared[b]) for a, b in combinations(ORDER, 2)) / 3
        rebuilt = sum(F.mse_loss(self.rebuild[m](own[m] + shared[m]), original[m]) for m in ORDER) / 3
        return fusion + 0.3 * differ + 0.8 * similar + rebuilt

    def after(self, i):
        nn.utils.clip_grad_value_(self.parameters(), 0.8)
