"""What a training is: one TOML file, in tables. `docs/training.md` explains every key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import Any, Literal

from leffa.configs import TRAIN
from leffa.control import ModelName
from leffa.errors import ConfigInvalid
from leffa.training.strict import build, override, parse

Start = Literal["leffa", "inpainting", "scratch"]
Name = Literal["viton_hd", "dress_code", "deep_fashion", "own", "drawn_try_on", "drawn_pose"]
DRAWN = ("drawn_try_on", "drawn_pose")
POSE = ("deep_fashion", "drawn_pose")
# Drawn training people begin here; those below are for measuring, and never trained on.
FIRST_TRAINING_SEED = 1_000_000


def _within(name: str, value: float, least: float, most: float = inf) -> None:
    if not (isfinite(value) and least <= value <= most):
        bound = f"{least:g} or more" if most == inf else f"{least:g} to {most:g}"
        raise ConfigInvalid(f"{name} must be {bound}, not {value!r}")


@dataclass(frozen=True)
class Unet:
    """Both UNets drawn anew (start = "scratch"): attention on every level but the `plain_levels` last ones.

    channels, heads: by level, from the finest.
    """

    channels: tuple[int, ...]
    heads: tuple[int, ...]
    layers: int = 1
    groups: int = 8
    plain_levels: int = 0

    def __post_init__(self) -> None:
        if not self.channels or len(self.channels) != len(self.heads):
            raise ConfigInvalid("channels and heads must be lists of one length")
        for channels, heads in zip(self.channels, self.heads, strict=True):
            if heads < 1 or channels < 1 or channels % heads or channels % self.groups:
                raise ConfigInvalid(
                    f"channels: {channels} cannot be divided by {heads} heads and {self.groups} groups"
                )
        _within("layers", self.layers, 1)
        _within("plain_levels", self.plain_levels, 0, len(self.channels) - 1)


@dataclass(frozen=True)
class Model:
    """kind: what it is for. start: "leffa" a folder in the published layout, or "mini"; "inpainting" a folder
    in diffusers' layout (unet/, vae/, scheduler/), vae: another folder for the VAE; "scratch" new UNets of
    `unet`, with the VAE and the schedule of `weights`.
    """

    kind: ModelName
    start: Start
    weights: str
    vae: str | None = None
    unet: Unet | None = None

    def __post_init__(self) -> None:
        if (self.start == "scratch") != (self.unet is not None):
            raise ConfigInvalid('unet is for start = "scratch", and needed there')
        if self.vae is not None and self.start != "inpainting":
            raise ConfigInvalid('vae is for start = "inpainting"')


@dataclass(frozen=True)
class Data:
    """set: which data. root: its folder (drawn people have none). pairs, first_seed: of drawn people.

    loss_mask: where the Leffa loss looks in try-on: "garment" (as the parse map sees it) or "repainted".
    control: how DensePose becomes numbers: "pipeline" (as this project and the published demo make pictures)
    or "paper" (pose transfer: part index / 24). workers: processes that read, 0 is this one.
    """

    set: Name
    root: str = ""
    categories: tuple[Literal["upper_body", "lower_body", "dresses"], ...] = (
        "upper_body",
        "lower_body",
        "dresses",
    )
    pairs: int = 8000
    first_seed: int = FIRST_TRAINING_SEED
    loss_mask: Literal["garment", "repainted"] = "garment"
    control: Literal["pipeline", "paper"] = "pipeline"
    cache_latents: bool = True
    held_out: int = 16
    workers: int = 0

    def __post_init__(self) -> None:
        if (self.set in DRAWN) == bool(self.root):
            raise ConfigInvalid(f"root: {self.set} {'has none' if self.root else 'needs one'}")
        _within("pairs", self.pairs, 1)
        _within("first_seed", self.first_seed, 0, 2**62)
        _within("held_out", self.held_out, 0)
        _within("workers", self.workers, 0)
        if self.set in DRAWN and self.first_seed < self.held_out:
            raise ConfigInvalid(f"first_seed: the seeds below {self.held_out} are held out")


@dataclass(frozen=True)
class Optimizer:
    """AdamW, and the moving average of the weights, which is what a training yields."""

    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 1e-2
    clip_norm: float = 1.0
    ema_decay: float = 0.9999
    ema_warmup: bool = False

    def __post_init__(self) -> None:
        for beta in self.betas:
            _within("betas", beta, 0, 0.999999)
        _within("weight_decay", self.weight_decay, 0)
        _within("clip_norm", self.clip_norm, 1e-12)
        _within("ema_decay", self.ema_decay, 0, 1)


@dataclass(frozen=True)
class Leffa:
    """The Leffa loss, in the stages that have it (`leffa.loss` explains)."""

    weight: float = 1e-3
    temperature: float = 2.0
    timestep_limit: int = 500
    layers: tuple[str, ...] = ("*",)
    coarsest_stride: int = 32
    distance: Literal["squared", "smooth_l1"] = "squared"
    align_corners: bool = True

    def __post_init__(self) -> None:
        _within("weight", self.weight, 0)
        _within("temperature", self.temperature, 1e-6)
        _within("timestep_limit", self.timestep_limit, 0, 1000)
        _within("coarsest_stride", self.coarsest_stride, 1)
        if not self.layers:
            raise ConfigInvalid("layers must name some")


@dataclass(frozen=True)
class Stage:
    """size: width, height. batch_size: of a step, over all processes and accumulated passes.

    micro_batch: of one pass of one process. decay: of the learning rate over the stage's steps. leffa: with
    the Leffa loss. correspondence: weight of the direct teaching, which drawn people allow.
    """

    size: tuple[int, int]
    steps: int
    batch_size: int
    learning_rate: float
    micro_batch: int | None = None
    warmup_steps: int = 0
    decay: Literal["constant", "cosine"] = "constant"
    leffa: bool = False
    correspondence: float = 0.0

    def __post_init__(self) -> None:
        for side in self.size:
            if side < 8 or side % 8:
                raise ConfigInvalid(f"size must be multiples of 8, not {side}")
        _within("steps", self.steps, 1)
        _within("batch_size", self.batch_size, 1)
        _within("learning_rate", self.learning_rate, 0)
        _within("micro_batch", self.pass_size, 1)
        _within("warmup_steps", self.warmup_steps, 0)
        _within("correspondence", self.correspondence, 0)
        if self.batch_size % self.pass_size:
            raise ConfigInvalid(
                f"micro_batch: a batch of {self.batch_size} cannot be cut into {self.pass_size}s"
            )

    @property
    def pass_size(self) -> int:
        return self.batch_size if self.micro_batch is None else self.micro_batch


@dataclass(frozen=True)
class Run:
    """How it is computed and what is kept; nothing of it but the precision changes what is learned.

    save_every: steps between two checkpoints, each with a sheet of `sheet` held-out pictures. keep: newest
    states on the disk.
    """

    precision: Literal["no", "fp16", "bf16"] = "no"
    gradient_checkpointing: bool = False
    save_every: int = 1000
    keep: int = 2
    sheet: int = 4
    model_dtype: Literal["float32", "float16"] = "float32"

    def __post_init__(self) -> None:
        _within("save_every", self.save_every, 1)
        _within("keep", self.keep, 1)
        _within("sheet", self.sheet, 0)


@dataclass(frozen=True)
class TrainConfig:
    """All of it. unconditional_share: of samples, each by itself, that see no reference."""

    model: Model
    data: Data
    stage: tuple[Stage, ...]
    seed: int = 42
    unconditional_share: float = 0.1
    optimizer: Optimizer = field(default_factory=Optimizer)
    leffa: Leffa = field(default_factory=Leffa)
    run: Run = field(default_factory=Run)

    def __post_init__(self) -> None:
        _within("seed", self.seed, 0, 2**62)
        _within("unconditional_share", self.unconditional_share, 0, 1)
        if not self.stage:
            raise ConfigInvalid("stage: there must be one")
        if (self.model.kind == "deep_fashion") != (self.data.set in POSE):
            raise ConfigInvalid(f"data.set: {self.data.set} does not fit model.kind {self.model.kind}")
        if self.data.set not in DRAWN and any(stage.correspondence for stage in self.stage):
            raise ConfigInvalid(
                f"stage: correspondence needs data.set {' or '.join(DRAWN)}, where the truth is known"
            )
        if self.data.set == "own" and self.data.loss_mask == "garment" and any(s.leffa for s in self.stage):
            raise ConfigInvalid('data.loss_mask: own photos have no parse maps; take "repainted"')

    @property
    def steps(self) -> int:
        """Of all stages."""
        return sum(stage.steps for stage in self.stage)

    def as_json(self) -> dict[str, Any]:
        """All keys with their values, also those that the file left out."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def read_config(name: str | Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Of a TOML file, or of a sample that comes along (`mini_try_on`), with `KEY=VALUE`s put over it.

    Raises `ConfigInvalid`, whose line begins with the file's name.
    """
    path = Path(name)
    if not path.suffix and not path.exists():
        path = TRAIN / f"{name}.toml"
        if not path.is_file():
            samples = ", ".join(sorted(one.stem for one in TRAIN.glob("*.toml")))
            raise ConfigInvalid(f"{name}: there is no such file, and no such sample; samples: {samples}")
    try:
        table = parse(path.read_text(encoding="utf-8"))
        for assignment in overrides:
            override(table, assignment)
        return build(TrainConfig, table)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}") from error
    except ConfigInvalid as error:
        raise ConfigInvalid(f"{path.name}: {error}") from error
