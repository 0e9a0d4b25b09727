"""`leffa sample`: drawn people and garments to try with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from PIL import Image

from leffa.cli.command import Command
from leffa.cli.files import make_folder, maps_path, writing
from leffa.cli.invocation import command_line
from leffa.cli.options import FOLDER, GARMENT_TYPES
from leffa.marking import DRAWN, save_marked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leffa.synthetic import RenderedPerson

EPILOG = """\b
Examples:
  leffa sample                              three people and garments in out/sample
  leffa sample -o samples --count 12 --seed 100
  leffa sample -o small --size 192x256
"""


def _size(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[int, int]:
    width, _, height = value.partition("x")
    if not (width.isdecimal() and height.isdecimal()) or not 72 <= int(width) <= 3072:
        raise click.BadParameter(f"{value!r} is no size from 72x96 to 3072x4096, such as 768x1024")
    return int(width), int(height)


@click.command(cls=Command, epilog=EPILOG, short_help="Write drawn people and garments to try with.")
@click.option(
    "-o", "--output", type=FOLDER, default=Path("out/sample"), show_default=True, help="The folder."
)
@click.option(
    "--count", type=click.IntRange(1), default=3, show_default=True, help="How many people and garments."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of the first, then seed + 1, ...",
)
@click.option(
    "--size", callback=_size, metavar="WxH", default="768x1024", show_default=True, help="In pixels, 3:4."
)
def sample(output: Path, count: int, seed: int, size: tuple[int, int]) -> None:
    """Write drawn people, garments, and how the people really look in them.

    For N = 1, 2, ...: personN.png with its maps personN.maps.npz, garmentN.png (an upper one, a lower
    one, a dress, and so on) and truthN.png, to compare results with. Files of these names are replaced.
    """
    from leffa.synthetic import sample_pair

    make_folder(output)
    commands = []
    for number in range(1, count + 1):
        garment_type = GARMENT_TYPES[(number - 1) % len(GARMENT_TYPES)]
        pair = sample_pair(seed + number - 1, size, garment_type)
        person, garment = output / f"person{number}.png", output / f"garment{number}.png"
        write_person(pair.person, person)
        write_drawing(pair.garment.image, garment)
        write_drawing(pair.target.image, output / f"truth{number}.png")
        result = output / f"result{number}.png"
        commands.append(command_line("tryon", person, garment, "--garment-type", garment_type, "-o", result))
    click.echo(f"{output}: {count} of person, garment and truth. Try them:")
    for line in commands[: len(GARMENT_TYPES)]:
        click.echo(f"  {line}")


def write_person(person: RenderedPerson, path: Path) -> None:
    """The picture, and its maps beside it. Raises `OptionInvalid` where it cannot be written."""
    write_drawing(person.image, path)
    with writing(maps_path(path)):
        person.maps.save(maps_path(path))


def write_drawing(image: NDArray[np.uint8], path: Path) -> None:
    """A drawn picture, marked as such. Raises `OptionInvalid` where it cannot be written."""
    with writing(path):
        save_marked(Image.fromarray(image), path, source_type=DRAWN)
