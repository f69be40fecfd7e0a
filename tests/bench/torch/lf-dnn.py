"""A vector for each modality, side by side, and dense layers."""
import torch
from torch_zoo import ORDER, Subnets, head


class Model(Subnets):
    def __init__(self, widths, y, preset):
        super().__init__(widths, (128, 32, 128), 128, (0.2, 0.2))
        self.head = head(sum(self.sizes.values()), 128, 0.2)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=2e-3, weight_decay=1e-3)

    def fuse(self, encoded):
        return self.head(torch.cat([encoded[m] for m in ORDER], 1))
