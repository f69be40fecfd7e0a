"""PyTorch's side of the BERT benchmarks: a BERT-base of random weights in plain torch.

torch_bert.py step BATCH TOKENS STEPS THREADS        times training steps
torch_bert.py export FOLDER                          writes FOLDER/config.json and FOLDER/onnx/model.onnx
torch_bert.py features SENTENCES TOKENS BATCH THREADS   times last hidden states without gradient

Each prints one JSON object. Only `export` needs the package onnx.
"""
import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, WIDTH, LAYERS, HEADS, INTERMEDIATE, POSITIONS, DROPOUT = 30522, 768, 12, 12, 3072, 512, 0.1
CONFIG = dict(
    model_type="bert", vocab_size=VOCABULARY, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
    intermediate_size=INTERMEDIATE, max_position_embeddings=POSITIONS, type_vocab_size=2,
    hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT, layer_norm_eps=1e-12, hidden_act="gelu",
)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.narrow = nn.Linear(WIDTH, INTERMEDIATE), nn.Linear(INTERMEDIATE, WIDTH)
        self.norm1, self.norm2 = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x, mask):
        def heads(y):
            return y.view(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

        # PyTorch's fused attention, which Hugging Face's BERT uses too.
        attended = F.scaled_dot_product_attention(
            heads(self.query(x)), heads(self.key(x)), heads(self.value(x)), mask, DROPOUT if self.training else 0.0)
        x = self.norm1(x + self.dropout(self.output(attended.transpose(1, 2).reshape(x.shape))))
        return self.norm2(x + self.dropout(self.narrow(F.gelu(self.wide(x)))))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions, self.segments = (nn.Embedding(n, WIDTH) for n in (VOCABULARY, POSITIONS, 2))
        self.norm, self.dropout = nn.LayerNorm(WIDTH, eps=1e-12), nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])

        def start(module):
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)

        self.apply(start)

    def forward(self, input_ids, attention_mask, token_type_ids, change=None, at=0):
        """`change` is what a network does to the states that enter layer `at`."""
        places = torch.arange(input_ids.shape[1])
        x = self.words(input_ids) + self.segments(token_type_ids) + self.positions(places)
        x = self.dropout(self.norm(x))
        mask = ((1 - attention_mask[:, None, None, :]).to(x.dtype)) * -1e9
        for i, layer in enumerate(self.layers):
            x = layer(x if change is None or i != at else change(x), mask)
        return x


def tokens(sentences, places):
    """Ids, masks and segments; lengths from a fifth to all of the places, the first full."""
    lengths = torch.randint(places // 5, places + 1, (sentences,))
    lengths[0] = places
    mask = (torch.arange(places) < lengths[:, None]).long()
    return torch.randint(1000, 30000, mask.shape) * mask, mask, torch.zeros_like(mask)


def step(batch, places, steps, threads):
    torch.set_num_threads(threads)
    bert, head = Bert().train(), nn.Linear(WIDTH, 1)
    parameters = [*bert.named_parameters(), *head.named_parameters()]
    kept = [p for name, p in parameters if "norm" in name or "bias" in name]
    decayed = [p for name, p in parameters if not ("norm" in name or "bias" in name)]
    optimizer = torch.optim.Adam([dict(params=decayed, weight_decay=1e-3), dict(params=kept)], lr=5e-5)
    seconds = []
    for _ in range(steps):
        sentences, labels = tokens(batch, places), torch.rand(batch) * 6 - 3
        started = time.perf_counter()
        optimizer.zero_grad()
        loss = (head(bert(*sentences)[:, 0])[:, 0] - labels).abs().mean()
        loss.backward()
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - started)
    return seconds


def export(folder):
    os.makedirs(os.path.join(folder, "onnx"), exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(CONFIG, file)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}
    path = os.path.join(folder, "onnx", "model.onnx")
    torch.onnx.export(
        Bert().eval(), tokens(2, 16), path, input_names=names, output_names=["last_hidden_state"],
        dynamic_axes=axes, opset_version=14, dynamo=False)
    import onnx

    # The newest that the onnxruntime of transformers.js reads; nothing in the graph asks for more.
    model = onnx.load(path)
    model.ir_version = 8
    onnx.save(model, path)


def features(sentences, places, batch, threads):
    torch.set_num_threads(threads)
    bert = Bert().eval()
    parts = [part.split(batch) for part in tokens(sentences, places)]
    with torch.inference_mode():
        bert(*(part[0] for part in parts))
        started = time.perf_counter()
        for each in zip(*parts):
            bert(*each)
        return [time.perf_counter() - started]


if __name__ == "__main__":
    torch.manual_seed(1)
    work, *rest = sys.argv[1:]
    if work == "export":
        export(*rest)
        print("{}")
    else:
        seconds = (step if work == "step" else features)(*map(int, rest))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(dict(seconds=seconds, peakBytes=peak)))
