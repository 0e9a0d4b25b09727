"""What a training begins with: published Leffa weights, Stable Diffusion's for inpainting, or new UNets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors import SafetensorError
from torch import Tensor, nn

from leffa import mini
from leffa.checkpoint import open_checkpoint
from leffa.errors import WeightsMismatch, WeightsMissing, WeightsUnreadable
from leffa.model import LeffaModel
from leffa.presets import MINI, MINI_POSE, PUBLISHED, Preset
from leffa.training.config import Model, TrainConfig, Unet
from leffa.weights import MINI_NAME, load_model
from leffa.weights.folder import find_files

_UNET = {
    "_class_name": "UNet2DConditionModel",
    "act_fn": "silu",
    # Nothing reads text, but every block with attention is made with room for it.
    "cross_attention_dim": 8,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 9,
    "norm_eps": 1e-5,
    "sample_size": 32,
}


def begin(model: Model, seed: int) -> LeffaModel:
    """The model on the CPU in float32, without weights that no pass reads, ready to train both UNets.

    seed: of new UNets. Raises `WeightsError`s.
    """
    started = _begin(model, seed)
    started.vae.requires_grad_(False).eval()
    for unet in (started.unet_encoder, started.unet):
        unet.requires_grad_(True).train()
    return started


def shape_of(model: Model) -> LeffaModel:
    """The same without memory for its weights, to count. Raises `WeightsError`s for configurations."""
    with torch.device("meta"):
        shape = LeffaModel(**configs(model))
    shape.drop_unused()
    return shape


def configs(model: Model) -> dict[str, Any]:
    """`LeffaModel`'s arguments: the configurations of the VAE, the UNets and the schedule.

    Raises `WeightsMissing`, `WeightsUnreadable`.
    """
    base = _base(model)
    vae = base / "vae" if model.vae is None else Path(model.vae)
    return {
        "vae_config": _read(vae / "config.json"),
        "unet_config": _read(base / "unet" / "config.json") if model.unet is None else _new(model.unet, vae),
        "scheduler_config": _read(base / "scheduler" / "scheduler_config.json"),
    }


def preset_of(config: TrainConfig, size: tuple[int, int]) -> Preset:
    """How pictures are made with what is trained: framed as the training pictures of `size` are."""
    if config.data.set == "drawn_try_on":
        return replace(MINI, model=config.model.kind, work_size=size)
    if config.data.set == "drawn_pose":
        return replace(MINI_POSE, work_size=size)
    return replace(PUBLISHED[config.model.kind], work_size=size)


def _begin(model: Model, seed: int) -> LeffaModel:
    if model.start == "leffa":
        return load_model(model.weights, _preset(model))
    torch.manual_seed(seed)
    new = LeffaModel(**configs(model))
    new.drop_unused()
    if model.start == "inpainting":
        _load_inpainting(new, model)
    else:
        load_vae(new.vae, _leffa_checkpoint(model))
    return new


def _load_inpainting(new: LeffaModel, model: Model) -> None:
    """Both UNets from the inpainting one; what their first layers read beyond it begins with zeros.

    The order of its channels is that of the generative UNet: noisy latent, mask, masked picture.
    """
    base = Path(model.weights)
    unet = _pretrained(UNet2DConditionModel, base / "unet").state_dict()
    for mine in (new.unet_encoder, new.unet):
        weights = {key: unet[key] for key in mine.state_dict() if key in unet}
        weights["conv_in.weight"] = _widened(unet["conv_in.weight"], mine.config.in_channels)
        _load(mine, weights, base / "unet")
    vae = base / "vae" if model.vae is None else Path(model.vae)
    _load(new.vae, _pretrained(AutoencoderKL, vae).state_dict(), vae)


def _widened(weight: Tensor, channels: int) -> Tensor:
    """The first `channels` inputs of a convolution's weight, zeros where it has fewer."""
    kept = weight[:, :channels]
    missing = channels - kept.shape[1]
    return torch.cat([kept, kept.new_zeros(len(kept), missing, *kept.shape[2:])], dim=1)


def _pretrained(kind: Any, folder: Path) -> nn.Module:
    """As diffusers reads its own layout, older names of layers included; `.safetensors` only."""
    try:
        module: nn.Module = kind.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise WeightsUnreadable(f"{folder} cannot be read: {_line(error)}") from error
    except OSError as error:
        raise WeightsMissing(f"{folder} holds no weights in .safetensors files: {_line(error)}") from error
    return module


def _load(module: nn.Module, weights: dict[str, Tensor], where: Path) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsMismatch(f"{where} does not fit this model: {_line(error)}") from error


def load_vae(vae: AutoencoderKL, path: Path) -> None:
    """The VAE of a Leffa checkpoint, whatever else is in it. Raises `WeightsError`s."""
    file = open_checkpoint(path)
    prefix = "vae."
    _load(
        vae, {k.removeprefix(prefix): file.read(k).float() for k in file.shapes if k.startswith(prefix)}, path
    )


def _leffa_checkpoint(model: Model) -> Path:
    folder = mini.FOLDER if model.weights == MINI_NAME else Path(model.weights)
    (path,) = find_files(folder, _preset(model).model)
    return path


def _preset(model: Model) -> Preset:
    """Whose files are read. The mini try-on model begins pose transfer too; its VAE serves all new UNets."""
    return MINI if model.weights == MINI_NAME else PUBLISHED[model.kind]


def _base(model: Model) -> Path:
    if model.start == "inpainting":
        return Path(model.weights)
    return (mini.FOLDER if model.weights == MINI_NAME else Path(model.weights)) / _preset(model).base


def _new(unet: Unet, vae: Path) -> dict[str, Any]:
    levels, plain = len(unet.channels), unet.plain_levels
    kinds = ["CrossAttn"] * (levels - plain) + [""] * plain
    return _UNET | {
        # The number of heads by level, whatever the key says.
        "attention_head_dim": list(unet.heads),
        "block_out_channels": list(unet.channels),
        "down_block_types": [f"{kind}DownBlock2D" for kind in kinds],
        "layers_per_block": unet.layers,
        "norm_num_groups": unet.groups,
        "out_channels": _read(vae / "config.json")["latent_channels"],
        "up_block_types": [f"{kind}UpBlock2D" for kind in reversed(kinds)],
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissing(f"no configuration at {path}") from error
    except (OSError, ValueError) as error:
        raise WeightsUnreadable(f"{path} is no configuration: {error}") from error
    return config


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
