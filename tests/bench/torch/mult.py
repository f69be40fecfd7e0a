"""The Multimodal Transformer."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_zoo import LETTERS, Encoder

SIZES = {
    "mosei": dict(dim=30, heads=6, kernels=(5, 1, 3), attention=(0.4, 0.0, 0.0), embed=0.0, text=0.3, out=0.5),
    "mosi": dict(dim=50, heads=10, kernels=(5, 5, 5), attention=(0.3, 0.2, 0.0), embed=0.2, text=0.5, out=0.5),
}
LEVELS = 4


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        s = self.s = SIZES[preset]
        dim, heads = s["dim"], s["heads"]
        drops = dict(zip(LETTERS, s["attention"]))
        self.convs = nn.ModuleDict({m: nn.Conv1d(widths[m], dim, k, bias=False) for m, k in zip(LETTERS, s["kernels"])})
        self.cross = nn.ModuleDict({
            f"{q} {k}": Encoder(dim, heads, LEVELS, drops[k], s["embed"]) for q in LETTERS for k in LETTERS if k != q
        })
        self.memory = nn.ModuleDict({
            m: Encoder(2 * dim, heads, max(LEVELS, 3), drops["text"], s["embed"]) for m in LETTERS
        })
        width = 6 * dim
        self.first, self.second, self.out = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, 1)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-3)

    def loss(self, batch, y, i):
        x = {m: batch[m][0] for m in LETTERS}
        x["text"] = F.dropout(x["text"], self.s["text"])
        p = {m: self.convs[m](x[m].transpose(1, 2)).transpose(1, 2) for m in LETTERS}
        last = []
        for q in LETTERS:
            seen = torch.cat([self.cross[f"{q} {k}"](p[q], p[k]) for k in LETTERS if k != q], 2)
            last.append(self.memory[q](seen)[:, -1])
        r = torch.cat(last, 1)
        hidden = F.dropout(torch.relu(self.first(r)), self.s["out"])
        return (self.out(r + self.second(hidden))[:, 0] - y).abs().mean()
