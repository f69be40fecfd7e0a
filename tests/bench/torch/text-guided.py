"""BiLSTM states and text as tokens, two transformers, a third over both results."""
import torch
from torch import nn
from torch_models import DIM, MODALITIES


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        self.text = nn.Linear(widths["text"], DIM)
        self.lstms = nn.ModuleDict({
            m: nn.LSTM(widths[m], DIM // 2, batch_first=True, bidirectional=True) for m in ("audio", "vision")
        })
        self.embedding = nn.ParameterDict({m: nn.Parameter(0.02 * torch.randn(DIM)) for m in MODALITIES})
        layer = lambda: nn.TransformerEncoderLayer(DIM, 4, DIM, 0.1, "gelu", batch_first=True, norm_first=True)
        self.first, self.second = nn.ModuleList([layer(), layer()]), layer()
        self.head = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 1))
        self.optimizer = torch.optim.AdamW(self.parameters(), lr=2e-4)

    def loss(self, batch, y, i):
        text = torch.relu(self.text(batch["text"][0][:, 0])) + self.embedding["text"]
        stages = []
        for m, transformer in zip(self.lstms, self.first):
            x, lengths = batch[m]
            states = self.lstms[m](x)[0]
            forward = states[torch.arange(len(x)), lengths - 1, : DIM // 2]
            state = torch.cat([forward, states[:, 0, DIM // 2 :]], 1) + self.embedding[m]
            stages.append(transformer(torch.stack([text, state], 1)))
        fused = self.second(torch.cat(stages, 1)).mean(1)
        return (self.head(fused)[:, 0] - y).abs().mean()
