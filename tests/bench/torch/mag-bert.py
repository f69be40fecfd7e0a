"""A BERT-base of random weights whose embeddings audio and vision shift."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_bert import WIDTH, Bert, tokens
from torch_zoo import aligned


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.bert, self.tokens = Bert(), tokens(len(y), 50)
        names = ("vision", "audio")
        self.gates = nn.ModuleDict({m: nn.Linear(widths[m] + WIDTH, WIDTH) for m in names})
        self.maps = nn.ModuleDict({m: nn.Linear(widths[m], WIDTH) for m in names})
        self.norm, self.pooler, self.score = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-5)

    def loss(self, batch, y, i):
        x = aligned(batch)

        def shift(e):
            s = sum(torch.relu(gate(torch.cat([x[m], e], 2))) * self.maps[m](x[m]) for m, gate in self.gates.items())
            share = (e.norm(dim=2, keepdim=True) / (s.norm(dim=2, keepdim=True) + 1e-6)).clamp(max=1)
            return F.dropout(self.norm(share * s + e), 0.2)

        cls = self.bert(*(part[i] for part in self.tokens), change=shift)[:, 0]
        pooled = F.dropout(torch.tanh(self.pooler(cls)), 0.1)
        return (self.score(pooled)[:, 0] - y).abs().mean()
