"""Writes tests/golden/torch: files of real PyTorch, whose bytes the tests read without it.

make_torch.py FOLDER     needs torch and numpy; read from FOLDER/layouts/mmsa.pkl and
FOLDER/bert_tiny, written with PyTorch 1.13.0 on Debian 12
"""
import json, os, pickle, struct, sys
from collections import OrderedDict
import torch

golden = sys.argv[1]
out = os.path.join(golden, "torch")
os.makedirs(out, exist_ok=True)
with open(os.path.join(golden, "layouts", "mmsa.pkl"), "rb") as f:
    splits = pickle.load(f)


def tensors(split):
    """Each feature lies in its storage in another way, and in another type."""
    text = torch.from_numpy(split["text"]).permute(2, 0, 1).contiguous().permute(1, 2, 0)
    # Every second step and some columns of a larger storage.
    wide = torch.full((len(split["id"]), 8, 5), 99.0)
    vision = wide[:, ::2, 1:3]
    vision.copy_(torch.from_numpy(split["vision"]))
    return {**split, "text": text, "audio": torch.from_numpy(split["audio"]).half(), "vision": vision,
            "regression_labels": torch.from_numpy(split["regression_labels"]).double(),
            "text_lengths": torch.tensor(split["text_lengths"]),
            "audio_lengths": torch.tensor(split["audio_lengths"], dtype=torch.int32)}


data = {name: tensors(split) for name, split in splits.items()}
with open(os.path.join(out, "pickled.pkl"), "wb") as f:
    pickle.dump(data, f, 4)
torch.save(data, os.path.join(out, "saved.pt"))
torch.save(data, os.path.join(out, "before_1_6.pt"), _use_new_zipfile_serialization=False)
# Two tensors of one storage, and a parameter.
shared = torch.arange(6, dtype=torch.float32)
torch.save({"whole": shared, "end": shared[4:], "parameter": torch.nn.Parameter(shared.reshape(2, 3)),
            "bfloat16": shared.bfloat16(), "flags": shared > 2, "number": torch.tensor(7)},
           os.path.join(out, "kinds.pt"))
torch.save(torch.eye(2).to_sparse(), os.path.join(out, "sparse.pt"))
torch.save(torch.nn.Linear(2, 1), os.path.join(out, "module.pt"))


def safetensors(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        content = f.read()
    return {name: torch.frombuffer(bytearray(content[slice(*info["data_offsets"])]), dtype=torch.float32).reshape(info["shape"])
            for name, info in header.items() if name != "__metadata__"}


weights = safetensors(os.path.join(golden, "bert_tiny", "model.safetensors"))


class Bert(torch.nn.Module):
    """Modules with the names of the weights: their state_dict is what Hugging Face saves."""
    def __init__(self):
        super().__init__()
        for name, value in weights.items():
            *path, last = name.split(".")
            owner = self
            for part in path:
                if not hasattr(owner, part):
                    owner.add_module(part, torch.nn.Module())
                owner = getattr(owner, part)
            owner.register_parameter(last, torch.nn.Parameter(value))


torch.save(Bert().state_dict(), os.path.join(out, "pytorch_model.bin"))
