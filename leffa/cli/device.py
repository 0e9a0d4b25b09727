"""From the words `auto`, `cuda:1` and `float16` to what PyTorch calls them."""

from __future__ import annotations

import torch

from leffa.errors import OptionInvalid


def choose_device(name: str) -> torch.device:
    """`auto` is the GPU if there is one. Raises `OptionInvalid` for what is unknown or not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise OptionInvalid(f"{name!r} is no device: auto, cpu, cuda, cuda:1, ...") from error
    present = {
        "cpu": 1,
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }
    if (device.index or 0) >= present.get(device.type, 0):
        raise OptionInvalid(f"PyTorch finds no device {name} on this machine")
    return device


def choose_dtype(name: str | None, device: torch.device) -> torch.dtype:
    """`None` is half precision on a GPU and single on the CPU."""
    if name is None:
        return torch.float32 if device.type == "cpu" else torch.float16
    dtype: torch.dtype = getattr(torch, name)
    return dtype
