"""Writes computational sequences as the CMU SDK saves them, and what its `align` makes of them.

make_sequences.py FOLDER     needs numpy and h5py. What `align` does is written here anew, array by
array, after its description: align to the words with the mean, fill in zeros, align to the labels,
keep what all sequences have.
"""
import json, os, sys
import h5py
import numpy as np

out, EPSILON = sys.argv[1], 1e-5
os.makedirs(out, exist_ok=True)
random = np.random.default_rng(7)
VIDEOS = [f"vid_{i}" for i in range(5)]


def steps(begin, end, width, period, jitter=0.0):
    """Pieces of one length, some of them missing, that fit no word's time."""
    starts = np.arange(begin, end, period)
    starts = starts[random.random(len(starts)) > 0.15]
    intervals = np.stack([starts, starts + period * (1 - jitter)], 1)
    return intervals, random.normal(size=(len(starts), width)).astype(np.float32)


def words(end):
    """Words with gaps, silence, one without duration, and not in the order of time."""
    intervals, names, at = [], [], 0.3
    while at < end:
        length = round(float(random.uniform(0.1, 0.6)), 2)
        intervals.append([at, at + length])
        names.append(b"sp" if random.random() < 0.2 else f"w{len(names)}".encode())
        at = round(at + length + (0.2 if random.random() < 0.3 else 0), 2)
    intervals.insert(3, [1.0, 1.0])
    names.insert(3, b"none")
    order = np.arange(len(names))
    order[[1, 5]] = order[[5, 1]]
    return np.array(intervals)[order], [names[i] for i in order]


data = {name: {} for name in ("glove_vectors", "words", "COVAREP", "FACET 4.2", "All Labels")}
for k, video in enumerate(VIDEOS):
    times, names = words(8)
    data["glove_vectors"][video] = times, random.normal(size=(len(times), 3))
    data["words"][video] = times, np.array(names).reshape(-1, 1)
    data["COVAREP"][video] = steps(0, 7, 2, 0.07)
    if k != 2:
        data["FACET 4.2"][video] = steps(1, 9, 2, 0.25, 0.1)
    # The last one begins when nothing is said any more; the second cuts words in two.
    data["All Labels"][video] = np.array([[0.3, 2.15], [2.15, 4.4], [4.4, 8.5], [20.0, 21.0]]), \
        np.round(random.uniform(-3, 3, (4, 2)), 2).astype(np.float32)


def intersecting(reference, intervals, features):
    """The parts of the pieces in the reference's time that last longer than EPSILON."""
    begins, ends = np.maximum(intervals[:, 0], reference[0]), np.minimum(intervals[:, 1], reference[1])
    chosen = ends - begins > EPSILON
    return np.stack([begins[chosen], ends[chosen]], 1), features[chosen]


def align(sequences, reference, mean):
    aligned = {name: {} for name in sequences}
    for video, (times, own) in sequences[reference].items():
        key = video.split("[")[0]
        for i, time in enumerate(times):
            if abs(time[0] - time[1]) < EPSILON:
                continue
            for name, entries in sequences.items():
                if name == reference:
                    found = time[None], own[i][None]
                else:
                    same = [entry for other, entry in entries.items() if other.split("[")[0] == key]
                    if not same:
                        continue
                    intervals, features = (np.concatenate(part) for part in zip(*same))
                    order = np.argsort(intervals[:, 0], kind="stable")
                    found = intersecting(time, intervals[order], features[order])
                if len(found[0]) == 0:
                    continue
                if mean and name != reference and name != "words":
                    found = np.array([[found[0].min(), found[0].max()]]), found[1].mean(0)[None]
                aligned[name][f"{key}[{i}]"] = found
    return aligned


def impute(sequences, reference):
    """Zeros where a word was not heard or seen, at the time of the word."""
    for name, entries in sequences.items():
        width = next(iter(entries.values()))[1].shape[1]
        for key, (times, _) in sequences[reference].items():
            if name != "words":
                entries.setdefault(key, (times, np.zeros((1, width))))


def unify(sequences):
    kept = set.intersection(*(set(entries) for entries in sequences.values()))
    return {name: {key: entry for key, entry in entries.items() if key in kept} for name, entries in sequences.items()}


whole = unify({name: data[name] for name in data})
labels, names = whole.pop("All Labels"), whole.pop("words")
by_word = align(whole, "glove_vectors", mean=True)
impute(by_word, "glove_vectors")
# A word belongs to a label by its own time, whatever part of it was heard.
for name in by_word:
    by_word[name] = {key: (by_word["glove_vectors"][key][0], features) for key, (_, features) in by_word[name].items()}
result = unify(align({**by_word, "words": names, "All Labels": labels}, "All Labels", mean=False))
json.dump({
    key.replace("[", "$_$").rstrip("]"): {
        "text": result["glove_vectors"][key][1].tolist(), "audio": result["COVAREP"][key][1].tolist(),
        "vision": result["FACET 4.2"][key][1].tolist(), "labels": result["All Labels"][key][1][0].tolist(),
        "words": [word.decode() for word in result["words"][key][1][:, 0]],
    } for key in result["All Labels"]
}, open(os.path.join(out, "expected.json"), "w"))

for name, videos in data.items():
    with h5py.File(os.path.join(out, f"CMU_{name.replace(' ', '_')}.csd"), "w", libver="latest") as f:
        for video, (intervals, features) in videos.items():
            for key, part in (("intervals", intervals), ("features", features)):
                f.create_dataset(f"{name}/data/{video}/{key}", data=part)
        f.create_dataset(f"{name}/metadata/computational sequence version", data="1.0")
