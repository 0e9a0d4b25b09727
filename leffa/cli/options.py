"""Arguments and options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

if TYPE_CHECKING:
    from leffa.control import ModelName

F = TypeVar("F", bound=Callable[..., Any])

# Spelled out, because to import them from the library would import PyTorch; a test compares.
GARMENT_TYPES = ("upper_body", "lower_body", "dresses")
MASK_RULES = ("published", "corrected")
TRY_ON_MODELS = ("viton_hd", "dress_code")
MODELS: tuple[ModelName, ...] = ("viton_hd", "dress_code", "deep_fashion")
DTYPES = ("float32", "float16", "bfloat16")
MAX_STEPS = 999
MAX_SEED = 2**63 - 1

PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class Making(TypedDict):
    """What `picture_options` adds to a command's arguments."""

    output: Path
    maps: Path | None
    steps: int | None
    scale: float | None
    seed: int | None
    acceleration: bool
    weights: str
    device: str
    dtype: str | None
    intermediates: Path | None
    as_json: bool
    quiet: bool
    progress: bool | None


def picture_options(command: F) -> F:
    """Options of every command that makes a picture with the model (`Making`)."""
    for option in reversed(
        [
            click.option("-o", "--output", type=FILE, required=True, help="The picture to write."),
            click.option("--maps", type=PHOTO, help="The photo's maps [default: NAME.maps.npz beside it]."),
            click.option(
                "--steps",
                type=click.IntRange(1, MAX_STEPS),
                help="Denoising steps: more is finer and slower [default: 30; mini model fewer].",
            ),
            click.option(
                "--scale",
                type=click.FloatRange(0),
                help="How closely to follow the reference, 0.1 to 5 [default: 2.5; mini model less].",
            ),
            click.option(
                "--seed",
                type=click.IntRange(0, MAX_SEED),
                help="The same seed gives the same picture [default: random, and told].",
            ),
            click.option(
                "--acceleration/--no-acceleration",
                default=False,
                help="Read the reference once instead of at every step: faster, nearly the same.",
            ),
            weights_option,
            device_option,
            click.option(
                "--dtype",
                type=click.Choice(DTYPES),
                envvar="GIYDIR_DTYPE",
                show_envvar=True,
                help="Precision [default: float16 on a GPU, else float32].",
            ),
            click.option(
                "--save-intermediates",
                "intermediates",
                type=FOLDER,
                help="Also write what the model is given and a preview of each step, as PNGs.",
            ),
            json_option,
            quiet_option,
            progress_option,
        ]
    ):
        command = option(command)
    return command


weights_option = click.option(
    "--weights",
    metavar="mini|FOLDER",
    default="mini",
    show_default=True,
    envvar="GIYDIR_WEIGHTS",
    show_envvar=True,
    help="The mini model, or a folder like the published model repository.",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    envvar="GIYDIR_DEVICE",
    show_envvar=True,
    help="auto (a GPU if there is one), cpu, cuda, cuda:1, ...",
)
vitpose_option = click.option(
    "--vitpose",
    type=FOLDER,
    help="Find the joints with this ViTPose model instead of OpenPose, whose weights are non-commercial.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result (or error) as JSON.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress, no closing line.")
progress_option = click.option(
    "--progress/--no-progress", default=None, help="Progress on stderr [default: if it is a terminal]."
)
