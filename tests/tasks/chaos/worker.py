"""A real worker process with the stub engine: `python -m tests.tasks.chaos.worker NAME`."""

from __future__ import annotations

import sys

from config.settings import load_settings
from tasks.worker.process import run_worker
from tests.tasks.chaos.engine import StubEngine

if __name__ == "__main__":
    sys.exit(run_worker(load_settings(None), StubEngine, sys.argv[1]))
