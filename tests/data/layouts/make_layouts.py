"""Writes one small dataset in every layout that people have, for layouts_test.ts.

make_layouts.py FOLDER     needs numpy; h5py for the HDF5 files, which are left out without it
"""
import pickle, sys
import numpy as np

out = sys.argv[1]
SAMPLES, STEPS = {"train": 6, "valid": 3, "test": 4}, 4
WIDTHS, FIRST = {"text": 3, "audio": 2, "vision": 2}, {"train": 0, "valid": 10, "test": 20}


def make(split):
    n = SAMPLES[split]
    lengths = [1 + i % STEPS for i in range(n)]
    parts = {"id": [f"{split}{i // 2}$_${i % 2}" for i in range(n)], "lengths": lengths}
    for m, (name, width) in enumerate(WIDTHS.items()):
        x = np.zeros((n, STEPS, width), np.float32)
        for i in range(n):
            for t in range(lengths[i]):
                for j in range(width):
                    x[i, t, j] = ((FIRST[split] + i) * 31 + t * 7 + j * 3 + m * 11) % 19 / 4 - 2.125
        parts[name] = x
    parts["labels"] = np.array([[-2.5, -1, 0.5, 1.5, 2, -0.5][i % 6] + FIRST[split] / 100 for i in range(n)], np.float32)
    parts["words"] = [[f"{split}", "word"] + ["more"] * (i % 2) for i in range(n)]
    return parts


DATA = {split: make(split) for split in SAMPLES}


def front(x, lengths):
    return np.stack([np.concatenate([row[n:], row[:n]]) for row, n in zip(x, lengths)])


def mmsa(split, **names):
    d = DATA[split]
    return {"raw_text": [" ".join(w) for w in d["words"]], "id": d["id"], "regression_labels": d["labels"],
            **{m: d[m] for m in WIDTHS}, **{f"{m}_lengths": d["lengths"] for m in WIDTHS}}


def save(name, value, protocol=4):
    with open(f"{out}/{name}.pkl", "wb") as f:
        pickle.dump(value, f, protocol)


def splits(form, names=("train", "valid", "test")):
    return {new: form(old) for new, old in zip(names, SAMPLES)}


full = splits(mmsa)
save("mmsa", full)
save("nested", {"data": {"mosi": full}, "version": 3})
save("wrapped", (full, {"note": "none"}))
save("mult", splits(lambda s: {"vision": front(DATA[s]["vision"].astype(np.float64), DATA[s]["lengths"]),
                               "audio": front(DATA[s]["audio"].astype(np.float64), DATA[s]["lengths"]),
                               "text": front(DATA[s]["text"], DATA[s]["lengths"]), "labels": DATA[s]["labels"].reshape(-1, 1, 1),
                               "id": np.array([[v.encode() for v in i.split("$_$")] for i in DATA[s]["id"]])}))
save("lmf", splits(lambda s: {b"glove": DATA[s]["text"], b"covarep": DATA[s]["audio"], b"facet": DATA[s]["vision"],
                              b"label": DATA[s]["labels"].reshape(-1, 1)}), 2)
cut = lambda s, m: [x[:n] for x, n in zip(DATA[s][m], DATA[s]["lengths"])]
save("mag", splits(lambda s: [((w, v, a), np.array([[y]]), i) for w, v, a, y, i in zip(
    DATA[s]["words"], cut(s, "vision"), cut(s, "audio"), DATA[s]["labels"], DATA[s]["id"])], ("train", "dev", "test")))
save("misa", [[((np.arange(len(w)), v, a, w), np.array([[y]]), i) for w, v, a, y, i in zip(
    DATA[s]["words"], cut(s, "vision"), cut(s, "audio"), DATA[s]["labels"], DATA[s]["id"])] for s in SAMPLES])
save("sdk_tensors", [{"glove_vectors": DATA[s]["text"], "COAVAREP": DATA[s]["audio"], "FACET 4.2": DATA[s]["vision"],
                      "Opinion Segment Labels": DATA[s]["labels"].reshape(-1, 1, 1)} for s in SAMPLES])
save("by_modality", {**{m: {s: DATA[s][m] for s in SAMPLES} for m in WIDTHS},
                     "labels": {s: DATA[s]["labels"] for s in SAMPLES}, "ids": {s: DATA[s]["id"] for s in SAMPLES}})
every = lambda key: [x for s in SAMPLES for x in DATA[s][key]]
save("flat_mode", {**{m: np.array(every(m)) for m in WIDTHS}, "label": np.array(every("labels")),
                   "video_id": [i.split("$_$")[0] for i in every("id")], "clip_id": [int(i.split("$_$")[1]) for i in every("id")],
                   "mode": [s for s in SAMPLES for _ in DATA[s]["id"]], "transcript": [" ".join(w) for w in every("words")]})
save("clip_list", splits(lambda s: [{"id": i, "text": t, "audio": a, "video": v, "label": float(y)} for i, t, a, v, y in zip(
    DATA[s]["id"], cut(s, "text"), cut(s, "audio"), cut(s, "vision"), DATA[s]["labels"])], ("Train", "val", "testing")))
