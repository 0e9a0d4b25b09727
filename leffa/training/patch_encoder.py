"""A VAE encoder that is computed instead of trained: the principal components of 4x4 pixel patches.

Any stock `AutoencoderKL` with three levels can hold it exactly. Its strided convolutions move pixels into
channels, its residual branches are silenced, and the one non-linear stretch (group normalisation and SiLU
before the last convolution) is made linear: two large constant channels in each group fix the deviation
that is divided by, and carry along the mean that is subtracted; a large bias keeps SiLU where it is straight.

So latents are at once what a linear code of their size can be, and the UNets can train while the decoder
still does. Only for stylised pictures: photos need a trained encoder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn

PATCH = 4
COLOURS = 3
GROUP = 8
SIGNALS = GROUP - 2  # channels of a group that carry pixels; the other two are +-CONSTANT
# The deviation of a group is CONSTANT / 2, but for a few millionths that the signals add.
CONSTANT = 128.0
DEVIATION = CONSTANT / 2
SHIFT = 16.0  # SiLU(x) is x there, and still at 14, to a few millionths
LOG_VARIANCE = -12.0
# Where the 48 channels of a patch lie among the channels of the last level.
SLOTS = [GROUP * (i // SIGNALS) + i % SIGNALS for i in range(PATCH * PATCH * COLOURS)]


@dataclass(frozen=True)
class PatchCode:
    """latents = basis @ patch + offset, for patches `[48]` in -1..1, in the order (row, column, colour)."""

    basis: NDArray[np.float64]
    offset: NDArray[np.float64]


def fit_patch_code(pictures: NDArray[np.uint8], latent_channels: int) -> PatchCode:
    """Principal components of patches of `pictures` `[N, H, W, 3]`, over the roots of their deviations.

    Half-way between plain components (colour drowns detail) and whitened ones (detail counts as colour).
    """
    patches = _patches(pictures).reshape(-1, PATCH * PATCH * COLOURS)
    variances, vectors = np.linalg.eigh(np.cov(patches.T))
    chosen = np.argsort(variances)[::-1][:latent_channels]
    basis = vectors[:, chosen].T / variances[chosen, None] ** 0.25
    return PatchCode(basis, -basis @ patches.mean(axis=0))


def encode_patches(code: PatchCode, pictures: NDArray[np.uint8]) -> Tensor:
    """Unscaled latents `[N, L, h, w]` of `pictures` `[N, H, W, 3]`: the VAE's, without running it."""
    latents = _patches(pictures) @ code.basis.T + code.offset
    return torch.from_numpy(latents).permute(0, 3, 1, 2).float()


@torch.no_grad()
def set_patch_encoder(vae: AutoencoderKL, code: PatchCode) -> None:
    """Write `code` into the encoder of `vae` (three levels, 64 channels in the last, groups of 8)."""
    encoder = vae.encoder
    for parameter in [*encoder.parameters(), *vae.quant_conv.parameters()]:
        parameter.zero_()
    blocks = encoder.down_blocks
    _pass_through(encoder.conv_in, COLOURS)
    channels = COLOURS
    for block in blocks:
        for resnet in block.resnets:
            if resnet.conv_shortcut is not None:
                _pass_through(resnet.conv_shortcut, channels)
        for sampler in block.downsamplers or []:
            _pixels_to_channels(sampler.conv, channels)
            channels *= 4
    # The last level's shortcut also spreads the signals over the groups and adds the constants.
    shortcut = blocks[-1].resnets[0].conv_shortcut
    assert isinstance(shortcut, nn.Conv2d)
    assert shortcut.bias is not None
    shortcut.weight.zero_()
    shortcut.weight[SLOTS, range(channels), 0, 0] = 1.0
    groups = range(0, shortcut.out_channels, GROUP)
    plus, minus = [g + SIGNALS for g in groups], [g + SIGNALS + 1 for g in groups]
    shortcut.bias[plus], shortcut.bias[minus] = CONSTANT, -CONSTANT
    encoder.conv_norm_out.weight[:] = DEVIATION
    encoder.conv_norm_out.weight[plus], encoder.conv_norm_out.weight[minus] = 1.0, -1.0
    encoder.conv_norm_out.bias[:] = SHIFT
    _set_read_out(encoder.conv_out, code)
    latent_channels = vae.config.latent_channels
    vae.quant_conv.weight[range(latent_channels), range(latent_channels), 0, 0] = 1.0
    vae.quant_conv.bias[latent_channels:] = LOG_VARIANCE


def _patches(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`[N, h, w, 48]` in -1..1."""
    count, height, width, _ = pictures.shape
    grid = pictures.reshape(count, height // PATCH, PATCH, width // PATCH, PATCH, COLOURS)
    flat = grid.transpose(0, 1, 3, 2, 4, 5).reshape(count, height // PATCH, width // PATCH, -1)
    return flat / 127.5 - 1.0


def _pass_through(conv: nn.Conv2d, channels: int) -> None:
    centre = conv.kernel_size[0] // 2
    conv.weight[range(channels), range(channels), centre, centre] = 1.0


def _pixels_to_channels(conv: nn.Conv2d, channels: int) -> None:
    """Channel c of pixel (row, column) of each 2x2 block becomes channel (2 row + column) channels + c."""
    for row in range(2):
        for column in range(2):
            first = (2 * row + column) * channels
            conv.weight[range(first, first + channels), range(channels), row, column] = 1.0


@torch.no_grad()
def read_patch_code(vae: AutoencoderKL) -> PatchCode:
    """The code that `set_patch_encoder` wrote into `vae`, as far as its weights' precision holds it."""
    conv, latent_channels = vae.encoder.conv_out, vae.config.latent_channels
    weight = conv.weight[:latent_channels, :, 1, 1]
    offset = conv.bias[:latent_channels] + SHIFT * weight.sum(dim=1)
    basis = np.empty((latent_channels, len(SLOTS)))
    basis[:, _channel_order()] = weight[:, SLOTS].double().numpy()
    return PatchCode(basis, offset.double().numpy())


def _set_read_out(conv: nn.Conv2d, code: PatchCode) -> None:
    """The basis, on signals freed from the shift and from the mean that the normalisation took away."""
    latent_channels = len(code.basis)
    weight = torch.zeros(latent_channels, conv.in_channels)
    weight[:, SLOTS] = torch.from_numpy(code.basis[:, _channel_order()]).float()
    # mean of a group = -DEVIATION / 2 * (its plus channel - its turned minus channel, both normalised)
    for group in range(0, conv.in_channels, GROUP):
        carried = -DEVIATION / 2 * weight[:, group : group + SIGNALS].sum(dim=1)
        weight[:, group + SIGNALS] = carried
        weight[:, group + SIGNALS + 1] = -carried
    conv.weight[:latent_channels, :, 1, 1] = weight
    assert conv.bias is not None
    conv.bias[:latent_channels] = -SHIFT * weight.sum(dim=1) + torch.from_numpy(code.offset).float()


def _channel_order() -> list[int]:
    """Index in a patch (row, column, colour) of each of the 48 channels after two `_pixels_to_channels`."""
    order = []
    for outer in range(4):  # which 2x2 block of the patch
        for inner in range(4):  # which pixel of that block
            row = 2 * (outer // 2) + inner // 2
            column = 2 * (outer % 2) + inner % 2
            order += [(row * PATCH + column) * COLOURS + colour for colour in range(COLOURS)]
    return order
