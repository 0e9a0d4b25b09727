"""The Leffa model: a VAE and two UNets of stock `diffusers` parts, weight-compatible with the published.

    reference picture -> vae -> unet_encoder --features--> unet -> noise prediction -> vae -> picture

The reference UNet (`unet_encoder`) sees the latent of the garment (in pose transfer: of the person) and
yields one feature per transformer block; the generative UNet (`unet`) attends to them while it predicts
the noise in the person's latent. Neither reads text. SD 1.5-like (try-on) and SDXL-like (pose
transfer) models differ in their configuration files only.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch import Tensor, nn

from leffa.attention import (
    AttendingProcessor,
    KeyValue,
    RecordingProcessor,
    SkippedProcessor,
    project_key_value,
)
from leffa.checkpoint import check_keys, load_into, open_checkpoint
from leffa.errors import WeightsMissing, WeightsUnreadable

MASK_CHANNELS = 1
DENSEPOSE_CHANNELS = 3


class LeffaModel(nn.Module):
    """`vae`, `unet_encoder` (reference UNet), `unet` (generative UNet), and the schedule's configuration.

    With L latent channels (4 in the published models) and `[h, w]` the picture's size divided by
    `vae_scale_factor` (8): `unet_encoder` takes `[B, L, h, w]`; `unet` takes `[B, 2 L + 4, h, w]`, which is
    noisy latent (L), mask (1), masked-person latent (L), DensePose (3), and returns `[B, L, h, w]`.
    """

    def __init__(
        self,
        vae_config: dict[str, Any],
        unet_config: dict[str, Any],
        scheduler_config: dict[str, Any],
        *,
        published: bool = False,
    ) -> None:
        """Random weights under every published key. `published`: compute the published way (bench only)."""
        super().__init__()
        self.vae = AutoencoderKL.from_config(_known(AutoencoderKL, vae_config))
        latent_channels: int = self.vae.config.latent_channels
        unet_config = _known(UNet2DConditionModel, unet_config)
        self.unet_encoder = UNet2DConditionModel.from_config(unet_config, in_channels=latent_channels)
        self.unet = UNet2DConditionModel.from_config(
            unet_config, in_channels=2 * latent_channels + MASK_CHANNELS + DENSEPOSE_CHANNELS
        )
        self.scheduler_config = dict(scheduler_config)
        # Published: the SDXL-like model is trained with zero terminal SNR, whatever its file says.
        if unet_config.get("addition_embed_type") == "text_time":
            self.scheduler_config["rescale_betas_zero_snr"] = True
        for unet in (self.unet_encoder, self.unet):
            unet.register_to_config(addition_embed_type=None)  # neither pooled text nor size ids
        recorded = transformer_blocks(self.unet_encoder)
        for index, block in enumerate(recorded):
            last = index == len(recorded) - 1 and not published
            block.attn1.set_processor(RecordingProcessor(index, last=last))
            block.attn2.set_processor(SkippedProcessor())
        for index, block in enumerate(transformer_blocks(self.unet)):
            block.attn1.set_processor(AttendingProcessor(index, published=published))
            block.attn2.set_processor(SkippedProcessor())
        self.published = published
        self.num_features = len(recorded)

    @classmethod
    def from_base(cls, base_dir: Path | str, *, published: bool = False) -> LeffaModel:
        """Random weights after the configurations in `base_dir/{vae,unet,scheduler}`.

        Raises `WeightsMissing` or `WeightsUnreadable` for a missing or damaged configuration.
        """
        base = Path(base_dir)
        vae, unet, scheduler = (
            _read_config(base / part / name)
            for part, name in (
                ("vae", "config.json"),
                ("unet", "config.json"),
                ("scheduler", "scheduler_config.json"),
            )
        )
        return cls(vae, unet, scheduler, published=published)

    @classmethod
    def from_published(
        cls,
        base_dir: Path | str,
        checkpoint: Path | str,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> LeffaModel:
        """A published (or converted) checkpoint: keys `vae.*`, `unet_encoder.*`, `unet.*`, strictly.

        The modules are built without memory and each tensor goes from the mapped file straight to
        `dtype` on `device`; weights that no forward pass uses are checked, but not read. Ready to
        infer: `eval()`, no gradients. Raises `WeightsError`s (see `leffa.checkpoint`).
        """
        model, shapes = cls.without_memory(base_dir)
        file = open_checkpoint(Path(checkpoint))
        check_keys(file, shapes, unused=shapes.keys() - model.state_dict().keys())
        load_into(model, file.read, dtype, device)
        return model.eval()

    @classmethod
    def without_memory(cls, base_dir: Path | str) -> tuple[LeffaModel, dict[str, tuple[int, ...]]]:
        """On the meta device, without unused weights; and every key of a published file, with its shape."""
        with torch.device("meta"):
            model = cls.from_base(base_dir)
        shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
        model.drop_unused()
        return model, shapes

    def drop_unused(self) -> None:
        """Forget every weight that no forward pass reads (and the work after the last recorded feature).

        What stays of the reference UNet ends at the `norm1` of its last transformer block.
        """
        for unet in (self.unet_encoder, self.unet):
            unet.add_embedding = None
            for block in transformer_blocks(unet):
                _drop_attention(block.attn2)
        reference = self.unet_encoder
        last_up = max(i for i, block in enumerate(reference.up_blocks) if hasattr(block, "attentions"))
        reference.up_blocks = reference.up_blocks[: last_up + 1]
        reference.up_blocks[-1].upsamplers = None
        transformer = reference.up_blocks[-1].attentions[-1]
        block = transformer.transformer_blocks[-1]
        _drop_attention(block.attn1)
        block.norm2 = block.norm3 = block.ff = transformer.proj_out = nn.Identity()
        reference.conv_norm_out = None
        reference.conv_out = nn.Identity()

    @property
    def vae_scale_factor(self) -> int:
        """Pixels per latent, along one side."""
        return cast(int, 2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def latent_channels(self) -> int:
        return cast(int, self.vae.config.latent_channels)

    @property
    def zero_terminal_snr(self) -> bool:
        """Whether the last timestep is pure noise, so that sampling must not visit it."""
        return bool(self.scheduler_config.get("rescale_betas_zero_snr", False))

    @property
    def device(self) -> torch.device:
        return cast(torch.device, self.unet.conv_in.weight.device)

    @property
    def dtype(self) -> torch.dtype:
        return cast(torch.dtype, self.unet.conv_in.weight.dtype)

    def make_scheduler(self) -> DDPMScheduler:
        """A fresh ancestral DDPM scheduler, whatever the file names. It keeps state: one per request."""
        return DDPMScheduler.from_config(self.scheduler_config)

    def encode(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the latents, both scaled `[B, L, h, w]`.

        pixels: `[B, 3, H, W]` in -1..1.
        """
        posterior: DiagonalGaussianDistribution = self.vae.encode(pixels).latent_dist
        scale: float = self.vae.config.scaling_factor
        return posterior.mean * scale, posterior.std * scale

    def decode(self, latents: Tensor) -> Tensor:
        """Pixels `[B, 3, H, W]`, about -1..1 and not clamped, of scaled latents `[B, L, h, w]`."""
        pixels: Tensor = self.vae.decode(latents / self.vae.config.scaling_factor).sample
        return pixels

    def reference_features(self, latents: Tensor, timestep: Tensor | int) -> list[Tensor]:
        """One feature `[B, tokens, channels]` per transformer block, in order of execution.

        latents: `[B, L, h, w]`, the clean latent of the reference picture, or zeros (no reference).
        """
        features: list[Tensor | None] = [None] * self.num_features
        timestep = torch.as_tensor(timestep, device=latents.device)  # a compiled graph would fix an int
        self.unet_encoder(latents, timestep, None, cross_attention_kwargs={"features": features})
        return cast(list[Tensor], features)

    def project_reference(self, features: list[Tensor]) -> list[KeyValue]:
        """The features' keys and values by the weights of the generative UNet, block by block."""
        blocks = transformer_blocks(self.unet)
        return [
            project_key_value(block.attn1, feature) for block, feature in zip(blocks, features, strict=True)
        ]

    def predict_noise(
        self, sample: Tensor, timestep: Tensor | int, reference: list[KeyValue] | list[Tensor]
    ) -> Tensor:
        """Noise `[B, L, h, w]` in `sample` `[B, 2 L + 4, h, w]`, given keys and values of the reference.

        A model computing the published way takes the features instead.
        """
        timestep = torch.as_tensor(timestep, device=sample.device)
        output: Tensor = self.unet(
            sample, timestep, None, cross_attention_kwargs={"reference": reference}
        ).sample
        return output


def transformer_blocks(unet: UNet2DConditionModel) -> list[BasicTransformerBlock]:
    """The transformer blocks in order of execution: down, mid, up (a state dict lists down, up, mid)."""
    stages = [*unet.down_blocks, unet.mid_block, *unet.up_blocks]
    return [
        block
        for stage in stages
        for transformer in getattr(stage, "attentions", [])
        for block in transformer.transformer_blocks
    ]


def _known(kind: type[nn.Module], config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without what `kind` does not know (published files have leftovers of a training)."""
    known = inspect.signature(kind.__init__).parameters
    return {key: value for key, value in config.items() if key in known or key.startswith("_")}


def _drop_attention(attn: nn.Module) -> None:
    attn.to_q = attn.to_k = attn.to_v = nn.Identity()
    attn.to_out = nn.ModuleList()


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissing(f"no configuration at {path}") from error
    except (OSError, ValueError) as error:
        raise WeightsUnreadable(f"{path} is no configuration: {error}") from error
    if not isinstance(config, dict):
        raise WeightsUnreadable(f"{path} is no configuration: a JSON object is expected")
    return config
