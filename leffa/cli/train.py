"""`leffa train`: Leffa's two UNets, by one configuration file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.options import FOLDER, json_option, progress_option, quiet_option
from leffa.cli.progress import Progress, stop_on_interrupt
from leffa.errors import Cancelled, OptionInvalid, PackageMissing

if TYPE_CHECKING:
    from accelerate import Accelerator  # type: ignore[import-untyped]

    from leffa.training.config import TrainConfig

EPILOG = """\b
Examples:
  leffa train mini_try_on -o runs/mini --dry-run     what would be done
  leffa train mini_try_on -o runs/mini               do it; the same command goes on after a stop
  leffa tryon me.png shirt.png -o out.png --weights runs/mini/model
  leffa train viton_hd -o runs/hd --set data.root=/data/zalando-hd --set model.weights=/weights/sd-inpainting
  accelerate launch --num_processes 8 -m leffa.cli train viton_hd -o runs/hd
  tensorboard --logdir runs/hd

\b
Samples that CONFIG may name:
  viton_hd, dress_code, deep_fashion, mini_try_on, mini_pose, claim, claim_loss
docs/training.md explains every key.
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Train the model, also with the Leffa loss.")
@click.argument("config", metavar="CONFIG")
@click.option(
    "-o", "--output", type=FOLDER, required=True, help="The run's folder: states, model, sheets, losses."
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Put over CONFIG, e.g. stage.0.steps=50."
)
@click.option(
    "--resume", is_flag=True, help="Refuse to begin anew [default: go on if there is something to]."
)
@click.option("--minutes", type=click.FloatRange(0), help="Stop after so many, ready to go on.")
@click.option("--cache", type=FOLDER, help="Where drawn people and latents are kept [default: OUTPUT/cache].")
@click.option(
    "--device",
    type=click.Choice(("auto", "cpu")),
    default="auto",
    show_default=True,
    help="auto: GPUs if any.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
@quiet_option
@progress_option
def train(
    config: str,
    output: Path,
    overrides: tuple[str, ...],
    resume: bool,
    minutes: float | None,
    cache: Path | None,
    device: str,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Train Leffa as the TOML file (or sample) CONFIG says. The same command goes on with an interrupted run.

    OUTPUT/model is a weights folder for --weights at any time. A run that was killed and goes on has the same
    losses as one that was not. On several GPUs or machines start it by `accelerate launch`.
    """
    from leffa.training.config import read_config

    chosen = read_config(config, overrides)
    if dry_run:
        _tell(chosen, output, as_json)
        return
    accelerator = _accelerator(chosen, device)
    from leffa.training.loop import train as run
    from leffa.training.states import newest

    if resume and newest(output / "states") is None:
        raise OptionInvalid(f"{output} holds nothing to go on from; leave --resume out to begin")
    first = accelerator.is_main_process
    with (
        Progress(progress if first and not quiet else False, quiet=quiet or not first) as bar,
        stop_on_interrupt() as interrupted,
    ):
        outcome = run(chosen, output, accelerator, bar, cache=cache, minutes=minutes, stopped=interrupted)
        accelerator.end_training()
        stopped = interrupted()
    if stopped and not outcome.finished:
        raise Cancelled(f"stopped after step {outcome.steps} of {chosen.steps}; the same command goes on")
    if first and as_json:
        click.echo(json.dumps(asdict(outcome) | {"model": str(output / "model")}))
    elif first and not quiet:
        ending = "done" if outcome.finished else "the same command goes on"
        click.echo(f"{output / 'model'}: step {outcome.steps} of {chosen.steps}, {ending}")


def _tell(config: TrainConfig, output: Path, as_json: bool) -> None:
    from leffa.training.plan import plan, render
    from leffa.training.states import newest

    found = plan(config)
    state = newest(output / "states")
    done = state.where.total if state else 0
    if as_json:
        click.echo(json.dumps({"plan": asdict(found), "config": config.as_json(), "steps_done": done}))
    else:
        click.echo(f"{render(found, config)}\n{output}: {done} of {config.steps} steps are done")


def _accelerator(config: TrainConfig, device: str) -> Accelerator:
    """As `accelerate launch` set it up, or for this process alone.

    Raises `PackageMissing`, `OptionInvalid`.
    """
    try:
        import tensorboard  # type: ignore[import-untyped]  # noqa: F401
        from accelerate import Accelerator
    except ImportError as error:
        raise PackageMissing(f"training needs {error.name}: pip install 'ai-giydir[train]'") from error
    try:
        return Accelerator(mixed_precision=config.run.precision, cpu=device == "cpu")
    except ValueError as error:
        raise OptionInvalid(f"run.precision: {' '.join(str(error).split())}") from error
