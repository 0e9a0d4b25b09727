"""`leffa eval pictures`: FID, KID, SSIM, LPIPS and PSNR of a folder of results."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.files import make_folder, writing
from leffa.cli.options import FILE, device_option, json_option, progress_option, quiet_option
from leffa.cli.progress import Progress
from leffa.errors import PackageMissing

if TYPE_CHECKING:
    from leffa.evaluation.tables import DataSet, Setting

PICTURES = click.Path(exists=True, file_okay=False, path_type=Path)
EPILOG = """\b
Examples:
  leffa eval pictures results DATA/test/image --networks networks --dataset viton_hd
  leffa eval pictures unpaired DATA/test/image --unpaired --networks networks --write scores.json
  leffa eval pictures results truth              SSIM and PSNR alone, which need no networks
"""


@click.command(cls=Command, epilog=EPILOG, short_help="FID, KID, SSIM, LPIPS, PSNR of results.")
@click.argument("results", type=PICTURES)
@click.argument("truth", type=PICTURES)
@click.option("--unpaired", is_flag=True, help="The results show other garments: FID and KID only.")
@click.option(
    "--networks", type=PICTURES, help="The folder of Inception and SqueezeNet, for FID, KID and LPIPS."
)
@click.option(
    "--dataset",
    type=click.Choice(("viton_hd", "dress_code", "deep_fashion")),
    help="Show the published rows of this data set, too.",
)
@click.option("--name", default="these results", show_default=True, help="What to call the row.")
@click.option("--write", "output", type=FILE, help="Also write scores and published rows to this JSON file.")
@device_option
@json_option
@quiet_option
@progress_option
def pictures(
    results: Path,
    truth: Path,
    unpaired: bool,
    networks: Path | None,
    dataset: DataSet | None,
    name: str,
    output: Path | None,
    device: str,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Compare the pictures in RESULTS with those in TRUTH, by the protocol of the published tables.

    Files belong together by their names: eight characters from the first digit on. True pictures are
    resized to the results' size. A picture that is missing or broken is named.
    """
    setting: Setting = "unpaired" if unpaired else "paired"
    with Progress(False if quiet else progress, quiet=quiet) as bar:
        bar.stage("starting PyTorch")
        try:
            from leffa.evaluation.pictures import measure_pictures, render_scores
        except ModuleNotFoundError as error:
            raise PackageMissing(f"this needs {error.name}: pip install 'ai-giydir[eval]'") from error
        from leffa.cli.device import choose_device
        from leffa.evaluation.networks import SOURCES
        from leffa.evaluation.tables import published_rows

        bar.stage("measuring")
        scores = measure_pictures(results, truth, setting, networks, choose_device(device))
        if scores.missing:
            files = " and ".join(f"{file} ({source})" for file, source in SOURCES.items())
            bar.say(f"left out: {', '.join(scores.missing)}; they need --networks FOLDER with {files}")
    published = published_rows(dataset, setting) if dataset else []
    # JSON knows no infinity, which is the PSNR of equal pictures.
    values = {measure: value if isfinite(value) else None for measure, value in scores.values.items()}
    rows = [asdict(row) for row in published]
    report = {"name": name, **asdict(scores), "values": values, "published": rows}
    if output:
        make_folder(output.parent)
        with writing(output):
            output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    click.echo(json.dumps(report) if as_json else render_scores(scores, name, published))
