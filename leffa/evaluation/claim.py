"""What the Leffa loss does: `python -m leffa.evaluation.claim --work runs/claim` writes docs/claim.md.

For each seed one model is trained without the loss, and gone on with from there: once without it and once for
each arm that has it, on the same examples, noise and steps. All are then measured on drawn people that none
has seen. Everything can be interrupted: the same command goes on. The trainings are those of `leffa train`.
"""

from __future__ import annotations

import argparse
import json
import math
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from leffa.dressing import Inputs
from leffa.evaluation.claim_report import BASE, WITH, WITHOUT, Facts, Row, render, summarise
from leffa.evaluation.flow import DECODER, MIDDLE, pair_flow, pair_inputs, person_flow
from leffa.evaluation.mini import Sample, measure
from leffa.evaluation.perceptual import SeerDistance
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline
from leffa.synthetic import SIZE, Pair, sample_pair
from leffa.weights import find_preset, load_model
from leffa.weights.files import write_json

# How noisy the target is where attention is looked at, and by which temperature: as `leffa eval flow`.
TIMESTEP, TEMPERATURE = 200, 1.0
FLOW_PAIRS = 4
# Pictures that are made at once.
TOGETHER = 8
LETTERS = ("letters", "logo")


@dataclass(frozen=True)
class Arm:
    """How the last stage is trained: what is put over `claim_loss.toml`."""

    name: str
    overrides: tuple[str, ...]


BASIC = (Arm(WITHOUT, ("leffa.weight=0.0",)), Arm(WITH, ()))
ABLATIONS = {
    arm.name: arm
    for arm in (
        *(Arm(f"weight {value}", (f"leffa.weight={value}",)) for value in ("0.01", "0.1", "1.0")),
        *(Arm(f"temperature {value}", (f"leffa.temperature={value}",)) for value in ("0.5", "1.0", "5.0")),
        *(Arm(f"timesteps below {value}", (f"leffa.timestep_limit={value}",)) for value in (250, 750, 1000)),
        Arm("all layers", ('leffa.layers=["*"]',)),
    )
}


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    ends = math.inf if options.minutes is None else time.monotonic() + options.minutes * 60
    arms = [*BASIC, *(ABLATIONS[name] for name in options.ablate)]
    if all(_train(options, seed, arms, ends) for seed in range(options.seeds)):
        names = [BASE, *(arm.name for arm in arms)]
        finished = all(_measure(options, name, seed, ends) for name in names for seed in range(options.seeds))
        _report(options, names, finished=finished)
        if finished:
            return
    print("not finished; the same command goes on", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leffa.evaluation.claim", description=__doc__)
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for the trainings and what is measured"
    )
    parser.add_argument(
        "--docs", type=Path, default=Path("docs"), help="folder to write claim.md, claim.json and images/ to"
    )
    parser.add_argument("--minutes", type=float, help="stop after so many, ready to go on")
    parser.add_argument("--seeds", type=int, default=2, help="trainings of each arm")
    parser.add_argument("--pairs", type=int, default=500, help="unseen pairs to measure on")
    parser.add_argument("--steps", type=int, default=8, help="denoising steps of each picture")
    parser.add_argument(
        "--processes", type=int, default=1, help="that measure; drawing people and reading too"
    )
    parser.add_argument(
        "--ablate", nargs="*", default=[], choices=sorted(ABLATIONS), help="more arms, e.g. 'weight 0.1'"
    )
    parser.add_argument("--device", choices=("auto", "cpu"), default="auto")
    parser.add_argument(
        "--set", dest="both", action="append", default=[], help="KEY=VALUE for every training"
    )
    parser.add_argument("--set-base", action="append", default=[], help="KEY=VALUE for the first stage")
    parser.add_argument("--set-loss", action="append", default=[], help="KEY=VALUE for the last stage")
    return parser


def _folder(work: Path, arm: str, seed: int) -> Path:
    return work / f"{arm.replace(' ', '-')}-{seed}"


def _train(options: argparse.Namespace, seed: int, arms: list[Arm], ends: float) -> bool:
    """The base and every arm of one seed; False where time ran out."""
    base = _folder(options.work, BASE, seed)
    common = [f"seed={seed}", *options.both]
    if not _run(options, "claim", base, [*common, *options.set_base], ends):
        return False
    start = f"model.weights={base / 'model'}"
    return all(
        _run(
            options,
            "claim_loss",
            _folder(options.work, arm.name, seed),
            [*common, *options.set_loss, start, *arm.overrides],
            ends,
        )
        for arm in arms
    )


