"""`leffa pose`: a person in the pose of another photo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from leffa.cli.command import Command
from leffa.cli.files import check_output, find_maps, read_photo
from leffa.cli.making import make_picture, shown
from leffa.cli.options import PHOTO, Making, picture_options
from leffa.cli.progress import Progress
from leffa.cli.seeing import require_weights, see_person

if TYPE_CHECKING:
    from leffa.dressing import Result
    from leffa.pipeline import LeffaPipeline, OnStep
    from leffa.presets import Preset

EPILOG = """\b
Example:
  leffa sample -o samples
  leffa pose samples/person1.png samples/person2.png -o out.png
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Put a person into another one's pose.")
@click.argument("person", type=PHOTO)
@click.argument("target", type=PHOTO)
@picture_options
def pose(person: Path, target: Path, **making: Unpack[Making]) -> None:
    """Put PERSON into the pose of TARGET: the picture has the size of TARGET, all of it is new.

    The mini model knows drawn people only; photographs need the published pose transfer weights (--weights
    FOLDER). The pose is read from TARGET.maps.npz if it lies beside the photo, and else seen by the network
    that belongs to the weights.
    Ctrl-C stops after the current step.
    """
    maps_file = find_maps(target, making["maps"])
    check_output(making["output"], person, target, *([maps_file] if maps_file else []))
    if maps_file is None:
        require_weights(making["weights"], "deep_fashion", None)
    with Progress(shown(making)) as progress:
        progress.stage("starting PyTorch")
        from leffa.dressing import Options, transfer_pose

        person_photo, target_photo = read_photo(person), read_photo(target)
        options = Options(
            num_inference_steps=making["steps"],
            guidance_scale=making["scale"],
            seed=making["seed"],
            ref_acceleration=making["acceleration"],
        )

        seen = see_person(
            target_photo,
            target,
            maps_file,
            control="pose",
            model="deep_fashion",
            weights=making["weights"],
            device=making["device"],
            vitpose=None,
            progress=progress,
        )

        def make(pipe: LeffaPipeline, preset: Preset, on_step: OnStep) -> Result:
            return transfer_pose(
                pipe, preset, person_photo, target_photo, seen.maps, options, on_step, seen_in=seen.seen_in
            )

        make_picture(making, "deep_fashion", options, make, progress, seen)
