"""`leffa eval dress`: the pictures of a test set, made by a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.files import make_folder, writing
from leffa.cli.options import (
    DTYPES,
    FOLDER,
    MAX_SEED,
    MAX_STEPS,
    device_option,
    progress_option,
    quiet_option,
    weights_option,
)
from leffa.cli.progress import Progress, stop_on_interrupt
from leffa.errors import Cancelled
from leffa.marking import save_marked

if TYPE_CHECKING:
    from leffa.control import ModelName
    from leffa.data import TryOnData

EPILOG = """\b
Examples:
  leffa eval dress viton_hd /data/zalando-hd -o results --weights weights
  leffa eval dress dress_code /data/DressCode --unpaired -o unpaired --weights weights
  leffa eval dress own my-photos -o results --weights weights
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Make the pictures of a test set.")
@click.argument("dataset", type=click.Choice(("viton_hd", "dress_code", "own")))
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=FOLDER, required=True, help="The folder to write to.")
@click.option("--unpaired", is_flag=True, help="The other garments of the test set's list.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many.")
@click.option(
    "--steps", type=click.IntRange(1, MAX_STEPS), help="Denoising steps [default: 30; mini model fewer]."
)
@click.option("--scale", type=click.FloatRange(0), help="Guidance [default: 2.5; mini model less].")
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    default=42,
    show_default=True,
    help="The same for each picture.",
)
@weights_option
@device_option
@click.option(
    "--dtype", type=click.Choice(DTYPES), help="Precision [default: float16 on a GPU, else float32]."
)
@quiet_option
@progress_option
def dress(
    dataset: str,
    root: Path,
    output: Path,
    unpaired: bool,
    limit: int | None,
    steps: int | None,
    scale: float | None,
    seed: int,
    weights: str,
    device: str,
    dtype: str | None,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Dress every person of the test set in ROOT, and write one PNG of the person's name each.

    Pictures that are there already are kept, so an interrupted run goes on. `own` is a folder of one's own
    photos, see `leffa preprocess`.
    """
    with Progress(False if quiet else progress) as bar:
        bar.stage("loading the model")
        from leffa.cli.device import choose_device, choose_dtype
        from leffa.evaluation.dress import dress_item
        from leffa.pipeline import LeffaPipeline
        from leffa.weights import find_preset, load_model

        data = _open(dataset, root, paired=not unpaired)
        # The mini model has one preset for whatever data.
        preset = find_preset(weights, "viton_hd" if weights == "mini" else _model(dataset))
        where = choose_device(device)
        pipe = LeffaPipeline(load_model(weights, preset, choose_dtype(dtype, where), where), cache_bytes=0)
        count = min(len(data), limit or len(data))
        make_folder(output)
        bar.begin("dressing", count)
        with stop_on_interrupt() as interrupted:
            for index in range(count):
                path = output / f"{data.files[index].person.stem}.png"
                if not path.exists():
                    picture = dress_item(pipe, preset, data[index], seed=seed, steps=steps, scale=scale)
                    with writing(path):
                        save_marked(picture, path, comment=f"seed {seed}")
                bar.step()
                if interrupted():
                    raise Cancelled(f"cancelled after {index + 1} of {count}; the same command goes on")
    if not quiet:
        click.echo(f"{output}: {count} pictures")


def _open(dataset: str, root: Path, *, paired: bool) -> TryOnData:
    from leffa import data

    if dataset == "viton_hd":
        return data.viton_hd(root, "test", paired=paired)
    if dataset == "dress_code":
        return data.dress_code(root, "test", paired=paired)
    return data.own_photos(root, paired=paired)


def _model(dataset: str) -> ModelName:
    return "dress_code" if dataset == "dress_code" else "viton_hd"
