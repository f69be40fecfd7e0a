"""LSTMs, attention over two steps of their cells, a memory; audio and vision are one repeated mean."""
import torch
from torch_zoo import LETTERS, Memory, two

SETTINGS = dict(
    hidden=(128, 32, 128), memory=128, proposal=(128, 0.5), gamma1=(256, 0.7), gamma2=(256, 0.0), out=(128, 0.5)
)


class Model(Memory):
    def __init__(self, widths, y, preset):
        pair = 2 * sum(SETTINGS["hidden"])
        super().__init__(widths, SETTINGS, pair)
        self.attention = two(pair, 128, pair, 0.2)
        self.optimizer = torch.optim.Adam(self.parameters(), lr=5e-4, weight_decay=1e-4)

    def sequences(self, batch):
        text = batch["text"][0]
        means = {m: batch[m][0].mean(1, keepdim=True).expand(-1, text.shape[1], -1) for m in ("audio", "vision")}
        return dict(text=text, **means)

    def summary(self, old, new):
        pair = torch.cat([state[m][1] for state in (old, new) for m in LETTERS], 1)
        return torch.softmax(self.attention(pair), 1) * pair
