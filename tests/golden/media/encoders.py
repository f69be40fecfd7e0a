"""Tiny encoders in the layout of Hugging Face, for tests: encoders.py FOLDER (needs onnx).

wav2vec2_tiny: convolution of 400 samples, 320 apart, with two fixed filters: a mean and a difference.
clip_tiny: the means of the three channels of the left and of the right half.
"""
import json, os, sys
import numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper

def save(folder, config, preprocessor, name, nodes, inputs, outputs, weights):
    os.makedirs(f"{folder}/onnx", exist_ok=True)
    json.dump(config, open(f"{folder}/config.json", "w"))
    json.dump(preprocessor, open(f"{folder}/preprocessor_config.json", "w"))
    graph = h.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 11)], ir_version=6)
    onnx.checker.check_model(model)
    onnx.save(model, f"{folder}/onnx/{name}")

out = sys.argv[1]
filters = np.zeros((2, 1, 400), np.float32)
filters[0] = 1 / 400
filters[1, 0, :200], filters[1, 0, 200:] = 1 / 200, -1 / 200
save(
    f"{out}/wav2vec2_tiny",
    {"model_type": "wav2vec2", "hidden_size": 2, "architectures": ["Wav2Vec2Model"]},
    {"sampling_rate": 16000, "do_normalize": True, "feature_extractor_type": "Wav2Vec2FeatureExtractor"},
    "model.onnx",
    [
        h.make_node("Unsqueeze", ["input_values"], ["x"], axes=[1]),
        h.make_node("Conv", ["x", "filters"], ["y"], strides=[320]),
        h.make_node("Transpose", ["y"], ["last_hidden_state"], perm=[0, 2, 1]),
    ],
    [h.make_tensor_value_info("input_values", T.FLOAT, ["batch", "samples"])],
    [h.make_tensor_value_info("last_hidden_state", T.FLOAT, ["batch", "steps", 2])],
    [numpy_helper.from_array(filters, "filters")],
)
save(
    f"{out}/clip_tiny",
    {"model_type": "clip", "projection_dim": 6},
    {"crop_size": 32, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]},
    "vision_model.onnx",
    [
        h.make_node("AveragePool", ["pixel_values"], ["halves"], kernel_shape=[32, 16], strides=[32, 16]),
        h.make_node("Flatten", ["halves"], ["image_embeds"], axis=1),
    ],
    [h.make_tensor_value_info("pixel_values", T.FLOAT, ["batch", 3, 32, 32])],
    [h.make_tensor_value_info("image_embeds", T.FLOAT, ["batch", 6])],
    [],
)

# And of the astronaut the pixels that CLIP's processor makes of its upper 256 x 192, as PIL does:
# resize to (42, 32) with BICUBIC, crop the middle 32; kept as "clip.pixels" in facemesh.safetensors.
