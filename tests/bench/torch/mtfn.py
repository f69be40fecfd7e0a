"""TFN with a head for each modality."""
import torch
from torch_zoo import Subnets, head, outer


class Model(Subnets):
    def __init__(self, widths, y, preset):
        super().__init__(widths, (256, 32, 256), 256, (0.2, 0.2), dict(text=64, audio=4, vision=8))
        self.head = head(33 * 257 * 257, 64, 0.2)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=5e-3)

    def fuse(self, encoded):
        return 6 * torch.sigmoid(self.head(outer(encoded))) - 3
