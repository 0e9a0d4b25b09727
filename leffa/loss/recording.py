"""Taking queries and keys out of any pair of `diffusers` UNets while they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, cast

from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn

from leffa.errors import OptionInvalid
from leffa.loss.flow import QueryKey

# The paper's layers: at 1/32 of the picture's sides or finer. Of SD 1.5 these are the 15 self-attentions of
# the down blocks 0-2 and the up blocks 1-3; the one of the mid block (1/64) is out.
COARSEST_STRIDE = 32


@dataclass
class Recording:
    """The inputs of the self-attentions `[B, tokens, channels]` of both UNets' last passes, by layer.

    attentions: the generative UNet's modules. Names are paths such as
    `down_blocks.0.attentions.0.transformer_blocks.0.attn1`; the order is that of execution.
    """

    attentions: dict[str, Attention]
    own: dict[str, Tensor] = field(default_factory=dict)
    reference: dict[str, Tensor] = field(default_factory=dict)

    def maps(self, image_size: tuple[int, int], coarsest_stride: int = COARSEST_STRIDE) -> list[QueryKey]:
        """Queries and keys of every recorded layer with a token for so many pixels a side, or more.

        image_size: (height, width) of the target picture in pixels. Raises `OptionInvalid` if a UNet
        did not run, or no layer is fine enough.
        """
        return list(self.named_maps(image_size, coarsest_stride).values())

    def named_maps(
        self, image_size: tuple[int, int], coarsest_stride: int = COARSEST_STRIDE
    ) -> dict[str, QueryKey]:
        """As `maps`, by the layers' names.

        Keys are projected from the reference's features by the generative UNet's own weights, as where it
        attends to them. Both with gradients, if the passes were run with them.
        """
        if not self.own or self.own.keys() - self.reference.keys():
            raise OptionInvalid("both UNets must run while their attention is recorded")
        fewest = image_size[0] * image_size[1] / coarsest_stride**2
        fine = [name for name, hidden in self.own.items() if hidden.shape[1] >= fewest]
        if not fine:
            raise OptionInvalid(f"no recorded layer has a token for every {coarsest_stride} pixels")
        return {name: self._layer(name) for name in fine}

    def _layer(self, name: str) -> QueryKey:
        attn = self.attentions[name]

        def split_heads(x: Tensor, norm: nn.Module | None) -> Tensor:
            heads = x.view(*x.shape[:2], attn.heads, -1).transpose(1, 2)
            return heads if norm is None else cast(Tensor, norm(heads))

        return QueryKey(
            split_heads(attn.to_q(self.own[name]), attn.norm_q),
            split_heads(attn.to_k(self.reference[name]), attn.norm_k),
        )


@contextmanager
def recorded_attention(
    unet: UNet2DConditionModel, reference_unet: UNet2DConditionModel, layers: Sequence[str] = ("*",)
) -> Iterator[Recording]:
    """While open, both UNets leave the inputs of their self-attentions behind; nothing else changes.

    The UNets need not be Leffa's: what counts is that the generative one's attention to the reference is
    that of its own projections to the reference UNet's features of the same layer. For anything else give
    `leffa_loss` queries and keys directly. layers: patterns of names (`*` is anything), for example
    `("up_blocks.*",)`. With gradient checkpointing, close before `backward`, which runs layers again.

    Raises `OptionInvalid` where no name matches.
    """
    attentions = {
        name: attn
        for name, attn in _self_attentions(unet).items()
        if any(fnmatchcase(name, pattern) for pattern in layers)
    }
    if not attentions:
        raise OptionInvalid(f"no self-attention of this UNet is named like {', '.join(layers)}")
    recording = Recording(attentions)
    reference = {n: a for n, a in _self_attentions(reference_unet).items() if n in attentions}
    hooks = [
        *(_keep(attn, name, recording.own) for name, attn in attentions.items()),
        *(_keep(attn, name, recording.reference) for name, attn in reference.items()),
    ]
    try:
        yield recording
    finally:
        for hook in hooks:
            hook.remove()


def _self_attentions(unet: UNet2DConditionModel) -> dict[str, Attention]:
    return {
        f"{name}.attn1": block.attn1
        for name, block in unet.named_modules()
        if isinstance(block, BasicTransformerBlock)
    }


def _keep(attn: Attention, name: str, place: dict[str, Tensor]) -> Any:
    def keep(_attn: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        place[name] = inputs[0]

    return attn.register_forward_pre_hook(keep)
