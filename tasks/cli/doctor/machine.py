"""The machine: its GPU as PyTorch sees it, and room on its disks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
from fsspec.core import split_protocol

from config.settings import Settings
from tasks.cli.doctor.database import nearest
from tasks.cli.doctor.findings import Finding, ok, problem, warning
from tasks.db.sqlite import file_of
from tasks.errors import DeskError

GPU, DISK = "gpu", "disk"
_SECONDS = 60
_ASK_DRIVER = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
# Which device is there, by PyTorch's own word; to import it takes seconds.
_ASK_TORCH = "import torch; print(torch.cuda.device_count(), int(torch.backends.mps.is_available()))"
_GB = 1_000_000_000
_LITTLE, _FULL = 5 * _GB, _GB


def check_gpu(settings: Settings) -> list[Finding]:
    """What the driver shows, and whether PyTorch can use what GIYDIR_DEVICE wants."""
    if settings.device == "cpu":
        return [ok(GPU, "GIYDIR_DEVICE is cpu: none is wanted")]
    cards = _cards()
    if settings.device == "auto" and not cards and sys.platform != "darwin":
        if settings.weights == "mini":
            return [ok(GPU, "none; the mini model runs on the CPU")]
        return [warning(GPU, "none: on the CPU a picture takes many minutes", "a GPU of 8 GB or more")]
    asked = subprocess.run(
        [sys.executable, "-c", _ASK_TORCH], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if asked.returncode != 0:
        return [problem(GPU, "PyTorch cannot be imported", 'python3 -c "import torch" says why')]
    seen, mps = map(int, asked.stdout.split())
    kind, _, number = settings.device.partition(":")
    if kind == "mps" or (kind == "auto" and mps):
        return [ok(GPU, "Apple's, by MPS") if mps else problem(GPU, "PyTorch sees no MPS", "GIYDIR_DEVICE")]
    if seen > int(number or 0):
        return [ok(GPU, f"{'; '.join(cards) or seen}, and PyTorch sees {seen}")]
    if kind == "auto" and not cards:
        return [warning(GPU, "none: on the CPU a picture takes many minutes", "a GPU of 8 GB or more")]
    advice = "the driver, PyTorch's CUDA build, and CUDA_VISIBLE_DEVICES"
    return [problem(GPU, f"PyTorch sees {seen} GPUs, the driver {len(cards)}", advice)]


def check_disk(settings: Settings) -> list[Finding]:
    """Room where the database and the store are, if they are on this machine."""
    folders = {}
    try:
        file = file_of(settings.database_url.get_secret_value())
    except DeskError:
        file = None  # The database's own check says so.
    if file is not None:
        folders["database"] = file.parent
    protocol, path = split_protocol(settings.store_url.get_secret_value())
    if protocol in (None, "file", "local"):
        folders["store"] = Path(path)
    return [_room(name, nearest(folder)) for name, folder in folders.items()] or [
        ok(DISK, "nothing is kept on this machine")
    ]


def _room(name: str, folder: Path) -> Finding:
    free = psutil.disk_usage(str(folder)).free
    said = f"{free / _GB:.1f} GB free for the {name}, in {folder}"
    if free < _FULL:
        return problem(DISK, said, "make room: nothing can be accepted when it is full")
    return warning(DISK, said, "make room") if free < _LITTLE else ok(DISK, said)


def _cards() -> list[str]:
    if shutil.which(_ASK_DRIVER[0]) is None:
        return []
    asked = subprocess.run(_ASK_DRIVER, capture_output=True, text=True, timeout=_SECONDS, check=False)
    return (
        [line.strip() for line in asked.stdout.splitlines() if line.strip()] if asked.returncode == 0 else []
    )
