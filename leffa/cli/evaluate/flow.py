"""`leffa eval flow`: how far attention misses the true correspondence of drawn people."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.files import make_folder, writing
from leffa.cli.options import (
    FOLDER,
    TRY_ON_MODELS,
    device_option,
    json_option,
    progress_option,
    quiet_option,
    weights_option,
)
from leffa.cli.progress import Progress

if TYPE_CHECKING:
    from PIL import Image

    from leffa.control import ModelName

EPILOG = """\b
Examples:
  leffa eval flow                               the mini model, 20 drawn people
  leffa eval flow --count 200 --temperature 1   as the model attends when it paints
  leffa eval flow --pictures flow --count 6     and draw where it looks
"""


@click.command(cls=Command, epilog=EPILOG, short_help="How far attention misses, on drawn people.")
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="How many people.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the first person.")
@click.option(
    "--timestep", type=click.IntRange(0, 999), default=200, show_default=True, help="How noisy the target is."
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, min_open=True),
    default=2.0,
    show_default=True,
    help="Divides the logits; the paper's loss has 2, painting 1.",
)
@click.option(
    "--model", type=click.Choice(TRY_ON_MODELS), default="viton_hd", show_default=True, help="Which weights."
)
@click.option("--pictures", type=FOLDER, help="Write a picture of each person's flow to this folder.")
@weights_option
@device_option
@json_option
@quiet_option
@progress_option
def flow(
    count: int,
    seed: int,
    timestep: int,
    temperature: float,
    model: ModelName,
    pictures: Path | None,
    weights: str,
    device: str,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """End-point error of the attention flow, in pixels, against the true correspondence of drawn people.

    The target as it really looks is noised; where on the garment its tokens look is compared with where
    they should. The last row of the table is what looking at nothing in particular would give.
    """
    with Progress(False if quiet else progress) as bar:
        bar.stage("loading the model")
        from leffa.cli.device import choose_device
        from leffa.evaluation.flow import measure_flow, render_flow
        from leffa.weights import find_preset, load_model

        preset = find_preset(weights, model)
        network = load_model(weights, preset, device=choose_device(device))
        bar.begin("looking", count)

        def on_person(number: int, sheet: Image.Image) -> None:
            bar.step()
            if pictures is not None:
                path = make_folder(pictures) / f"flow{number}.png"
                with writing(path):
                    sheet.save(path)

        report = measure_flow(
            network,
            preset,
            range(seed, seed + count),
            timestep=timestep,
            temperature=temperature,
            on_person=on_person,
        )
    click.echo(json.dumps(asdict(report)) if as_json else render_flow(report))
