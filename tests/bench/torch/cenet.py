"""A BERT-base of random weights whose words read audio and vision between its first two layers."""
import torch
from torch import nn
from torch.nn import functional as F
from torch_bert import WIDTH, Bert, tokens


class Enhancement(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.transform = nn.Sequential(nn.Linear(inputs, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, words, x):
        x = self.transform(x)
        return F.scaled_dot_product_attention(self.query(words), self.key(x), self.value(x), scale=8.0)


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.bert, self.tokens = Bert(), tokens(len(y), 50)
        self.enhancements = nn.ModuleDict({m: Enhancement(widths[m]) for m in ("vision", "audio")})
        self.connect = nn.Linear(2 * WIDTH, WIDTH)
        self.head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Dropout(0.1), nn.Linear(WIDTH, 1)
        )
        for part in (self.bert.words, self.bert.positions, self.bert.segments, self.bert.norm):
            part.requires_grad_(False)
        learned = [p for p in self.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(learned, lr=1e-5, weight_decay=1e-4)

    def loss(self, batch, y, i):
        def enhance(words):
            return words + self.connect(torch.cat([e(words, batch[m][0]) for m, e in self.enhancements.items()], 2))

        cls = self.bert(*(part[i] for part in self.tokens), change=enhance, at=1)[:, 0]
        return (self.head(cls)[:, 0] - y).abs().mean()

    def after(self, i):
        nn.utils.clip_grad_norm_([p for p in self.parameters() if p.grad is not None], 2)
