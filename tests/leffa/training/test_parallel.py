"""Two real processes train as one: the same weights in both, and the files written once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path

import torch

from leffa.training.parallel import average_, first_alone, joined, rank

folder = Path(sys.argv[1])
with joined():
    with first_alone():
        if rank() == 0:
            (folder / "made").write_text("by the first")
        assert (folder / "made").exists()
    mine, also = torch.full((2, 2), float(rank())), torch.tensor(10.0 * rank())
    average_([mine, also])
    (folder / f"seen{rank()}").write_text(f"{mine.tolist()} {also.item()}")
"""


def test_processes_of_one_torchrun_wait_for_the_first_and_share_means(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        str(tmp_path / "script.py"),
        str(tmp_path),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    expected = "[[0.5, 0.5], [0.5, 0.5]] 5.0"
    assert (tmp_path / "seen0").read_text() == (tmp_path / "seen1").read_text() == expected


def test_a_process_alone_is_the_first_and_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path)]
    subprocess.run(command, env=environment, check=True, timeout=120)
    assert (tmp_path / "seen0").read_text() == "[[0.0, 0.0], [0.0, 0.0]] 0.0"
