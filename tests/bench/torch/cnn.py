"""Filters of 3, 4 and 5 steps over each modality, the largest responses, one layer."""
import torch
from torch import nn
from torch_models import MODALITIES, mask_of


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.banks = nn.ModuleDict({
            m: nn.ModuleList([nn.Conv1d(widths[m], 100, size, padding="same") for size in (3, 4, 5)])
            for m in MODALITIES
        })
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(900, 1))
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-3)

    def loss(self, batch, y, i):
        pooled = []
        for m, bank in self.banks.items():
            x, lengths = batch[m]
            mask = mask_of(x, lengths)
            x = (x * mask[..., None]).transpose(1, 2)
            pooled += [(torch.relu(conv(x)) * mask[:, None]).amax(2) for conv in bank]
        return (self.head(torch.cat(pooled, 1))[:, 0] - y).abs().mean()
