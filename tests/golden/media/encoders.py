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

# whisper_tiny: hears "good movie" in what is loud and "bad movie" in what is not, the adjective at
# 0.2 s and the noun at 0.6 s, by networks with the inputs and outputs of an exported Whisper.
words = [" good", " bad", " movie"]
special = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]
times = [f"<|{0.02 * i:.2f}|>" for i in range(101)]
tokens = words + special + times
GOOD, BAD, MOVIE, END, START, EN, TASK, NO_TIMES, T0 = range(9)
V, DONE = len(tokens), T0 + 50
base, by_sound = np.full((V, V), -100, np.float32), np.zeros((V, V), np.float32)
for before, after in [(START, EN), (EN, TASK), (TASK, NO_TIMES), (MOVIE, DONE), (DONE, END), (GOOD, MOVIE), (BAD, MOVIE)]:
    base[before, after] = 100
base[MOVIE, END] = 90  # without times
for before in (NO_TIMES, T0):
    base[before, [GOOD, BAD]] = 50
    by_sound[before, GOOD], by_sound[before, BAD] = 100, -100
peaks = np.zeros((V, 1), np.float32)
peaks[[T0, GOOD, BAD, MOVIE, DONE, END], 0] = 10, 30, 30, 50, 50, 50  # of what comes next
past = [f"0.{part}.{what}" for part in ("decoder", "encoder") for what in ("key", "value")]
ids = h.make_tensor_value_info("input_ids", T.INT64, ["batch", "n"])
states = h.make_tensor_value_info("encoder_hidden_states", T.FLOAT, ["batch", "steps", 1])
folder = f"{out}/whisper_tiny"
config = {
    "model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"], "is_encoder_decoder": True,
    "d_model": 1, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 1, "decoder_attention_heads": 1,
    "max_source_positions": 1500, "num_mel_bins": 80, "vocab_size": V, "median_filter_width": 7,
    "decoder_start_token_id": START, "bos_token_id": END, "eos_token_id": END, "pad_token_id": END,
}
processor = {
    "feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "WhisperProcessor", "feature_size": 80,
    "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400, "n_samples": 480000, "nb_max_frames": 3000,
}
save(
    folder, config, processor, "encoder_model.onnx",
    [ # loudness of every 20 ms: the largest of all bands
        h.make_node("ReduceMax", ["input_features"], ["loudness"], axes=[1], keepdims=1),
        h.make_node("AveragePool", ["loudness"], ["halved"], kernel_shape=[2], strides=[2]),
        h.make_node("Transpose", ["halved"], ["last_hidden_state"], perm=[0, 2, 1]),
    ],
    [h.make_tensor_value_info("input_features", T.FLOAT, ["batch", 80, 3000])],
    [h.make_tensor_value_info("last_hidden_state", T.FLOAT, ["batch", 1500, 1])],
    [],
)
save(
    folder, config, processor, "decoder_model_merged.onnx",
    [
        h.make_node("Gather", ["base", "input_ids"], ["next"]),
        h.make_node("Gather", ["by_sound", "input_ids"], ["swayed"]),
        h.make_node("ReduceMax", ["encoder_hidden_states"], ["loudest"], axes=[1], keepdims=1),
        h.make_node("Sub", ["loudest", "threshold"], ["sign"]),
        h.make_node("Mul", ["swayed", "sign"], ["sway"]),
        h.make_node("Add", ["next", "sway"], ["logits"]),
        h.make_node("Gather", ["peaks", "input_ids"], ["peak"]),
        h.make_node("Sub", ["places", "peak"], ["off"]),
        h.make_node("Mul", ["off", "off"], ["square"]),
        h.make_node("Mul", ["square", "narrow"], ["power"]),
        h.make_node("Exp", ["power"], ["attention"]),
        h.make_node("Unsqueeze", ["attention"], ["cross_attentions.0"], axes=[1]),
        h.make_node("Unsqueeze", ["peak"], ["decoder_attentions.0"], axes=[1]), # never read
        *[h.make_node("Identity", [f"past_key_values.{name}"], [f"present.{name}"]) for name in past],
    ],
    [ids, states, *[h.make_tensor_value_info(f"past_key_values.{name}", T.FLOAT, ["batch", 1, f"past_{name}", 1]) for name in past],
     h.make_tensor_value_info("use_cache_branch", T.BOOL, [1])],
    [h.make_tensor_value_info("logits", T.FLOAT, ["batch", "n", V]),
     h.make_tensor_value_info("cross_attentions.0", T.FLOAT, ["batch", 1, "n", 1500]),
     h.make_tensor_value_info("decoder_attentions.0", T.FLOAT, ["batch", 1, "n", 1]),
     *[h.make_tensor_value_info(f"present.{name}", T.FLOAT, ["batch", 1, f"past_{name}", 1]) for name in past]],
    [
        numpy_helper.from_array(base, "base"), numpy_helper.from_array(by_sound, "by_sound"),
        numpy_helper.from_array(peaks, "peaks"), numpy_helper.from_array(np.arange(1500, dtype=np.float32), "places"),
        numpy_helper.from_array(np.float32(0.5), "threshold"), numpy_helper.from_array(np.float32(-0.02), "narrow"),
    ],
)
json.dump({
    "forced_decoder_ids": [[1, EN], [2, TASK], [3, NO_TIMES]], "no_timestamps_token_id": NO_TIMES, "alignment_heads": [[0, 0]],
    "max_initial_timestamp_index": 1,
    "decoder_start_token_id": START, "bos_token_id": END, "eos_token_id": END, "pad_token_id": END, "max_length": 448,
}, open(f"{folder}/generation_config.json", "w"))
spelled = [word.replace(" ", "Ġ") for word in words] + special + times
added = [{"id": i, "content": token, "special": i < T0, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
         for i, token in enumerate(spelled) if i >= END]
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
json.dump({
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
    "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
    "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(spelled)}, "merges": [], "unk_token": None},
}, open(f"{folder}/tokenizer.json", "w"))
json.dump({
    "tokenizer_class": "WhisperTokenizer", "unk_token": special[0], "eos_token": special[0], "bos_token": special[0],
    "additional_special_tokens": special[1:],
}, open(f"{folder}/tokenizer_config.json", "w"))
