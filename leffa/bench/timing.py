"""Time and memory of one picture, the published way and ours side by side, with the same random weights.

Time does not depend on what the weights know, so none are needed. The two ways take turns, because a
machine has its moods; medians are reported.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Literal, TypeVar, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from leffa import configs, mini
from leffa.bench.flops import count_passes
from leffa.bench.published import PublishedPipeline
from leffa.errors import OptionInvalid
from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline, Step
from leffa.presets import MINI, VITON_HD

Variant = Literal["eager", "channels-last", "compile", "cuda-graphs"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
Way = Literal["published", "new garment", "cached garment"]
WAYS: tuple[Way, ...] = get_args(Way)
T = TypeVar("T")
# The first garment also brings the unconditional half, the second is the work of every later one.
_WARM_UP_GARMENTS = (1_000_000, 1_000_001)


@dataclass(frozen=True)
class Setting:
    """What is measured, and how often. height, width: pixels; dtype: a name in `torch`."""

    base_dir: Path
    height: int
    width: int
    steps: int
    repetitions: int
    device: str = "cpu"
    dtype: Literal["float32", "float16", "bfloat16"] = "float32"
    variant: Variant = "eager"

    def check(self) -> None:
        """Raise `OptionInvalid` for what cannot be measured, here or anywhere."""
        if self.variant not in VARIANTS:
            raise OptionInvalid(f"variant must be one of {', '.join(VARIANTS)}, got {self.variant}")
        if self.steps < 2 or self.repetitions < 1:
            raise OptionInvalid("a measurement needs 2 steps and 1 repetition at least")
        cuda = torch.device(self.device).type == "cuda"
        if cuda and not torch.cuda.is_available():
            raise OptionInvalid(f"device {self.device} was asked for, but PyTorch finds no CUDA device")
        if self.variant == "cuda-graphs" and not cuda:
            raise OptionInvalid(f"variant cuda-graphs needs a CUDA device, not {self.device}")


@dataclass(frozen=True)
class WayTiming:
    """Medians in seconds, and how many times faster than the published way."""

    way: Way
    step_seconds: float
    picture_seconds: float
    step_speedup: float
    picture_speedup: float
    peak_bytes: int | None
    """Of a process of its own (one for both of our cases): on CUDA the allocated memory, on CPU all that is
    resident, Python and PyTorch included; None where the system does not tell."""


@dataclass(frozen=True)
class TimingReport:
    """One setting, measured. Differences are the largest between ours and published over all pictures."""

    setting: Setting
    machine: str
    torch: str
    ways: tuple[WayTiming, ...]
    latent_difference: float
    """Of the final latents, as a fraction of their largest value."""
    picture_difference: int
    """In levels of 255."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, default=str)


def compare(setting: Setting, *, measure_memory: bool = True) -> TimingReport:
    """Measure both ways: each repetition has a new garment, for published, ours, and ours once more.

    Before that two pictures warm each of them up, so our unconditional half is known from then on.
    `measure_memory` starts one more process for each way. Raises `OptionInvalid`, `WeightsMissing`.
    """
    setting.check()
    peaks: dict[Way, int | None] = dict.fromkeys(WAYS)
    if measure_memory:
        peaks["published"] = _in_new_process(peak_memory, setting, True)
        peaks["new garment"] = peaks["cached garment"] = _in_new_process(peak_memory, setting, False)
    runs = _take_turns(setting)
    steps = {way: median(second for run in runs[way] for second in run.step_seconds) for way in WAYS}
    pictures = {way: median(run.picture_seconds for run in runs[way]) for way in WAYS}
    pairs = [
        (theirs, mine) for way in WAYS[1:] for theirs, mine in zip(runs["published"], runs[way], strict=True)
    ]
    return TimingReport(
        setting,
        _machine(setting),
        torch.__version__,
        tuple(
            WayTiming(
                way,
                steps[way],
                pictures[way],
                steps["published"] / steps[way],
                pictures["published"] / pictures[way],
                peaks[way],
            )
            for way in WAYS
        ),
        max(_relative_difference(theirs.latents, mine.latents) for theirs, mine in pairs),
        max(_levels_apart(theirs.picture, mine.picture) for theirs, mine in pairs),
    )


def mini_size(device: str = "cpu") -> Setting:
    """The mini model's networks at 256x192: a minute or two on two CPU cores."""
    return Setting(mini.FOLDER / MINI.base, 256, 192, steps=8, repetitions=3, device=device)


def full_size(device: str = "cuda") -> Setting:
    """The published try-on model in half precision: 1024x768, 30 steps."""
    (width, height), base = VITON_HD.work_size, configs.FOLDER / VITON_HD.base
    return Setting(base, height, width, steps=30, repetitions=3, device=device, dtype="float16")


def compare_variants(setting: Setting) -> list[TimingReport]:
    """`compare` once per variant (`setting.variant` does not matter). Raises before any work."""
    settings = [replace(setting, variant=variant) for variant in VARIANTS]
    for one in settings:
        one.check()
    # What one variant leaves in the device's memory is nothing to the next.
    return [_in_new_process(compare, one) for one in settings]


def peak_memory(setting: Setting, published: bool) -> int | None:
    """Peak bytes of this process after two pictures, see `WayTiming.peak_bytes`; for a fresh process."""
    pipeline = _pipeline(setting, published=published)
    for garment in _WARM_UP_GARMENTS:
        _measure(pipeline, setting, garment)
    return torch.cuda.max_memory_allocated(setting.device) if _on_cuda(setting) else peak_resident()


