"""The outer product in few ranks."""
import torch
from torch import nn
from torch_zoo import ORDER, Subnets, with_one


class Model(Subnets):
    def __init__(self, widths, y, preset):
        super().__init__(widths, (128, 16, 128), 64, (0.2, 0.2))
        self.factors = nn.ModuleDict({m: nn.Linear(self.sizes[m] + 1, 4, bias=False) for m in ORDER})
        self.mix = torch.randn(1, 4)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-3, weight_decay=1e-3)

    def fuse(self, encoded):
        ranks = 1
        for m, factor in self.factors.items():
            ranks = ranks * factor(with_one(encoded[m]))
        return ranks @ self.mix.T
