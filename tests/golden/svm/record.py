"""Records answers of scikit-learn 1.9.1 for tests/models/svm/sklearn_test.ts: python3 record.py"""

import json
from pathlib import Path

import numpy as np
from sklearn.svm import SVC, SVR

random = np.random.default_rng(0)
n, held, width = 90, 30, 6
x = np.round(random.standard_normal((n + held, width)) * [1, 1, 1, 2, 0.5, 1], 3)
y = np.round(np.clip(x[:, 0] + np.sin(2 * x[:, 1]) + 0.3 * random.standard_normal(n + held), -3, 3), 3)
classes = np.rint(y).astype(int)
train, test = slice(0, n), slice(n, None)

answers = {"x": x.tolist(), "y": y.tolist(), "classes": classes.tolist(), "train": n, "cases": []}
for options in (
    {"kernel": "rbf", "C": 1.0},
    {"kernel": "rbf", "C": 10.0, "gamma": 0.5},
    {"kernel": "linear", "C": 1.0},
    {"kernel": "linear", "C": 0.01},
):
    for epsilon in (0.1, 0.5):
        svr = SVR(**options, epsilon=epsilon, tol=1e-10).fit(x[train], y[train])
        answers["cases"].append({
            "task": "svr", **options, "epsilon": epsilon,
            "scores": svr.predict(x[test]).tolist(), "bias": float(svr.intercept_[0]),
            "support": int(len(svr.support_)),
        })
    svc = SVC(**options, tol=1e-10, decision_function_shape="ovo").fit(x[train], classes[train])
    answers["cases"].append({
        "task": "svc", **options, "predicted": svc.predict(x[test]).tolist(),
        "decisions": svc.decision_function(x[test]).tolist(), "known": svc.classes_.tolist(),
    })
Path(__file__).with_name("sklearn.json").write_text(json.dumps(answers))
