"""How the two UNets of Leffa talk: three attention processors for stock `diffusers` UNets.

The reference UNet *records* the input of every self-attention (the output of `norm1`); the generative
UNet *attends* to these features beside its own tokens (paper section 3.1, "spatial concatenation").
Cross-attention is *skipped* in both: its processor returns its input, and because a transformer
block adds the result to the hidden state, the block computes `h + norm2(h)`.

The features travel as arguments (`cross_attention_kwargs`), not as module state, so one model can
serve several requests at the same time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers.models.attention_processor import Attention
from torch import Tensor

# One block's reference: its keys and values, or (published way) the features they come from.
KeyValue = tuple[Tensor, Tensor]


def project_key_value(attn: Attention, features: Tensor) -> KeyValue:
    """Keys and values `[batch, tokens, channels]` of `features`, by the weights of `attn`."""
    return attn.to_k(features), attn.to_v(features)


def scaled_dot_product(attn: Attention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Multi-head attention and output projection; all arguments `[batch, tokens, channels]`."""

    def split_heads(x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], attn.heads, -1).transpose(1, 2)

    out = F.scaled_dot_product_attention(split_heads(query), split_heads(key), split_heads(value))
    projected: Tensor = attn.to_out[0](out.transpose(1, 2).flatten(2))
    return projected


class RecordingProcessor:
    """Self-attention of the reference UNet: puts its input into `features[index]`, then attends to itself.

    The last recorded block has nothing to compute any more (`last`): no forward pass uses its output.
    """

    def __init__(self, index: int, *, last: bool) -> None:
        self.index = index
        self.last = last

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        features: list[Tensor | None] | None = None,
    ) -> Tensor:
        if features is not None:
            features[self.index] = hidden_states
        if self.last:
            return hidden_states
        return scaled_dot_product(attn, attn.to_q(hidden_states), *project_key_value(attn, hidden_states))


class AttendingProcessor:
    """Self-attention of the generative UNet over its own tokens and the reference's, `[own; reference]`.

    Queries exist for the own tokens only: the published code computes as many again for the
    reference tokens and drops their outputs. `published=True` does exactly that, from features
    instead of keys and values; it is there for the bench to measure against.
    """

    def __init__(self, index: int, *, published: bool = False) -> None:
        self.index = index
        self.published = published

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        reference: list[KeyValue] | list[Tensor] | None = None,
    ) -> Tensor:
        assert reference is not None
        mine = reference[self.index]
        if self.published:
            assert isinstance(mine, Tensor)
            both = torch.cat([hidden_states, mine], dim=1)
            out = scaled_dot_product(attn, attn.to_q(both), *project_key_value(attn, both))
            return out[:, : hidden_states.shape[1]]
        key, value = project_key_value(attn, hidden_states)
        key = torch.cat([key, mine[0]], dim=1)
        value = torch.cat([value, mine[1]], dim=1)
        return scaled_dot_product(attn, attn.to_q(hidden_states), key, value)


class SkippedProcessor:
    """Cross-attention of both UNets: there is no text, the input is returned as it is."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        features: list[Tensor | None] | None = None,
        reference: list[KeyValue] | list[Tensor] | None = None,
    ) -> Tensor:
        return hidden_states
