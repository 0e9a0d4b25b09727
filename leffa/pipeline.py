"""From four pictures to one: encode, denoise, decode.

The pipeline takes what the model reads (person, reference, mask, DensePose picture, all framed alike); how
to make these from two photos is `leffa.dressing`'s business.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from leffa.attention import KeyValue
from leffa.errors import Cancelled, OptionInvalid
from leffa.guidance import guide, needs_conditional, needs_unconditional, rescale
from leffa.model import LeffaModel
from leffa.noise import Generators, normal, reference_noise, seeded
from leffa.pictures import LeffaTransform, repaint, to_pictures
from leffa.preview import LinearPreview
from leffa.reference_cache import Entry, ReferenceCache, default_cache_bytes, fingerprint

Pictures = Image.Image | Sequence[Image.Image]
_UNCONDITIONAL = "unconditional"


@dataclass(frozen=True)
class Step:
    """What a step callback sees, after step `index` (0-based) of `total`."""

    index: int
    total: int
    timestep: int
    latents: Tensor
    """[B, L, h, w], still noisy (but for the last step)."""
    predicted: Tensor
    """[B, L, h, w], the clean latents as far as they can be told at this step."""
    preview: Callable[[], list[Image.Image]] | None = None
    """Makes one small picture per sample of `predicted`; None when bare tensors are denoised."""


# Called after every step; to return False cancels, anything else goes on.
OnStep = Callable[[Step], bool | None]


class LeffaPipeline:
    """Virtual try-on and pose transfer with one `LeffaModel`; keeps reference features between calls.

    Clear `reference_cache` when the model's weights have changed.
    """

    def __init__(self, model: LeffaModel, *, cache_bytes: int | None = None) -> None:
        """cache_bytes: bound of what is kept of references; None chooses by the model's device."""
        self.model = model
        self.reference_cache = ReferenceCache(
            default_cache_bytes(model.device) if cache_bytes is None else cache_bytes
        )

    @overload
    def __call__(
        self,
        source: Image.Image,
        reference: Image.Image,
        mask: Image.Image,
        densepose: Image.Image,
        *,
        num_inference_steps: int = ...,
        guidance_scale: float = ...,
        ref_acceleration: bool = ...,
        repaint: bool = ...,
        generator: Generators = ...,
        latents: Tensor | None = ...,
        posterior_noise: tuple[Tensor, Tensor] | None = ...,
        keep_reference: bool = ...,
        on_step: OnStep | None = ...,
    ) -> Image.Image: ...

    @overload
    def __call__(
        self,
        source: Sequence[Image.Image],
        reference: Sequence[Image.Image],
        mask: Sequence[Image.Image],
        densepose: Sequence[Image.Image],
        *,
        num_inference_steps: int = ...,
        guidance_scale: float = ...,
        ref_acceleration: bool = ...,
        repaint: bool = ...,
        generator: Generators = ...,
        latents: Tensor | None = ...,
        posterior_noise: tuple[Tensor, Tensor] | None = ...,
        keep_reference: bool = ...,
        on_step: OnStep | None = ...,
    ) -> list[Image.Image]: ...

    @torch.no_grad()
    def __call__(
        self,
        source: Pictures,
        reference: Pictures,
        mask: Pictures,
        densepose: Pictures,
        *,
        num_inference_steps: int = 30,
        guidance_scale: float = 2.5,
        ref_acceleration: bool = False,
        repaint: bool = False,
        generator: Generators = None,
        latents: Tensor | None = None,
        posterior_noise: tuple[Tensor, Tensor] | None = None,
        keep_reference: bool = True,
        on_step: OnStep | None = None,
    ) -> Image.Image | list[Image.Image]:
        """One picture for one of each, a list for sequences of B; the size is the source's, floored to 8.

        source: the person to repaint; reference: whose appearance is carried over (garment; in pose
        transfer the person); mask: white where to repaint; densepose: the control picture.
        num_inference_steps: 1..999. guidance_scale: >= 0, the published demo offers 0.1..5.
        ref_acceleration: run the reference UNet at the middle timestep only. repaint: put the
        source's own pixels back outside the mask. generator: a list of one per picture (the same
        picture alone or in a batch, see `leffa.noise.seeded`), a single one (draws for the batch as a
        whole), or None for a random picture. latents: initial noise `[B, L, h, w]` and posterior_noise:
        (masked person's, reference's), to repeat a recorded run. keep_reference: whether later calls
        may reuse what is computed of the reference. on_step: see `OnStep`.

        Raises `OptionInvalid` before any work, `Cancelled` when `on_step` returns False.
        """
        alone = isinstance(source, Image.Image)
        first = source if isinstance(source, Image.Image) else _first(source)
        inputs = LeffaTransform(height=first.height, width=first.width)(source, reference, mask, densepose)
        batch, _, height, width = inputs.source.shape
        generator = (
            generator if generator is not None else seeded([secrets.randbits(62) for _ in range(batch)])
        )
        factor = self.model.vae_scale_factor
        shape = (batch, self.model.latent_channels, -(-height // factor), -(-width // factor))
        self.check_inputs(shape, num_inference_steps, guidance_scale, generator)

        given = [*(posterior_noise or ()), *([] if latents is None else [latents])]
        if any(tensor.shape != shape for tensor in given):
            raise OptionInvalid(f"latents and posterior noise must be {list(shape)}")

        pixels = [x.to(self.model.device, self.model.dtype) for x in inputs]
        source_pixels, reference_pixels, mask_pixels, densepose_pixels = pixels
        masked = source_pixels * (mask_pixels < 0.5)
        device, dtype = self.model.device, self.model.dtype
        if posterior_noise is None:
            masked_latent = self._sample(masked, normal(shape, generator, device, dtype))
            reference_latent = self._encode_references(reference_pixels, keep=keep_reference)
        else:
            masked_latent = self._sample(masked, posterior_noise[0].to(device, dtype))
            reference_latent = self._sample(reference_pixels, posterior_noise[1].to(device, dtype))
        if latents is None:
            latents = normal(shape, generator, device, dtype)
        latents = self.denoise(
            masked_latent,
            reference_latent,
            F.interpolate(mask_pixels, shape[-2:]),
            F.interpolate(densepose_pixels, shape[-2:]),
            latents.to(device, dtype),
            num_inference_steps=num_inference_steps,
            guidance_scale=guidance_scale,
            ref_acceleration=ref_acceleration,
            generator=generator,
            keep_reference=keep_reference,
            on_step=on_step
            and _with_preview(
                on_step,
                LinearPreview(
                    torch.cat([masked_latent, reference_latent]), torch.cat([masked, reference_pixels])
                ),
            ),
        )
        pictures = to_pictures(self.model.decode(latents))
        if repaint:
            pictures = _repainted(pictures, inputs.source, inputs.mask)
        return pictures[0] if alone else pictures

    @torch.no_grad()
    def denoise(
        self,
        masked_latent: Tensor,
        reference_latent: Tensor,
        mask_latent: Tensor,
        densepose_latent: Tensor,
        latents: Tensor,
        *,
        num_inference_steps: int = 30,
        guidance_scale: float = 2.5,
        ref_acceleration: bool = False,
        generator: Generators = None,
        keep_reference: bool = True,
        on_step: OnStep | None = None,
    ) -> Tensor:
        """The denoised, still scaled latents `[B, L, h, w]` from initial noise `latents` of that shape.

        masked_latent, reference_latent: `[B, L, h, w]`, scaled; mask_latent: `[B, 1, h, w]`, 1 = repaint;
        densepose_latent: `[B, 3, h, w]` in -1..1. Options and errors as for a call with pictures.
        """
        shape = (latents.shape[0], latents.shape[1], latents.shape[2], latents.shape[3])
        self.check_inputs(shape, num_inference_steps, guidance_scale, generator)
        if not masked_latent.shape == reference_latent.shape == latents.shape:
            raise OptionInvalid("masked, reference and initial latents must have one shape")
        scheduler = self.model.make_scheduler()
        scheduler.set_timesteps(num_inference_steps)
        timesteps = [int(t) for t in scheduler.timesteps]
        halves = needs_unconditional(guidance_scale) + needs_conditional(guidance_scale)
        keys = (
            [fingerprint(latent) for latent in reference_latent] if needs_conditional(guidance_scale) else []
        )
        condition = torch.cat([mask_latent, masked_latent, densepose_latent], dim=1)

        middle = timesteps[num_inference_steps // 2]
        known: list[KeyValue] | list[Tensor] | None = None
        for index, timestep in enumerate(timesteps):
            if known is None or not ref_acceleration:
                at = middle if ref_acceleration else timestep
                known = self._reference(
                    reference_latent, keys, at, needs_unconditional(guidance_scale), keep=keep_reference
                )
            sample = torch.cat([latents, condition], dim=1).repeat(halves, 1, 1, 1)
            noise = self.model.predict_noise(sample, timestep, known)
            if halves == 2:
                unconditional, conditional = noise.chunk(2)
                noise = rescale(
                    guide(unconditional, conditional, guidance_scale), conditional, guidance_scale
                )
            result = scheduler.step(noise, timestep, latents, generator=generator)
            latents = result.prev_sample
            step = Step(index, num_inference_steps, timestep, latents, result.pred_original_sample)
            if on_step is not None and on_step(step) is False:
                raise Cancelled(f"cancelled after step {index + 1} of {num_inference_steps}")
        return latents

    def check_inputs(
        self,
        shape: tuple[int, int, int, int],
        num_inference_steps: int,
        guidance_scale: float,
        generator: Generators,
    ) -> None:
        """Raise `OptionInvalid` for what the schedule, the guidance or the batch cannot work with."""
        trained: int = self.model.scheduler_config.get("num_train_timesteps", 1000)
        if not 1 <= num_inference_steps < trained:
            raise OptionInvalid(f"steps must be 1..{trained - 1}, got {num_inference_steps}")
        first = (num_inference_steps - 1) * (trained // num_inference_steps) + 1
        if self.model.zero_terminal_snr and first >= trained - 1:
            raise OptionInvalid(
                f"{num_inference_steps} steps start at timestep {first}, where this model has no signal left"
            )
        if not 0 <= guidance_scale < float("inf"):
            raise OptionInvalid(f"guidance scale must be 0 or more, got {guidance_scale}")
        if isinstance(generator, list) and len(generator) != shape[0]:
            raise OptionInvalid(f"{len(generator)} generators for {shape[0]} pictures")
        if shape[1] != self.model.latent_channels:
            raise OptionInvalid(f"{self.model.latent_channels} latent channels are needed, got {shape[1]}")

    def _sample(self, pixels: Tensor, noise: Tensor) -> Tensor:
        mean, std = self.model.encode(pixels)
        return mean + std * noise

    def _encode_references(self, pixels: Tensor, *, keep: bool) -> Tensor:
        """Latents of reference pictures, each by itself and from memory where it was seen before."""
        latents = []
        for one in pixels:
            key = fingerprint(one)
            latent = self.reference_cache.get_latent(key)
            if latent is None:
                mean, std = self.model.encode(one[None])
                latent = (mean + std * reference_noise(tuple(mean.shape), mean.device, mean.dtype))[0]
                if keep:
                    self.reference_cache.put_latent(key, latent)
            latents.append(latent)
        return torch.stack(latents)

    def _reference(
        self, latent: Tensor, keys: list[str], timestep: int, unconditional: bool, *, keep: bool
    ) -> list[KeyValue] | list[Tensor]:
        """Keys and values of every reference at one timestep, the unconditional half first.

        Only what no cache holds is computed, in one batch: each distinct reference once, and the
        all-zero latent of the unconditional half once for the whole batch.
        """
        wanted: dict[str, Tensor] = {}
        if unconditional:
            wanted[f"{_UNCONDITIONAL}{tuple(latent.shape[1:])}"] = torch.zeros_like(latent[0])
        order = [next(iter(wanted))] * len(latent) if unconditional else []
        wanted |= dict(zip(keys, latent, strict=False))
        order += keys

        cached = {key: self.reference_cache.get(key, timestep) for key in wanted}
        found = {key: entry for key, entry in cached.items() if entry is not None}
        missing = [key for key in wanted if key not in found]
        if missing:
            features = self.model.reference_features(torch.stack([wanted[key] for key in missing]), timestep)
            projected = self.model.project_reference(features)
            for row, key in enumerate(missing):
                # Copies: a view would keep the whole batch alive, other people's references too.
                entry: Entry = [(k[row].clone(), v[row].clone()) for k, v in projected]
                found[key] = entry
                if keep or key.startswith(_UNCONDITIONAL):
                    self.reference_cache.put(key, timestep, entry, pinned=key.startswith(_UNCONDITIONAL))
        return [
            (torch.stack([k for k, _ in block]), torch.stack([v for _, v in block]))
            for block in zip(*(found[key] for key in order), strict=True)
        ]


def _first(pictures: Sequence[Image.Image]) -> Image.Image:
    if not pictures:
        raise OptionInvalid("no picture was given")
    return pictures[0]


def _with_preview(on_step: OnStep, preview: LinearPreview) -> OnStep:
    return lambda step: on_step(replace(step, preview=lambda: preview(step.predicted)))


def _repainted(pictures: list[Image.Image], source: Tensor, mask: Tensor) -> list[Image.Image]:
    people = to_pictures(source)
    masks = to_pictures(mask.expand(-1, 3, -1, -1) * 2 - 1)
    return [
        repaint(person, one_mask, picture)
        for person, one_mask, picture in zip(people, masks, pictures, strict=True)
    ]