def _run(options: argparse.Namespace, config: str, folder: Path, overrides: list[str], ends: float) -> bool:
    """`leffa train` in a process of its own; whether it got to its end."""
    left = (ends - time.monotonic()) / 60
    if left <= 0:
        return False
    words = [
        "train",
        config,
        "-o",
        str(folder),
        "--cache",
        str(options.work / "cache"),
        "--device",
        options.device,
    ]
    words += [word for one in overrides for word in ("--set", one)]
    words += [] if left == math.inf else ["--minutes", f"{left:.3f}"]
    print(f"training {folder.name}", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", "leffa.cli", *words, "--json"],
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(done.returncode)
    finished: bool = json.loads(done.stdout)["finished"]
    return finished


class Measurer:
    """One process's model: from pairs' seeds to their rows. steps: of a picture; none is made where 0."""

    _here: ClassVar[Measurer]

    def __init__(self, weights: Path, steps: int, device: str) -> None:
        torch.set_num_threads(1)
        self._preset = find_preset(weights, "viton_hd")
        where = "cuda" if device == "auto" and torch.cuda.is_available() else "cpu"
        self._model = load_model(weights, self._preset, device=where)
        self._pipe = LeffaPipeline(self._model, cache_bytes=0)
        self._steps = steps
        self._apart = SeerDistance()

    @classmethod
    def start(cls, weights: Path, steps: int, device: str) -> None:
        """Make this process's."""
        cls._here = cls(weights, steps, device)

    @classmethod
    def run(cls, seeds: Sequence[int]) -> list[Row]:
        return cls._here.rows(seeds)

    def rows(self, seeds: Sequence[int]) -> list[Row]:
        """What is measured of each pair; nothing of one that cannot be dressed."""
        pairs = [sample_pair(seed, SIZE) for seed in seeds]
        inputs = [pair_inputs(self._preset, pair) for pair in pairs]
        dressed = [(pair, one) for pair, one in zip(pairs, inputs, strict=True) if one is not None]
        pictures = self._pictures(dressed) if self._steps and dressed else [None] * len(dressed)
        found = {
            pair.seed: self._flow(pair, one) | self._picture(pair, one, picture)
            for (pair, one), picture in zip(dressed, pictures, strict=True)
        }
        return [{"pair": seed} | found.get(seed, {}) for seed in seeds]

    def _flow(self, pair: Pair, inputs: Inputs) -> Row:
        looks = pair_flow(self._model, pair, inputs, timestep=TIMESTEP, temperature=TEMPERATURE)
        if looks is None:
            return {}
        missed = {name: float(looks.errors[name].mean()) for name in (DECODER, MIDDLE)}
        return {"end-point error": missed[DECODER], "middle": missed[MIDDLE]}

    def _pictures(self, dressed: Sequence[tuple[Pair, Inputs]]) -> Sequence[Image.Image]:
        """As `leffa.try_on` makes them, but together, each by its own seed."""
        of_all = [inputs for _, inputs in dressed]
        return self._pipe(
            [one.source for one in of_all],
            [one.reference for one in of_all],
            [one.mask for one in of_all],
            [one.densepose for one in of_all],
            num_inference_steps=self._steps,
            guidance_scale=self._preset.guidance_scale,
            # The reference is seen once a picture: half the time, and the same for every arm.
            ref_acceleration=True,
            generator=seeded([pair.seed for pair, _ in dressed]),
            keep_reference=False,
        )

    def _picture(self, pair: Pair, inputs: Inputs, made: Image.Image | None) -> Row:
        if made is None:
            return {}
        person, frame = Image.fromarray(pair.person.image), inputs.frame
        whole = frame.put_back(person, made, inputs.mask, repaint=self._preset.repaint)
        picture = np.asarray(whole)
        mask = np.asarray(frame.mask_on_photo(inputs.mask, person.size)) >= 128
        row: Row = dict(measure(Sample(pair, mask, {"model": picture}))["model"])
        row["perceptual distance"] = self._apart(picture, pair.target.image, mask)
        if pair.garment.design in LETTERS and "pattern correlation" in row:
            row["letters and signs"] = row["pattern correlation"]
        return row


def _measure(options: argparse.Namespace, name: str, seed: int, ends: float) -> bool:
    """Measure what is missing of one model; whether all of it is there now."""
    file = _measured(options.work, name, seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    there = {row["pair"] for row in _rows(file)}
    missing = [seed for seed in range(options.pairs) if seed not in there]
    if not missing:
        return True
    together = [missing[start : start + TOGETHER] for start in range(0, len(missing), TOGETHER)]
    weights = _folder(options.work, name, seed) / "model"
    arguments = (weights, 0 if name == BASE else options.steps, options.device)
    with (
        file.open("a", encoding="utf-8", buffering=1) as out,
        get_context("spawn").Pool(options.processes, Measurer.start, arguments) as pool,
    ):
        for rows in tqdm(pool.imap(Measurer.run, together), file.stem, len(together), mininterval=10):
            out.writelines(json.dumps(row) + "\n" for row in rows)
            if time.monotonic() > ends:
                return False
    return True


def _rows(file: Path) -> Iterator[Row]:
    """Whole lines only: a killed process may leave half of one, which is cut off."""
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    yield from (json.loads(line) for line in whole.splitlines())


def _measured(work: Path, name: str, seed: int) -> Path:
    return work / "measured" / f"{_folder(work, name, seed).name}.jsonl"


def _report(options: argparse.Namespace, names: list[str], *, finished: bool) -> None:
    """Of the pairs that every model has been measured on."""
    measured = {
        name: [
            {row["pair"]: row for row in _rows(_measured(options.work, name, seed))}
            for seed in range(options.seeds)
        ]
        for name in names
    }
    pairs = set.intersection(*(set(rows) for seeds in measured.values() for rows in seeds))
    if not pairs:
        return
    summary = summarise(measured, sorted(pairs))
    facts = Facts(
        command=_command(options),
        pairs=len(pairs),
        middle=_middle(measured[WITHOUT][0], pairs),
        seeds=options.seeds,
        denoising_steps=options.steps,
        finished=finished,
        base=_config(_folder(options.work, BASE, 0)),
        arms={name: _config(_folder(options.work, name, 0)) for name in names if name != BASE},
    )
    images = options.docs / "images"
    images.mkdir(parents=True, exist_ok=True)
    write_json(options.docs / "claim.json", {"facts": vars(facts), "summary": summary})
    _flow_sheet(options, names).save(images / "claim-flow.jpg", quality=90)
    (options.docs / "claim.md").write_text(render(summary, facts, FLOW_PAIRS), encoding="utf-8")


def _command(options: argparse.Namespace) -> str:
    """What makes the same page, but for where it is made."""
    words = ["python", "-m", "leffa.evaluation.claim", "--work", "runs/claim"]
    words += ["--seeds", str(options.seeds), "--pairs", str(options.pairs), "--steps", str(options.steps)]
    words += ["--ablate", *options.ablate] if options.ablate else []
    for flag, said in (
        ("--set", options.both),
        ("--set-base", options.set_base),
        ("--set-loss", options.set_loss),
    ):
        words += [word for one in said for word in (flag, one)]
    return shlex.join(words)


def _middle(rows: Mapping[int, Row], pairs: set[int]) -> float:
    return float(np.mean([rows[pair]["middle"] for pair in pairs if "middle" in rows[pair]]))


def _config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["model"]["weights"]
    return config


def _flow_sheet(options: argparse.Namespace, names: list[str]) -> Image.Image:
    """Where each model of the first seed looks: a column a model, a row a pair."""
    columns = []
    for name in names:
        weights = _folder(options.work, name, 0) / "model"
        preset = find_preset(weights, "viton_hd")
        model = load_model(weights, preset)
        looks = (
            person_flow(model, preset, seed, timestep=TIMESTEP, temperature=TEMPERATURE)
            for seed in range(min(options.pairs, 10 * FLOW_PAIRS))
        )
        sheets = [np.asarray(one.sheet().reduce(2)) for one, _ in zip(filter(None, looks), range(FLOW_PAIRS))]  # noqa: B905
        columns.append(np.concatenate(sheets))
    return Image.fromarray(np.concatenate(columns, axis=1))


if __name__ == "__main__":
    main()
