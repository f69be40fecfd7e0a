"""Specific and shared blocks, routing, the two contrastive losses."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_models import DIM, MODALITIES, mask_of, mean_of


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, DIM), nn.GELU(), nn.Linear(DIM, DIM))

    def forward(self, x):
        return x + self.layers(x)


class Routing(nn.Module):
    """The steps of a sequence into 8 capsules of 16, and a unit vector of 64."""

    def __init__(self):
        super().__init__()
        self.votes, self.projection = nn.Linear(DIM, 8 * 16, bias=False), nn.Linear(8 * 16, 64, bias=False)

    def forward(self, x, mask):
        votes = self.votes(x).view(*x.shape[:2], 8, 16)
        constant, logits = votes.detach(), x.new_zeros(*x.shape[:2], 8)
        for n in range(3):
            shares = logits.softmax(2) * mask[..., None]
            v = torch.einsum("bik,bikd->bkd", shares, votes if n == 2 else constant)
            squares = v.square().sum(2, keepdim=True)
            v = v * squares / ((1 + squares) * (squares + 1e-9).sqrt())
            if n < 2:
                logits = logits + torch.einsum("bikd,bkd->bik", constant, v)
        return F.normalize(self.projection(v.flatten(1)), dim=1, eps=1e-8)


def modulate(similarity, positive, dim):
    """Weights of positive pairs by their distance over its mean."""
    d = (1 - similarity.detach()).clamp(min=0)
    count = positive.sum(dim, keepdim=True) if dim is not None else positive.sum()
    total = (d * positive).sum(dim, keepdim=True) if dim is not None else (d * positive).sum()
    return positive * ((d + 1e-8) / (total / count.clamp(min=1) + 1e-8)).clamp(0, 5)


def pair_loss(logits, contrast):
    return logits.masked_fill(contrast == 0, -1e9).logsumexp(1, keepdim=True) - logits


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.text = nn.Linear(widths["text"], DIM)
        self.lstms = nn.ModuleDict({
            m: nn.LSTM(widths[m], DIM // 2, batch_first=True, bidirectional=True) for m in ("audio", "vision")
        })
        self.specific = nn.ModuleDict({m: FeedForward() for m in MODALITIES})
        self.shared, self.route_specific, self.route_shared = FeedForward(), Routing(), Routing()
        drop = lambda: nn.Dropout(0.1)
        self.head = nn.Sequential(drop(), nn.Linear(6 * DIM, DIM), nn.ReLU(), drop(), nn.Linear(DIM, 1))
        self.optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3)

    def loss(self, batch, y, i):
        pooled, zc, zs = ([], []), [], []
        for m in MODALITIES:
            x, lengths = batch[m]
            mask = mask_of(x, lengths)
            a = self.specific[m](self.text(x) if m == "text" else self.lstms[m](x)[0])
            pooled[0].append(mean_of(a, mask))
            pooled[1].append(mean_of(self.shared(a), mask))
            zc.append(self.route_specific(a, mask))
            zs.append(self.route_shared(self.shared(a.detach()), mask))
        task = (self.head(torch.cat(pooled[0] + pooled[1], 1))[:, 0] - y).abs().mean()
        return task + 0.1 * self.cmc(zc, y.sign()) + 0.1 * self.smc(zs)

    def cmc(self, each, categories):
        others = 1 - torch.eye(len(categories))
        positive = others * (categories[:, None] == categories[None]).float()
        anchor = ((positive.sum(1) > 0) & ((others - positive).sum(1) > 0)).float()
        losses = []
        for z in each:
            similarity = z @ z.T
            weighted = pair_loss(similarity / 0.1, others) * modulate(similarity, positive, 1)
            per = weighted.sum(1) / positive.sum(1).clamp(min=1)
            losses.append((per * anchor).sum() / anchor.sum().clamp(min=1))
        return sum(losses) / len(losses)

    def smc(self, each):
        n, batch = len(each), len(each[0])
        z = torch.cat(each)
        modality, sample = torch.arange(n).repeat_interleave(batch), torch.arange(batch).repeat(n)
        cross = modality[:, None] != modality[None]
        same = sample[:, None] == sample[None]
        positive, negative = (cross & same).float(), (cross & ~same).float()
        similarity = z @ z.T
        weights = modulate(similarity, positive, None)
        return (pair_loss(similarity / 0.1, negative) * weights).sum() / positive.sum()
