"""LF-DNN with a head for each modality."""
import torch
from torch_zoo import ORDER, Subnets, head


class Model(Subnets):
    def __init__(self, widths, y, preset):
        super().__init__(widths, (64, 32, 64), 32, (0.3, 0.3), dict(text=16, audio=4, vision=32))
        self.head = head(sum(self.sizes.values()), 32, 0.4)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=2e-3)

    def fuse(self, encoded):
        return self.head(torch.cat([encoded[m] for m in ORDER], 1))
