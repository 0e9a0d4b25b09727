"""Weights: what the published repository holds, fetching, checking and converting it, and loading from it.

    layout       every published file: size, checksum, which model needs it
    licences     what one may do with them, and that it was accepted
    repository   what the repository has now
    download     one file, resumable
    pull         what a model needs, into a folder
    manifest     what a folder holds and where it came from, and whether that is still true
    convert      half precision, without weights that nobody reads (`tensorfile`, `converters`)
    folder       where in a folder a file lies
    loading      which files make which model

Names are imported when they are first used: to list or to fetch weights needs no PyTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leffa.weights.loading import MINI_NAME, find_preset, load_model

__all__ = ["MINI_NAME", "find_preset", "load_model"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("leffa.weights.loading"), name)
    raise AttributeError(f"module 'leffa.weights' has no attribute {name!r}")
