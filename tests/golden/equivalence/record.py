"""Records answers for tests/statistics/equivalence_test.ts: python3 record.py

Two one-sided tests by scipy 1.17.1 (ttest_ind, unequal variances, one tail each) and once more by
statsmodels 0.15.0 (ttost_ind), which must agree to 1e-12; for two models of which one is the same for
every seed, by scipy's ttest_1samp against the known number. The chance of rejecting, for the calibration,
is integrated over the distribution of the pooled deviation (equal variances and sizes, where Welch's t
differs from Student's by less than the tolerance of the test).
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import integrate, stats
from statsmodels.stats.weightstats import ttost_ind

random = np.random.default_rng(20260101)
cases = []
shapes = ((4, 4, 0.0, 1.0), (5, 5, 0.3, 1.0), (10, 10, -0.5, 1.0), (10, 5, 0.2, 4.0), (6, 30, 0.0, 0.25))
for m, n, shift, spread in shapes:
    a = np.round(0.72 + 0.01 * (shift + random.standard_normal(m)), 4)
    b = np.round(0.72 + 0.01 * spread * random.standard_normal(n), 4)
    for margin in (0.005, 0.02, 0.1):
        low = stats.ttest_ind(a + margin, b, equal_var=False, alternative="greater")
        high = stats.ttest_ind(a - margin, b, equal_var=False, alternative="less")
        p, other_low, other_high = ttost_ind(a, b, -margin, margin, usevar="unequal")
        assert np.allclose([low.pvalue, high.pvalue], [other_low[1], other_high[1]], rtol=0, atol=1e-12)
        assert abs(p - max(low.pvalue, high.pvalue)) < 1e-12
        cases.append({
            "a": a.tolist(), "b": b.tolist(), "margin": margin, "df": float(low.df),
            "pLow": float(low.pvalue), "pHigh": float(high.pvalue),
            "difference": float(a.mean() - b.mean()),
        })
still = []
for n in (4, 10):
    a, known, margin = np.round(0.72 + 0.01 * random.standard_normal(n), 4), 0.721, 0.015
    low = stats.ttest_1samp(a, known - margin, alternative="greater")
    high = stats.ttest_1samp(a, known + margin, alternative="less")
    still.append({
        "a": a.tolist(), "known": known, "margin": margin, "df": float(low.df),
        "pLow": float(low.pvalue), "pHigh": float(high.pvalue),
    })


def power(n, delta, margin, alpha=0.05):
    """P(both reject) for n and n seeds of deviation 1 whose means are delta apart."""
    df, error = 2 * n - 2, np.sqrt(2 / n)
    critical = stats.t.ppf(1 - alpha, df)

    def given(s):
        room = margin - critical * error * s
        if room <= 0:
            return 0.0
        inside = stats.norm.cdf((room - delta) / error) - stats.norm.cdf((-room - delta) / error)
        return inside * stats.chi.pdf(s * np.sqrt(df), df) * np.sqrt(df)

    return float(integrate.quad(given, 0, margin / (critical * error), epsabs=1e-10)[0])


powers = [
    {"n": n, "delta": delta, "margin": margin, "power": power(n, delta, margin)}
    for n in (5, 10) for margin in (1.5, 3.0) for delta in (0.0, 0.5, margin)
]
answers = {
    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__,
    "cases": cases, "still": still, "powers": powers,
}
Path(__file__).with_name("scipy.json").write_text(json.dumps(answers) + "\n")
