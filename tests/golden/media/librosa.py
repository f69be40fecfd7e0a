"""librosa's numbers of speech and of a made signal: oracle_audio.py SPEECH.wav OUT.safetensors"""
import sys
import librosa
import numpy as np
from safetensors.numpy import save_file

def describe(y, sr):
    S, _ = librosa.magphase(librosa.stft(y))
    f = librosa.feature
    return {
        "zcr": f.zero_crossing_rate(y),
        "mfcc": f.mfcc(y=y, sr=sr, n_mfcc=20, htk=True),
        "chroma": f.chroma_cqt(y=y, sr=sr),
        "rms": f.rms(y=y),
        "centroid": f.spectral_centroid(y=y, sr=sr),
        "bandwidth": f.spectral_bandwidth(y=y, sr=sr),
        "rolloff": f.spectral_rolloff(y=y, sr=sr),
        "flatness": f.spectral_flatness(y=y),
        "contrast": f.spectral_contrast(y=y, sr=sr),
    }

speech, sr = librosa.load(sys.argv[1], sr=None)
speech = speech[: int(1.5 * sr)]
t = np.arange(22050) / 22050
made = (0.5 * np.sin(2 * np.pi * (200 + 900 * t) * t) * np.exp(-2 * t) + 0.1 * np.sign(np.sin(2 * np.pi * 61 * t)))
made[15000:18000] = 0
made = np.round(made * 32767) / 32768
out = {}
for name, y in {"speech": speech, "made": made.astype(np.float32)}.items():
    assert name == "made" or sr == 22050
    out[f"{name}.signal"] = y.astype(np.float32)
    for key, value in describe(y, 22050).items():
        out[f"{name}.{key}"] = np.ascontiguousarray(value.T.astype(np.float32))
# resampling
y44 = librosa.resample(speech, orig_sr=22050, target_sr=44100)
y44 = np.round(y44 * 32768).clip(-32768, 32767).astype(np.float32) / 32768
y44 = y44[:22050]
out["speech44.signal"] = y44
out["speech44.to22050"] = librosa.resample(y44, orig_sr=44100, target_sr=22050)
out["speech44.to16000"] = librosa.resample(y44, orig_sr=44100, target_sr=16000)
save_file(out, sys.argv[2])
print(librosa.__version__, {k: v.shape for k, v in out.items()})
