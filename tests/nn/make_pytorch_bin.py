"""make_pytorch_bin.py IN.safetensors OUT.bin: the same tensors as PyTorch's zip, without PyTorch."""
import io, json, pickle, struct, sys, types, zipfile
from collections import OrderedDict
import numpy as np

with open(sys.argv[1], "rb") as f:
    header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = f.read()


def module(name, **parts):
    sys.modules[name] = types.ModuleType(name)
    for key, part in parts.items():
        part.__module__, part.__qualname__, part.__name__ = name, key, key
        setattr(sys.modules[name], key, part)


def _rebuild_tensor_v2(*a): pass
def _rebuild_parameter(*a): pass
class FloatStorage: pass


module("torch", FloatStorage=FloatStorage)
module("torch._utils", _rebuild_tensor_v2=_rebuild_tensor_v2, _rebuild_parameter=_rebuild_parameter)


class Storage:
    def __init__(self, key, size): self.key, self.size = key, size


class Tensor:
    def __init__(self, storage, shape): self.storage, self.shape = storage, tuple(shape)
    def __reduce__(self):
        strides = [int(np.prod(self.shape[i + 1:])) for i in range(len(self.shape))]
        return _rebuild_tensor_v2, (self.storage, 0, self.shape, tuple(strides), False, OrderedDict())


class Parameter:
    def __init__(self, tensor): self.tensor = tensor
    def __reduce__(self): return _rebuild_parameter, (self.tensor, True, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, x):
        return ("storage", FloatStorage, x.key, "cpu", x.size) if isinstance(x, Storage) else None


class Weights(OrderedDict):
    """PyTorch's tables have attributes beside their entries."""
    def __reduce__(self):
        return OrderedDict, (), {"_metadata": OrderedDict()}, None, iter(self.items())


tensors, parts = Weights(), []
for name, info in header.items():
    if name == "__metadata__": continue
    begin, end = info["data_offsets"]
    storage = Storage(str(len(parts)), (end - begin) // 4)
    tensor = Tensor(storage, info["shape"])
    tensors[name] = Parameter(tensor) if len(parts) % 3 == 0 else tensor
    parts.append(data[begin:end])
content = io.BytesIO()
Pickler(content, 2).dump(tensors)
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_STORED) as z:
    z.writestr("pytorch_model/data.pkl", content.getvalue())
    z.writestr("pytorch_model/byteorder", "little")
    for i, part in enumerate(parts): z.writestr(f"pytorch_model/data/{i}", part)
    z.writestr("pytorch_model/version", "3\n")
