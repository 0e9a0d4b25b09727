"""What one may do with the published weights, and the record that somebody accepted it.

The record is `licences.json` in the weights folder: which terms, in which version of this text, when.
A summary by engineers, not legal advice; THIRD_PARTY_LICENSES.md says the same at more length.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from leffa.errors import LicenceNotAccepted, WeightsUnreadable
from leffa.weights.files import now, write_json
from leffa.weights.layout import Part

RECORD = "licences.json"
# Goes up when the meaning of a text below changes: it is then asked for again.
VERSION = 1


@dataclass(frozen=True)
class Licence:
    """Terms of some parts: `name` for tables, `text` for people, `links` for those who read on."""

    key: str
    parts: tuple[Part, ...]
    title: str
    name: str
    text: str
    links: tuple[str, ...]


LICENCES = (
    Licence(
        "leffa_tryon",
        ("viton_hd", "dress_code", "sd15"),
        "Leffa try-on weights",
        "research and non-commercial, CreativeML OpenRAIL-M restrictions",
        "Tagged MIT by their authors, but derived from Stable Diffusion inpainting, whose use restrictions "
        "(CreativeML OpenRAIL-M: no harm to minors, no harassment, defamation or disinformation, no "
        "discrimination, and others) pass on to you and to whoever you offer them to; and trained on "
        "VITON-HD (CC BY-NC 4.0) or DressCode (academic, non-commercial). Use them for research and "
        "non-commercially.",
        (
            "https://huggingface.co/franciszzj/Leffa",
            "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
            "https://github.com/shadow2496/VITON-HD",
            "https://github.com/aimagelab/dress-code",
        ),
    ),
    Licence(
        "leffa_pose",
        ("deep_fashion", "sdxl"),
        "Leffa pose transfer weights",
        "research and non-commercial, CreativeML Open RAIL++-M restrictions",
        "Tagged MIT by their authors, but derived from Stable Diffusion XL inpainting, whose use "
        "restrictions (CreativeML Open RAIL++-M, much like those of OpenRAIL-M) pass on to you and to "
        "whoever you offer them to; and trained on DeepFashion (non-commercial research). Use them for "
        "research and non-commercially.",
        (
            "https://huggingface.co/franciszzj/Leffa",
            "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
        ),
    ),
    Licence(
        "densepose",
        ("densepose",),
        "DensePose weights",
        "CC BY-SA 3.0",
        "From the model zoo of detectron2: name the authors, and share changed versions under the same "
        "terms.",
        (
            "https://github.com/facebookresearch/detectron2/blob/main/MODEL_ZOO.md",
            "https://creativecommons.org/licenses/by-sa/3.0/",
        ),
    ),
    Licence(
        "schp",
        ("parsing_onnx", "parsing_torch"),
        "SCHP human parsing weights",
        "MIT code, no word on the weights",
        "The code is MIT; of the weights nothing is said. They were trained on LIP and ATR, data sets for "
        "research: whether commercial use is allowed is open.",
        ("https://github.com/GoGoDuck912/Self-Correction-Human-Parsing",),
    ),
    Licence(
        "openpose",
        ("openpose",),
        "OpenPose body weights",
        "CMU licence: academic or non-profit, non-commercial",
        "Carnegie Mellon University allows academic and non-profit, non-commercial research only, and its "
        "maintainers say that converted weights fall under the same licence.",
        ("https://github.com/CMU-Perceptual-Computing-Lab/openpose/blob/master/LICENSE",),
    ),
)


def licence_of(part: Part) -> Licence:
    return next(licence for licence in LICENCES if part in licence.parts)


def licences_for(parts: Iterable[Part]) -> list[Licence]:
    """Each once, in the order of `LICENCES`."""
    keys = {licence_of(part).key for part in parts}
    return [licence for licence in LICENCES if licence.key in keys]


def not_accepted(folder: Path, parts: Iterable[Part]) -> list[Licence]:
    """The terms of these parts that nobody accepted for this folder, in this version."""
    accepted = _read(folder)
    return [one for one in licences_for(parts) if accepted.get(one.key, _NEVER).version != VERSION]


def accept(folder: Path, licences: Iterable[Licence]) -> None:
    """Write down that these were accepted now. Makes the folder."""
    accepted = _read(folder) | {licence.key: _Acceptance(VERSION, now()) for licence in licences}
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RECORD, {key: asdict(one) for key, one in accepted.items()})


def require_accepted(folder: Path, parts: Iterable[Part]) -> None:
    """Raises `LicenceNotAccepted` that names what is open."""
    if missing := not_accepted(folder, parts):
        names = ", ".join(f"{licence.title} ({licence.name})" for licence in missing)
        raise LicenceNotAccepted(f"nothing was fetched: terms not accepted yet: {names}")


@dataclass(frozen=True)
class _Acceptance:
    version: int
    time: str


_NEVER = _Acceptance(0, "")


def _read(folder: Path) -> dict[str, _Acceptance]:
    path = folder / RECORD
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        return {key: _Acceptance(one["version"], one["time"]) for key, one in json.loads(text).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsUnreadable(f"{path} is damaged; remove it to be asked again") from error
