"""The published repository, file by file, and which of them each model needs.

Sizes and checksums are public records, not our own download: the repository's pages, other repositories
that carry the same files under the same size, and for the configurations and the SCHP `.pth` files also
our own arithmetic, which gives these sizes to the byte. A checksum here is binding for whatever
a repository or mirror sends; for the rest, the repository's own word is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from leffa.control import ModelName
from leffa.presets import DEEP_FASHION, DRESS_CODE, SD15_BASE, SDXL_BASE, VITON_HD

REPOSITORY = "franciszzj/Leffa"
# No complete commit of the repository as a whole is on record here, so what is newest is asked for once,
# and the commit it turns out to be is what is fetched and written down.
REVISION = "main"

Part = Literal[
    "viton_hd",
    "dress_code",
    "deep_fashion",
    "sd15",
    "sdxl",
    "densepose",
    "parsing_onnx",
    "parsing_torch",
    "openpose",
]
Parsing = Literal["onnx", "torch"]


@dataclass(frozen=True)
class PublishedFile:
    """One file; `path` is relative to the repository and to a weights folder alike.

    size: in bytes; to three digits for the Leffa checkpoints; None for configurations (2 kB at most) whose
    size is not on record. converted: the path of what `leffa weights convert` makes of it.
    """

    part: Part
    path: str
    size: int | None
    sha256: str | None = None

    @property
    def converted(self) -> str | None:
        path = PurePosixPath(self.path)
        return None if path.suffix == ".json" else str(path.with_suffix(".safetensors"))


FILES = (
    PublishedFile("viton_hd", f"{VITON_HD.checkpoint}.pth", 7_210_000_000),
    PublishedFile("dress_code", f"{DRESS_CODE.checkpoint}.pth", 7_210_000_000),
    PublishedFile("deep_fashion", f"{DEEP_FASHION.checkpoint}.pth", 20_900_000_000),
    PublishedFile("sd15", f"{SD15_BASE}/scheduler/scheduler_config.json", 313),
    PublishedFile("sd15", f"{SD15_BASE}/unet/config.json", None),
    PublishedFile("sd15", f"{SD15_BASE}/vae/config.json", None),
    PublishedFile("sdxl", f"{SDXL_BASE}/scheduler/scheduler_config.json", 479),
    PublishedFile("sdxl", f"{SDXL_BASE}/unet/config.json", 1_932),
    PublishedFile("sdxl", f"{SDXL_BASE}/vae/config.json", None),
    PublishedFile(
        "densepose",
        "densepose/model_final_162be9.pkl",
        255_757_821,
        "b8a7382001b16e453bad95ca9dbc68ae8f2b839b304cf90eaf5c27fbdb4dae91",
    ),
    PublishedFile(
        "parsing_onnx",
        "humanparsing/parsing_atr.onnx",
        266_859_305,
        "04c7d1d070d0e0ae943d86b18cb5aaaea9e278d97462e9cfb270cbbe4cd977f4",
    ),
    PublishedFile(
        "parsing_onnx",
        "humanparsing/parsing_lip.onnx",
        266_863_411,
        "8436e1dae96e2601c373d1ace29c8f0978b16357d9038c17a8ba756cca376dbc",
    ),
    PublishedFile(
        "parsing_torch",
        "schp/exp-schp-201908301523-atr.pth",
        267_445_237,
        "e9d7c91ce3b4e7133df56b599fc817b533e3439c5e8d282a59126d2fda339a2a",
    ),
    PublishedFile(
        "parsing_torch",
        "schp/exp-schp-201908261155-lip.pth",
        267_449_349,
        "24fa3254ceeb74c8435458994a64b522fb439a3635b7b86ff470457e0413da00",
    ),
    PublishedFile(
        "openpose",
        "openpose/body_pose_model.pth",
        209_267_595,
        "25a948c16078b0f08e236bda51a385d855ef4c153598947c28c0d47ed94bb746",
    ),
)
# Published beside them, and read by nobody here.
NOT_NEEDED = (
    ".gitattributes",
    "README.md",
    "assets/",
    "densepose/Base-DensePose-RCNN-FPN.yaml",
    "densepose/densepose_rcnn_R_50_FPN_s1x.yaml",
    "examples/",
)

_TRY_ON: tuple[Part, ...] = ("sd15", "densepose", "parsing_onnx", "openpose")
# Pose transfer repaints everything: no mask, and so neither parsing nor joints.
NEEDS: dict[ModelName, tuple[Part, ...]] = {
    "viton_hd": ("viton_hd", *_TRY_ON),
    "dress_code": ("dress_code", *_TRY_ON),
    "deep_fashion": ("deep_fashion", "sdxl", "densepose"),
}
MODELS: tuple[ModelName, ...] = tuple(NEEDS)


def files_of(part: Part) -> list[PublishedFile]:
    return [file for file in FILES if file.part == part]


def parts_for(models: Iterable[ModelName], parsing: Parsing = "onnx") -> list[Part]:
    """What these models need, each part once.

    parsing: the published demo reads the ONNX pair of the parsing networks; the `.pth` pair are the same
    networks and do as well.
    """
    swap: dict[Part, Part] = {"parsing_onnx": "parsing_torch"} if parsing == "torch" else {}
    return list(dict.fromkeys(swap.get(part, part) for model in models for part in NEEDS[model]))


def files_for(models: Iterable[ModelName], parsing: Parsing = "onnx") -> list[PublishedFile]:
    """The files of `parts_for`."""
    return [file for part in parts_for(models, parsing) for file in files_of(part)]


def known_paths() -> set[str]:
    """Every path that a weights folder may hold by right: published or converted."""
    return {path for file in FILES for path in (file.path, file.converted) if path}


def models_needing(part: Part) -> Sequence[ModelName]:
    """Which models want this part; the torch parsing networks stand in for the ONNX ones."""
    wanted = "parsing_onnx" if part == "parsing_torch" else part
    return [model for model, parts in NEEDS.items() if wanted in parts]
