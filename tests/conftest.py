"""What holds for every test. Runs before any test module, and so before PyTorch, is imported."""

from __future__ import annotations

import os

from hypothesis import settings

# The golden data was computed in one thread, and the tests run in several processes at once.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ[name] = "1"

# Nothing is ever fetched.
os.environ["HF_HUB_OFFLINE"] = "1"

# The same examples on every machine, and none fails because the machine is slow.
settings.register_profile("same-everywhere", derandomize=True, deadline=None)
settings.load_profile("same-everywhere")
