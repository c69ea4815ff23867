#!/usr/bin/env python3
"""Processor time of scikit-learn's multiplicative updates: k = 1 ... 6 of 8 x 6000, 200 iterations.
Prints milliseconds (the median of five runs), or nothing where Debian's python3-sklearn is missing."""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
try:
    import time
    import warnings

    import numpy
    from sklearn.decomposition import non_negative_factorization
except ImportError:
    raise SystemExit(0)

warnings.filterwarnings("ignore")
rng = numpy.random.default_rng(1)
v = rng.random((8, 4)) @ rng.random((4, 6000)) + 0.05 * rng.random((8, 6000))
starts = {k: (rng.random((8, k)), rng.random((k, 6000))) for k in range(1, 7)}
times = []
for _ in range(5):
    begin = time.process_time()
    for k, (w, h) in starts.items():
        non_negative_factorization(v, W=w.copy(), H=h.copy(), n_components=k, init="custom", solver="mu",
                                   beta_loss="frobenius", tol=0, max_iter=200)
    times.append(time.process_time() - begin)
print(f"{1e3 * sorted(times)[2]:.1f}")
