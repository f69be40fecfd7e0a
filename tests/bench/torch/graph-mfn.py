"""LSTMs, a dynamic graph of all sets of modalities, a memory."""
import torch
from torch import nn
from torch_zoo import LETTERS, Memory, aligned

NODE = 128
SETTINGS = dict(
    hidden=(64, 16, 64), memory=300, proposal=(32, 0.5), gamma1=(64, 0.0), gamma2=(256, 0.7), out=(128, 0.7)
)
CHILDREN = {"01": "0 1", "02": "0 2", "12": "1 2", "012": "0 1 2 01 02 12"}
ALL = "0 1 2 01 02 12 012".split()


class Model(Memory):
    def __init__(self, widths, y, preset):
        super().__init__(widths, SETTINGS, NODE)
        hidden = SETTINGS["hidden"]
        width = lambda keys: sum(hidden[int(k)] if len(k) == 1 else NODE for k in keys)
        chain = lambda *sizes: nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        self.transforms = nn.ModuleList([nn.Linear(2 * h, h) for h in hidden])
        self.efficacy = chain(sum(hidden), 100, NODE, 19)
        self.top = chain(width(ALL), 100, NODE)
        # As published: in no list of parameters.
        self.nodes = {k: chain(width(c.split()), 100, NODE).requires_grad_(False) for k, c in CHILDREN.items()}
        self.optimizer = torch.optim.Adam(self.parameters(), lr=2e-3, weight_decay=1e-3)

    def sequences(self, batch):
        return aligned(batch)

    def summary(self, old, new):
        node = {
            str(n): torch.relu(net(torch.cat([old[m][0], new[m][0]], 1)))
            for n, (m, net) in enumerate(zip(LETTERS, self.transforms))
        }
        alpha, used = self.efficacy(torch.cat(list(node.values()), 1)), 0
        for k, c in list(CHILDREN.items()) + [("top", " ".join(ALL))]:
            children = c.split()
            parts = [alpha[:, used + j, None] * node[child] for j, child in enumerate(children)]
            used += len(children)
            node[k] = (self.top if k == "top" else self.nodes[k])(torch.cat(parts, 1))
        return node["top"]
