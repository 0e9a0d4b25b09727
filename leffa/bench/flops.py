"""Floating-point operations of one picture, counted on tensors without memory.

Every pass is run by the pipeline's own functions on the meta device and counted by PyTorch (matrix
products and convolutions, a multiply-add is two operations). A picture's count is the sum of the passes
that `LeffaPipeline` makes for it; a test runs the real pipeline at a small size and finds the same sums.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from leffa import configs
from leffa.errors import OptionInvalid
from leffa.model import DENSEPOSE_CHANNELS, MASK_CHANNELS, LeffaModel
from leffa.presets import PUBLISHED

T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """What a picture asks for, and what the pipeline still remembers of earlier ones.

    new_references: latents that the reference UNet has to see wherever it runs: 2 (the garment's and
    the unconditional half's all-zero one), 1 (the garment's) or 0.
    """

    name: str
    new_references: int
    guidance: bool = True
    acceleration: bool = False

    @property
    def garment_cached(self) -> bool:
        """Then its latent is known too, and its picture is not encoded."""
        return self.new_references == 0


COLD = Case("first picture of the process", 2)
NEW_GARMENT = Case("new garment", 1)
CACHED_GARMENT = Case("cached garment", 0)
CASES = (
    COLD,
    NEW_GARMENT,
    CACHED_GARMENT,
    Case("accelerated, first picture of the process", 2, acceleration=True),
    Case("accelerated, new garment", 1, acceleration=True),
    Case("accelerated, cached garment", 0, acceleration=True),
    Case("guidance 1, new garment", 1, guidance=False),
    Case("guidance 1, cached garment", 0, guidance=False),
)


@dataclass(frozen=True)
class Passes:
    """Operations of one call of each part, and what a reference leaves behind.

    Ours, for one latent or sample (they grow in proportion): `reference` up to and with its keys and
    values, `generative` with these given. The published way's, for both halves of the guidance.
    """

    encode: int
    decode: int
    reference: int
    generative: int
    published_reference: int
    published_generative: int
    kept_elements: int
    """Numbers in the keys and values of one reference at one timestep."""


@dataclass(frozen=True)
class Cost:
    """Operations of one picture, and of its steps alone (no VAE) divided by their number."""

    step: float
    picture: int

    def share_of(self, other: Cost) -> tuple[float, float]:
        """This step and picture as fractions of `other`'s."""
        return self.step / other.step, self.picture / other.picture


@dataclass(frozen=True)
class CaseCost:
    """Our cost of a case beside that of the published way, which always guides and remembers nothing."""

    case: Case
    ours: Cost
    published: Cost


@dataclass(frozen=True)
class CachePrice:
    """Bytes of the keys and values kept of one reference, in half precision."""

    timestep: int
    schedule: int
    """All timesteps of one picture; with reference acceleration, `timestep` is all there is."""


@dataclass(frozen=True)
class FlopReport:
    """Counts for one model and size, batch 1."""

    model: str
    height: int
    width: int
    steps: int
    passes: Passes
    cases: tuple[CaseCost, ...]
    cache: CachePrice

    def cost_of(self, case: Case) -> CaseCost:
        return next(cost for cost in self.cases if cost.case == case)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)


def count(
    model_name: Literal["viton_hd", "deep_fashion"], height: int = 1024, width: int = 768, steps: int = 30
) -> FlopReport:
    """Count the full-size published model at this size in pixels; some seconds, and no memory to speak of."""
    return count_base(configs.FOLDER / PUBLISHED[model_name].base, height, width, steps, name=model_name)


def count_base(base_dir: Path, height: int, width: int, steps: int, *, name: str) -> FlopReport:
    """Count any model by its configurations in `base_dir`, and call it `name` in the report.

    Raises `OptionInvalid` for sizes that are no multiple of 8 or for no steps, `WeightsMissing` or
    `WeightsUnreadable` for the configurations.
    """
    if min(height, width, steps) < 1 or height % 8 or width % 8:
        raise OptionInvalid(f"sides must be multiples of 8 and steps 1 or more: {height}, {width}, {steps}")
    passes = count_passes(base_dir, height, width)
    timestep = passes.kept_elements * torch.float16.itemsize
    return FlopReport(
        name,
        height,
        width,
        steps,
        passes,
        tuple(CaseCost(case, _ours(case, passes, steps), _published(case, passes, steps)) for case in CASES),
        CachePrice(timestep, timestep * steps),
    )


def count_passes(base_dir: Path, height: int, width: int) -> Passes:
    """Run each part once on the meta device, both ways."""
    model = _on_meta(base_dir, published=False)
    published = _on_meta(base_dir, published=True)
    latents = _latents(model, height, width)
    samples = 2 * model.latent_channels + MASK_CHANNELS + DENSEPOSE_CHANNELS
    sample = latents.new_empty(1, samples, *latents.shape[2:])
    reference, known = counted(lambda: model.project_reference(model.reference_features(latents, 1)))
    published_reference, features = counted(
        lambda: published.reference_features(latents.repeat(2, 1, 1, 1), 1)
    )
    return Passes(
        encode=counted(lambda: model.encode(latents.new_empty(1, 3, height, width)))[0],
        decode=counted(lambda: model.decode(latents))[0],
        reference=reference,
        generative=counted(lambda: model.predict_noise(sample, 1, known))[0],
        published_reference=published_reference,
        published_generative=counted(lambda: published.predict_noise(sample.repeat(2, 1, 1, 1), 1, features))[
            0
        ],
        kept_elements=sum(tensor.numel() for pair in known for tensor in pair),
    )


def counted(work: Callable[[], T]) -> tuple[int, T]:
    """Operations of `work` (without gradients) and what it returned.

    Attention is made to run as two plain matrix products: of the fused kernels, PyTorch counts only some.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        result = work()
    return counter.get_total_flops(), result


def _on_meta(base_dir: Path, *, published: bool) -> LeffaModel:
    with torch.device("meta"):
        model = LeffaModel.from_base(base_dir, published=published)
    if not published:
        model.drop_unused()
    return model.eval()


def _latents(model: LeffaModel, height: int, width: int) -> Tensor:
    factor = model.vae_scale_factor
    size = (1, model.latent_channels, -(-height // factor), -(-width // factor))
    return torch.empty(size, device="meta", dtype=model.dtype)


def _ours(case: Case, passes: Passes, steps: int) -> Cost:
    reference_runs = 1 if case.acceleration else steps
    denoising = steps * (1 + case.guidance) * passes.generative
    denoising += reference_runs * case.new_references * passes.reference
    encodings = 1 if case.garment_cached else 2
    return Cost(denoising / steps, encodings * passes.encode + denoising + passes.decode)


def _published(case: Case, passes: Passes, steps: int) -> Cost:
    reference_runs = 1 if case.acceleration else steps
    denoising = steps * passes.published_generative + reference_runs * passes.published_reference
    return Cost(denoising / steps, 2 * passes.encode + denoising + passes.decode)
