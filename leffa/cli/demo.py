"""`leffa demo`: the whole way on drawn people, for whoever has just set this up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from PIL import Image

from leffa.cli.command import Command
from leffa.cli.files import make_folder, writing
from leffa.cli.invocation import command_line, readable
from leffa.cli.options import (
    FOLDER,
    GARMENT_TYPES,
    MAX_SEED,
    MAX_STEPS,
    device_option,
    progress_option,
    quiet_option,
)
from leffa.cli.progress import Progress, stop_on_interrupt
from leffa.cli.sample import write_drawing, write_person
from leffa.cli.sheet import Row, contact_sheet
from leffa.errors import Cancelled
from leffa.marking import save_marked

if TYPE_CHECKING:
    from leffa.pipeline import LeffaPipeline, Step
    from leffa.synthetic import Pair

# Two people who are drawn alike for each garment type, so that the truth of every row is known.
PEOPLE = (5, 23)
SIZE = (384, 512)
TITLE = "Leffa's mini model dresses drawn people"
EPILOG = """\b
Examples:
  leffa demo
  leffa demo -o somewhere --seed 3
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Dress two drawn people, show one sheet.")
@click.option("-o", "--output", type=FOLDER, default=Path("out/demo"), show_default=True, help="The folder.")
@click.option(
    "--steps",
    type=click.IntRange(1, MAX_STEPS),
    help="Denoising steps of each picture [default: the mini model's].",
)
@click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), default=0, show_default=True, help="Of every picture."
)
@device_option
@quiet_option
@progress_option
def demo(output: Path, steps: int | None, seed: int, device: str, quiet: bool, progress: bool | None) -> None:
    """Dress two drawn people in three garments each, and put all of it on one sheet.

    Uses the mini model; nothing is downloaded. Files of the same names in the folder are replaced.
    """
    start = time.perf_counter()
    with Progress(False if quiet else progress) as bar:
        bar.stage("drawing people and garments")
        make_folder(output)
        pairs = [_draw(output, number) for number in range(1, len(PEOPLE) + 1)]
        bar.stage("loading the mini model")
        pipe = _load(device)
        groups = _dress_all(pipe, pairs, output, steps, seed, bar, say=not quiet)
        sheet = output / "contact_sheet.png"
        with writing(sheet):
            save_marked(contact_sheet(TITLE, groups), sheet, comment=f"seed {seed}")
    if quiet:
        return
    click.echo(f"\nDone in {time.perf_counter() - start:.0f} s. Look at {readable(sheet)}\n\nTry next:")
    for line in _what_next(output):
        click.echo(f"  {line}")


def _draw(folder: Path, number: int) -> dict[str, Pair]:
    """Person `number` with a garment of each type, written to the folder."""
    from leffa.synthetic import sample_pair

    pairs = {kind: sample_pair(PEOPLE[number - 1], SIZE, kind) for kind in GARMENT_TYPES}
    write_person(pairs[GARMENT_TYPES[0]].person, folder / f"person{number}.png")
    for kind, pair in pairs.items():
        write_drawing(pair.garment.image, folder / f"garment{number}_{kind}.png")
        write_drawing(pair.target.image, folder / f"truth{number}_{kind}.png")
    return pairs


def _load(device: str) -> LeffaPipeline:
    from leffa.cli.device import choose_device
    from leffa.pipeline import LeffaPipeline
    from leffa.presets import MINI
    from leffa.weights import MINI_NAME, load_model

    return LeffaPipeline(load_model(MINI_NAME, MINI, device=choose_device(device)))


def _dress_all(
    pipe: LeffaPipeline,
    people: list[dict[str, Pair]],
    folder: Path,
    steps: int | None,
    seed: int,
    bar: Progress,
    *,
    say: bool,
) -> list[list[Row]]:
    """Each person in each garment, written to the folder; the rows of the sheet, person by person."""
    from leffa.dressing import Options, try_on
    from leffa.presets import MINI

    bar.begin("dressing", len(people) * len(GARMENT_TYPES) * (steps or MINI.num_inference_steps))
    groups: list[list[Row]] = [[] for _ in people]
    with stop_on_interrupt() as interrupted:

        def on_step(_step: Step) -> bool:
            bar.step()
            return not interrupted()

        for number, pairs in enumerate(people, start=1):
            for garment_type, pair in pairs.items():
                person, garment = Image.fromarray(pair.person.image), Image.fromarray(pair.garment.image)
                options = Options(garment_type=garment_type, num_inference_steps=steps, seed=seed)
                image = try_on(pipe, MINI, person, pair.person.maps, garment, options, on_step).image
                if interrupted():
                    raise Cancelled("cancelled while a picture was being finished")
                path = folder / f"result{number}_{garment_type}.png"
                with writing(path):
                    save_marked(image, path, comment=f"seed {seed}")
                groups[number - 1].append(Row(person, garment, image, Image.fromarray(pair.target.image)))
                if say:
                    bar.say(readable(path))
    return groups


def _what_next(folder: Path) -> list[str]:
    """Commands that work when copied."""
    person, other = folder / "person1.png", folder / "person2.png"
    top, dress = folder / "garment1_upper_body.png", folder / "garment2_dresses.png"
    swapped, steps = folder / "swapped.png", folder / "steps"
    return [
        command_line("tryon", person, dress, "--garment-type", "dresses", "-o", swapped),
        command_line("tryon", other, top, "-o", swapped, "--seed", "7", "--save-intermediates", steps),
        command_line("pose", person, other, "-o", folder / "posed.png"),
        command_line("sample", "-o", folder.parent / "sample", "--seed", "100"),
        command_line("--help"),
    ]
