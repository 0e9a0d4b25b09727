"""`leffa preprocess`: what the networks see in a photo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from leffa.cli.command import Command
from leffa.cli.files import make_folder, maps_path, read_photo, writing
from leffa.cli.invocation import command_line
from leffa.cli.options import (
    FOLDER,
    GARMENT_TYPES,
    MASK_RULES,
    device_option,
    json_option,
    progress_option,
    quiet_option,
    vitpose_option,
    weights_option,
)
from leffa.cli.preparing import prepare_folder
from leffa.cli.progress import Progress
from leffa.cli.seeing import see_person

if TYPE_CHECKING:
    from leffa.preprocessing.preprocessor import Preprocessed

EPILOG = """\b
Examples:
  leffa preprocess drawing.jpg -o drawing
  leffa preprocess me.jpg -o me --weights weights
  leffa tryon me/picture.png shirt.jpg -o out.png --weights weights
  leffa preprocess my-photos --weights weights      a folder with pairs.txt, see docs/evaluation.md
"""


@click.command(cls=Command, epilog=EPILOG, short_help="See the person in a photo: mask, DensePose, joints.")
@click.argument("photo", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", type=FOLDER, help="The folder to write to; not for a folder of photos.")
@click.option(
    "--garment-type",
    type=click.Choice(GARMENT_TYPES),
    default="upper_body",
    show_default=True,
    help="What the garment covers: decides the mask.",
)
@click.option(
    "--model",
    type=click.Choice(("viton_hd", "dress_code", "deep_fashion")),
    default="viton_hd",
    show_default=True,
    help="Whose mask and control picture; deep_fashion is pose transfer, which needs DensePose only.",
)
@click.option(
    "--mask-rule",
    type=click.Choice(MASK_RULES),
    help="How to find what is repainted, see docs/masks.md [default: published; mini model corrected].",
)
@click.option(
    "--published", is_flag=True, help="Repeat the faults of the published demo, see docs/preprocessing.md."
)
@vitpose_option
@weights_option
@device_option
@json_option
@quiet_option
@progress_option
def preprocess(
    photo: Path,
    output: Path | None,
    garment_type: str,
    model: Literal["viton_hd", "dress_code", "deep_fashion"],
    mask_rule: str | None,
    published: bool,
    vitpose: Path | None,
    weights: str,
    device: str,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Find the person in PHOTO and write what a picture of them needs into a folder.

    picture.png (the part of the photo round the person, 768x1024) with picture.maps.npz (labels, DensePose
    and joints, which `leffa tryon` takes as they are), mask.png, densepose.png, and sheet.png to look at.
    The mini model's network knows drawn people only; photographs need --weights FOLDER.

    PHOTO may also be a folder of own photos with pairs.txt: what its people still lack is made in it.
    """
    if photo.is_dir() != (output is None):
        raise click.UsageError("a photo needs -o FOLDER, and a folder of photos takes none")
    if output is None:
        if model == "deep_fashion":
            raise click.UsageError("a folder of own photos is for try-on: viton_hd or dress_code")
        with Progress(False if quiet else progress, quiet=quiet) as bar:
            bar.stage("starting PyTorch")
            made = prepare_folder(
                photo,
                model,
                mask_rule=mask_rule,
                weights=weights,
                device=device,
                vitpose=vitpose,
                progress=bar,
                published=published,
            )
        if as_json:
            click.echo(json.dumps({"folder": str(photo), "prepared": made}))
        elif not quiet:
            click.echo(f"{photo}: {made} prepared, the others were already")
        return
    with Progress(False if quiet else progress) as bar:
        bar.stage("starting PyTorch")
        found = see_person(
            read_photo(photo),
            photo,
            None,
            control="pose" if model == "deep_fashion" else "tryon",
            model=model,
            garment_type=garment_type,
            mask_rule=mask_rule,
            weights=weights,
            device=device,
            vitpose=vitpose,
            progress=bar,
            published=published,
        ).preprocessed
        assert found is not None
        _write(found, make_folder(output))
    if as_json:
        report = {
            "folder": str(output),
            "people": found.people,
            "person_box": [round(side, 1) for side in found.person_box],
            "frame": found.frame.box,
            "joints_found": found.joints_found,
        }
        click.echo(json.dumps(report))
    elif not quiet:
        click.echo(f"{output / 'sheet.png'}: look at this first; {found.joints_found} of 18 joints found")
        click.echo(f"next: {command_line('tryon', output / 'picture.png', 'GARMENT', '-o', 'out.png')}")


def _write(found: Preprocessed, folder: Path) -> None:
    from leffa.preprocessing.sheet import person_sheet

    pictures = {
        "picture": found.picture,
        "mask": found.mask,
        "densepose": found.densepose,
        "sheet": person_sheet(found.picture, found.maps, found.mask),
    }
    for name, picture in pictures.items():
        path = folder / f"{name}.png"
        with writing(path):
            picture.save(path)
    path = maps_path(folder / "picture.png")
    with writing(path):
        found.maps.save(path)