def random_model(
    base_dir: Path, *, published: bool, dtype: torch.dtype, device: torch.device | str
) -> LeffaModel:
    """A model whose weights are random, of a size that keeps activations finite, and the same both ways.

    Every tensor is drawn from the name it has, so that a way may lack those that it does not use.
    """
    with torch.device("meta"):
        model = LeffaModel.from_base(base_dir, published=published)
    if not published:
        model.drop_unused()
    model.to(dtype).to_empty(device=device)
    for name, parameter in model.requires_grad_(False).named_parameters():
        if parameter.ndim > 1:
            generator = torch.Generator(device).manual_seed(zlib.crc32(name.encode()))
            parameter.normal_(std=parameter[0].numel() ** -0.5, generator=generator)
        else:
            parameter.fill_(1.0 if name.endswith(".weight") else 0.0)
    return model.eval()


def _take_turns(setting: Setting) -> dict[Way, list[_Run]]:
    """One run per way and repetition, the published way first in every other repetition."""
    published, ours = _pipeline(setting, published=True), _pipeline(setting, published=False)
    for pipeline in (published, ours):
        for garment in _WARM_UP_GARMENTS:
            _measure(pipeline, setting, garment)
    runs: dict[Way, list[_Run]] = {way: [] for way in WAYS}
    for garment in range(setting.repetitions):
        turns: list[tuple[LeffaPipeline, Sequence[Way]]] = [(published, WAYS[:1]), (ours, WAYS[1:])]
        for pipeline, ways in turns if garment % 2 == 0 else reversed(turns):
            for way in ways:
                runs[way].append(_measure(pipeline, setting, garment))
    return runs


@dataclass(frozen=True)
class _Run:
    step_seconds: list[float]
    picture_seconds: float
    latents: Tensor
    picture: Image.Image


def _pipeline(setting: Setting, *, published: bool) -> LeffaPipeline:
    dtype: torch.dtype = getattr(torch, setting.dtype)
    model = random_model(setting.base_dir, published=published, dtype=dtype, device=setting.device)
    if setting.variant == "channels-last":
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    if setting.variant in ("compile", "cuda-graphs"):
        for unet in (model.unet_encoder, model.unet):
            _compile(unet, "reduce-overhead" if setting.variant == "cuda-graphs" else "default")
    if published:
        return PublishedPipeline(model)
    # Room for the unconditional half and one garment: each new garment pushes the last one out.
    timestep = count_passes(setting.base_dir, setting.height, setting.width).kept_elements * dtype.itemsize
    return LeffaPipeline(model, cache_bytes=2 * setting.steps * timestep)


def _compile(unet: nn.Module, mode: str) -> None:
    compiled = torch.compile(unet.forward, mode=mode, dynamic=False)

    def forward(
        sample: Tensor, timestep: Tensor, text: None, cross_attention_kwargs: dict[str, list[Tensor]]
    ) -> Any:
        output = compiled(sample, timestep, text, cross_attention_kwargs=cross_attention_kwargs)
        if features := cross_attention_kwargs.get("features"):
            # The memory of a CUDA graph is written again by its next run.
            features[:] = [feature.clone() for feature in features]
        return output

    unet.forward = forward


def _measure(pipeline: LeffaPipeline, setting: Setting, garment: int) -> _Run:
    """One picture of the same person with the garment of this number."""
    moments: list[float] = []
    latents = torch.empty(0)

    def on_step(step: Step) -> None:
        nonlocal latents
        latents = step.latents
        moments.append(_now(setting))

    size = (setting.height, setting.width)
    person, densepose, reference = _noise(size, 0), _noise(size, 1), _noise(size, 2 + garment)
    mask = Image.new("L", person.size)
    mask.paste(
        255, (setting.width // 4, setting.height // 4, setting.width * 3 // 4, setting.height * 3 // 4)
    )
    start = _now(setting)
    picture = pipeline(
        person,
        reference,
        mask,
        densepose,
        num_inference_steps=setting.steps,
        generator=seeded([0]),
        keep_reference=not isinstance(pipeline, PublishedPipeline),
        on_step=on_step,
    )
    end = _now(setting)
    return _Run([after - before for before, after in pairwise(moments)], end - start, latents.cpu(), picture)


def _now(setting: Setting) -> float:
    if _on_cuda(setting):
        torch.cuda.synchronize(setting.device)
    return time.perf_counter()


def _on_cuda(setting: Setting) -> bool:
    return torch.device(setting.device).type == "cuda"


def _machine(setting: Setting) -> str:
    if _on_cuda(setting):
        return torch.cuda.get_device_name(setting.device)
    return f"CPU, threads: {torch.get_num_threads()}"


def _noise(size: tuple[int, int], seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8))


def _relative_difference(theirs: Tensor, mine: Tensor) -> float:
    return ((theirs.float() - mine.float()).abs().max() / theirs.float().abs().max()).item()


def _levels_apart(theirs: Image.Image, mine: Image.Image) -> int:
    return int(np.abs(np.asarray(theirs).astype(int) - np.asarray(mine).astype(int)).max())


def _in_new_process(work: Callable[..., T], *arguments: object) -> T:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak_resident() -> int | None:
    """High-water mark of this process's memory; `getrusage` would include its parent's."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024 if "VmHWM" in fields else None
