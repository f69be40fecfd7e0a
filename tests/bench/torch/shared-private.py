"""Self-MM with CORAL between audio and vision."""
import torch
import torch_self_mm
from torch import nn
from torch_self_mm import MODALITIES, PRESETS, TASKS, Labels, SelfMM


class Model(nn.Module):
    def __init__(self, widths, y, preset):
        super().__init__()
        torch_self_mm.ENCODED.update(audio=32, vision=32)
        settings = PRESETS["mosei"]
        self.base = SelfMM(widths, settings["dropout"], False)
        self.labels = Labels(y)
        parts = (self.base.encoders["audio"], self.base.encoders["vision"], self.base.heads)
        self.optimizer = torch.optim.Adam([
            dict(params=list(part.parameters()), lr=rate, weight_decay=decay)
            for part, rate, decay in zip(parts, settings["rate"], settings["decay"])
        ])

    def loss(self, batch, y, i):
        encoded = {m: self.base.encoders[m](*batch[m]) for m in self.base.encoders}
        encoded["text"] = batch["text"][0][:, 0]
        covariances = [torch.cov(encoded[m].T) for m in ("audio", "vision")]
        coral = (covariances[0] - covariances[1]).square().sum() / (4 * 32**2)
        encoded["fusion"] = torch.cat([encoded[m] for m in MODALITIES], 1)
        self.out = {t: self.base.heads[t](encoded[t]) for t in TASKS}
        return self.labels.loss(self.out, i) + coral

    def after(self, i):
        self.labels.update({t: self.out[t][0].detach() for t in TASKS}, i, 2)