save("clips_by_id", {i: {"text": t, "acoustic": a, "visual": v, "sentiment": float(y), "split": s} for s in SAMPLES for i, t, a, v, y in zip(
    DATA[s]["id"], cut(s, "text"), cut(s, "audio"), cut(s, "vision"), DATA[s]["labels"])})
save("single_clip", {"text": DATA["test"]["text"][3], "audio": DATA["test"]["audio"][3], "vision": DATA["test"]["vision"][3], "config": {"fps": 30}})
joined = lambda s: np.concatenate([DATA[s][m] for m in WIDTHS], -1)
save("one_array", splits(lambda s: {"data": joined(s), "labels": DATA[s]["labels"], "id": DATA[s]["id"]}))
save("features_and_labels", splits(lambda s: (joined(s), DATA[s]["labels"], DATA[s]["id"])))
save("without_labels", splits(lambda s: {k: v for k, v in mmsa(s).items() if k != "regression_labels"}))
save("audio_only", {s: {"id": DATA[s]["id"][::-1], "wav2vec_features": DATA[s]["audio"][::-1]} for s in SAMPLES})
save("vision_by_id", {i: v for s in SAMPLES for i, v in zip(DATA[s]["id"], cut(s, "vision"))})
by_id = lambda s, rows: dict(zip(DATA[s]["id"], rows))
save("split_of_ids", splits(lambda s: {**{m: by_id(s, cut(s, m)) for m in WIDTHS}, "labels": by_id(s, map(float, DATA[s]["labels"]))}))
save("ids_of_clips", splits(lambda s: by_id(s, [{"text": t, "acoustic": a, "visual": v, "labels": {"M": float(y)}} for t, a, v, y in zip(
    cut(s, "text"), cut(s, "audio"), cut(s, "vision"), DATA[s]["labels"])])))
# What one part lacks is left out of all.
merged = lambda part: {i: x for s in SAMPLES for i, x in by_id(s, part(s)).items()}
save("modality_of_ids", {**{m: merged(lambda s: cut(s, m)) for m in WIDTHS}, "vision": {**merged(lambda s: cut(s, "vision")), "only_here": DATA["test"]["vision"][0]}})
save("folded", splits(lambda s: {"features": {m: DATA[s][m] for m in WIDTHS}, "labels": {"M": DATA[s]["labels"], "T": DATA[s]["labels"]}, "ids": DATA[s]["id"]}))
save("among_others", splits(lambda s: {"src-text": DATA[s]["text"], "X_audio": DATA[s]["audio"], "openface_au": DATA[s]["vision"],
                                       "audio_mask": DATA[s]["audio"][:, :, 0], "tgt": DATA[s]["labels"], "text": [" ".join(w) for w in DATA[s]["words"]], "utt_id": DATA[s]["id"]}))
np.savez(f"{out}/named.npz", **{f"{s}_{k}": v for s in SAMPLES for k, v in {
    **{m: DATA[s][m] for m in WIDTHS}, "labels": DATA[s]["labels"], "id": np.array(DATA[s]["id"])}.items()})
np.savez_compressed(f"{out}/object.npz", data=np.array(full, dtype=object))
with open(f"{out}/label.csv", "w") as f:
    f.write("\ufeffvideo_id,clip_id,text,label,label_T,annotation,mode\n")
    for s in SAMPLES:
        for i, w, y in zip(DATA[s]["id"], DATA[s]["words"], DATA[s]["labels"]):
            f.write("{},{},{},{},{},{},{}\n".format(*i.split("$_$"), " ".join(w), y, y, "Positive", s))

try:
    import h5py
except ImportError:
    sys.exit()
# A video of train has two clips; each step of a clip takes a second, each clip ten.
import os
os.makedirs(f"{out}/sequences", exist_ok=True)


def sequence(name, rows):
    with h5py.File(f"{out}/sequences/{name}.csd", "w") as f:
        for video, (features, intervals) in rows.items():
            f[f"{name}/data/{video}/features"] = features
            f[f"{name}/data/{video}/intervals"] = np.array(intervals, np.float64)
        f.create_group(f"{name}/metadata")


d, videos = DATA["train"], [f"train{i}" for i in range(3)]
times = [[(i % 2) * 10 + t for t in range(d["lengths"][i])] for i in range(6)]
words = {v: (np.concatenate([cut("train", "text")[2 * k + c] for c in (0, 1)]),
             [[t, t + 1] for c in (0, 1) for t in times[2 * k + c]]) for k, v in enumerate(videos)}
sequence("CMU_MADE_TimestampedWordVectors", words)
# Two pieces a word, half above and half below its mean; the last piece of all belongs to no word.
for name, m in (("CMU_MADE_COVAREP", "audio"), ("FACET_4.2", "vision")):
    rows = {}
    for k, v in enumerate(videos):
        features, intervals = [], []
        for c in (0, 1):
            for x, t in zip(cut("train", m)[2 * k + c], times[2 * k + c]):
                features += [x - 0.5, x + 0.5]
                intervals += [[t, t + 0.5], [t + 0.5, t + 1]]
        rows[v] = (np.array(features + [features[-1] * 0 + 99]), intervals + [[50, 51]])
    sequence(name, rows)
sequence("Opinion_Segment_Labels", {v: (d["labels"][2 * k:2 * k + 2].reshape(-1, 1), [[0, 10], [10, 20]]) for k, v in enumerate(videos)})
