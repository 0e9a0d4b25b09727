"""`leffa tryon`: a person wearing a garment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

import click

from leffa.cli.command import Command
from leffa.cli.files import check_output, find_maps, read_photo
from leffa.cli.making import make_picture, shown
from leffa.cli.options import (
    GARMENT_TYPES,
    MASK_RULES,
    PHOTO,
    TRY_ON_MODELS,
    Making,
    picture_options,
    vitpose_option,
)
from leffa.cli.progress import Progress
from leffa.cli.seeing import require_weights, see_person

if TYPE_CHECKING:
    from leffa.dressing import Result
    from leffa.pipeline import LeffaPipeline, OnStep
    from leffa.presets import Preset

EPILOG = """\b
Examples:
  leffa sample -o samples
  leffa tryon samples/person1.png samples/garment1.png -o out.png
  leffa tryon samples/person2.png samples/garment2.png --garment-type lower_body \\
      -o out.jpg --seed 7 --save-intermediates steps
  leffa tryon me.jpg dress.jpg --garment-type dresses -o out.webp \\
      --weights weights --model dress_code --json
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Dress a person in a garment.")
@click.argument("person", type=PHOTO)
@click.argument("garment", type=PHOTO)
@click.option(
    "--garment-type",
    type=click.Choice(GARMENT_TYPES),
    default="upper_body",
    show_default=True,
    help="What the garment covers.",
)
@click.option(
    "--model",
    type=click.Choice(TRY_ON_MODELS),
    default="viton_hd",
    show_default=True,
    help="Which weights of the folder: VITON-HD knows upper garments best, DressCode all three.",
)
@click.option(
    "--repaint/--no-repaint",
    default=None,
    help="Keep every pixel of the photo outside the mask [default: off; mini model on].",
)
@click.option(
    "--preprocess-garment",
    is_flag=True,
    help="Cut the garment out (transparency or a plain background) and centre it first.",
)
@click.option(
    "--mask-rule",
    type=click.Choice(MASK_RULES),
    help="How to find what is repainted, see docs/masks.md [default: published; mini model corrected].",
)
@vitpose_option
@picture_options
def tryon(
    person: Path,
    garment: Path,
    garment_type: str,
    model: Literal["viton_hd", "dress_code"],
    repaint: bool | None,
    preprocess_garment: bool,
    mask_rule: Literal["published", "corrected"] | None,
    vitpose: Path | None,
    **making: Unpack[Making],
) -> None:
    """Dress PERSON in GARMENT: two photos in, one picture out, at the size of PERSON.

    Where the person's arms, legs and clothes are is read from PERSON.maps.npz if it lies beside the photo
    (`leffa sample` and `leffa preprocess` write such files), and else found out by the networks of the
    weights. The mini model's own network knows drawn people only: photographs are refused, or come out as
    nonsense. Ctrl-C stops after the current step, and nothing is written.
    """
    maps_file = find_maps(person, making["maps"])
    check_output(making["output"], person, garment, *([maps_file] if maps_file else []))
    if maps_file is None:
        require_weights(making["weights"], model, vitpose)
    with Progress(shown(making)) as progress:
        progress.stage("starting PyTorch")
        from leffa.dressing import Options, try_on

        person_photo, garment_photo = read_photo(person), read_photo(garment)
        options = Options(
            garment_type=garment_type,
            num_inference_steps=making["steps"],
            guidance_scale=making["scale"],
            seed=making["seed"],
            ref_acceleration=making["acceleration"],
            repaint=repaint,
            preprocess_garment=preprocess_garment,
            mask_rule=mask_rule,
        )

        seen = see_person(
            person_photo,
            person,
            maps_file,
            control="tryon",
            model=model,
            garment_type=garment_type,
            mask_rule=mask_rule,
            weights=making["weights"],
            device=making["device"],
            vitpose=vitpose,
            progress=progress,
        )

        def make(pipe: LeffaPipeline, preset: Preset, on_step: OnStep) -> Result:
            return try_on(
                pipe, preset, person_photo, seen.maps, garment_photo, options, on_step, seen_in=seen.seen_in
            )

        make_picture(making, model, options, make, progress, seen)
