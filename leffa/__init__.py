"""AI-Giydir's picture maker: Leffa (arXiv 2412.08486), virtual try-on and pose transfer.

    model = leffa.LeffaModel.from_published(base_dir, checkpoint)
    pipe = leffa.LeffaPipeline(model)
    picture = pipe(person, garment, mask, densepose)

Names are imported when they are first used: `import leffa` alone loads neither torch nor diffusers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leffa import loss, masks
    from leffa.dressing import Options, Result, transfer_pose, try_on
    from leffa.errors import LeffaError
    from leffa.maps import PersonMaps
    from leffa.model import LeffaModel
    from leffa.pipeline import LeffaPipeline, Step
    from leffa.preprocessing.preprocessor import Preprocessed
    from leffa.seeing import preprocess

_HOMES = {
    "LeffaError": "leffa.errors",
    "LeffaModel": "leffa.model",
    "LeffaPipeline": "leffa.pipeline",
    "Options": "leffa.dressing",
    "PersonMaps": "leffa.maps",
    "Preprocessed": "leffa.preprocessing.preprocessor",
    "Result": "leffa.dressing",
    "Step": "leffa.pipeline",
    "preprocess": "leffa.seeing",
    "transfer_pose": "leffa.dressing",
    "try_on": "leffa.dressing",
}

__all__ = [
    "LeffaError",
    "LeffaModel",
    "LeffaPipeline",
    "Options",
    "PersonMaps",
    "Preprocessed",
    "Result",
    "Step",
    "loss",
    "masks",
    "preprocess",
    "transfer_pose",
    "try_on",
]


def __getattr__(name: str) -> Any:
    if name in ("loss", "masks"):
        return import_module(f"leffa.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'leffa' has no attribute {name!r}")
