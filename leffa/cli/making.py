"""One picture from the command line: load the model, make it, write it, tell about it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from leffa.cli.files import writing
from leffa.cli.options import Making
from leffa.cli.progress import Progress, stop_on_interrupt
from leffa.errors import Cancelled
from leffa.marking import save_marked

if TYPE_CHECKING:
    from leffa.cli.seeing import Person
    from leffa.control import ModelName
    from leffa.dressing import Options, Result
    from leffa.pipeline import LeffaPipeline, OnStep, Step
    from leffa.presets import Preset

    Make = Callable[[LeffaPipeline, Preset, OnStep], Result]


_SAMPLING = {"num_inference_steps", "guidance_scale", "ref_acceleration"}


def make_picture(
    making: Making, model: ModelName, options: Options, make: Make, progress: Progress, seen: Person
) -> None:
    """Run `make` with the model, and write and report its result; `seen` is what it goes by.

    Raises `LeffaError`s.
    """
    from leffa.cli.device import choose_device, choose_dtype
    from leffa.cli.intermediates import Intermediates
    from leffa.pipeline import LeffaPipeline
    from leffa.weights import find_preset, load_model

    progress.stage("loading the model")
    start = time.perf_counter()
    device = choose_device(making["device"])
    dtype = choose_dtype(making["dtype"], device)
    preset = find_preset(making["weights"], model)
    # A single picture reads nothing twice, so nothing is kept.
    pipe = LeffaPipeline(load_model(making["weights"], preset, dtype, device), cache_bytes=0)
    folder = making["intermediates"]
    intermediates = Intermediates(folder, pipe.model.vae_scale_factor) if folder else None

    progress.begin("making the picture", making["steps"] or preset.num_inference_steps)
    loaded = time.perf_counter()
    with stop_on_interrupt() as interrupted:

        def on_step(step: Step) -> bool:
            progress.step()
            if intermediates:
                intermediates.step(step)
            return not interrupted()

        result = make(pipe, preset, on_step)
        if interrupted():
            raise Cancelled("cancelled while the picture was being finished")
    done = time.perf_counter()

    output = making["output"]
    with writing(output):
        save_marked(result.image, output, comment=f"seed {result.seed}")
    if intermediates:
        intermediates.result(result)
        intermediates.seen(seen)
    if making["as_json"]:
        report = {
            "image": str(output),
            "size": result.image.size,
            "seed": result.seed,
            "people": seen.preprocessed.people if seen.preprocessed else 1,
            "model": model,
            "weights": making["weights"],
            "device": str(device),
            "dtype": str(dtype).removeprefix("torch."),
            "options": _chosen(options, preset),
            "intermediates": str(folder) if folder else None,
            "seconds": {"load": round(loaded - start, 2), "picture": round(done - loaded, 2)},
        }
        click.echo(json.dumps(report))
    elif not making["quiet"]:
        width, height = result.image.size
        seconds = f"{done - loaded:.1f} s after {loaded - start:.1f} s of loading"
        click.echo(f"{output}: {width} x {height}, seed {result.seed}, {seconds}")


def shown(making: Making) -> bool | None:
    """Whether to show progress: as asked, but never with `--quiet`."""
    return False if making["quiet"] else making["progress"]


def _chosen(options: Options, preset: Preset) -> dict[str, Any]:
    """The options that matter to this model, the preset's where none was given."""
    given = asdict(options)
    names = _SAMPLING if preset.model == "deep_fashion" else given.keys() - {"seed"}
    return {name: getattr(preset, name) if given[name] is None else given[name] for name in sorted(names)}
