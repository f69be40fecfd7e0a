"""MediaPipe's points of a face: facemesh.py PICTURE.png OUT.safetensors (mediapipe 0.10.14)."""
import sys

import mediapipe as mp
import numpy as np
from PIL import Image
from safetensors.numpy import save_file

picture = np.asarray(Image.open(sys.argv[1]).convert("RGB"))
height, width, _ = picture.shape
with mp.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=False) as mesh:
    found = mesh.process(picture).multi_face_landmarks[0].landmark
points = np.array([[p.x * width, p.y * height, p.z * width] for p in found], np.float32)
with mp.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh:
    found = mesh.process(picture).multi_face_landmarks[0].landmark
refined = np.array([[p.x * width, p.y * height, p.z * width] for p in found], np.float32)
save_file({"points": points, "iris": refined[468:]}, sys.argv[2])
print(mp.__version__, points.shape, refined[468:])
