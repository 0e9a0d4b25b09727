"""`leffa pose`: a person in the pose of another photo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from leffa.cli.command import Command
from leffa.cli.files import check_output, find_maps, read_maps, read_photo
from leffa.cli.making import make_picture, shown
from leffa.cli.options import PHOTO, Making, picture_options
from leffa.cli.progress import Progress

if TYPE_CHECKING:
    from leffa.dressing import Result
    from leffa.pipeline import LeffaPipeline, OnStep
    from leffa.presets import Preset

EPILOG = """\b
Example:
  leffa sample -o samples
  leffa pose samples/person1.png samples/person2.png -o out.png --weights FOLDER
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Put a person into another one's pose.")
@click.argument("person", type=PHOTO)
@click.argument("target", type=PHOTO)
@picture_options
def pose(person: Path, target: Path, **making: Unpack[Making]) -> None:
    """Put PERSON into the pose of TARGET: the picture has the size of TARGET, all of it is new.

    Needs the published pose transfer weights (--weights FOLDER), the mini model does try-on only; and
    the maps of TARGET (TARGET.maps.npz beside it). Ctrl-C stops after the current step.
    """
    maps_file = find_maps(target, making["maps"])
    check_output(making["output"], person, target, maps_file)
    with Progress(shown(making)) as progress:
        progress.stage("starting PyTorch")
        from leffa.dressing import Options, transfer_pose

        person_photo, target_photo, maps = read_photo(person), read_photo(target), read_maps(maps_file)
        options = Options(
            num_inference_steps=making["steps"],
            guidance_scale=making["scale"],
            seed=making["seed"],
            ref_acceleration=making["acceleration"],
        )

        def make(pipe: LeffaPipeline, preset: Preset, on_step: OnStep) -> Result:
            return transfer_pose(pipe, preset, person_photo, target_photo, maps, options, on_step)

        make_picture(making, "deep_fashion", options, make, progress)
