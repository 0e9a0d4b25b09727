"""What a training begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel

from leffa.errors import WeightsMissing
from leffa.model import LeffaModel
from leffa.presets import MINI
from leffa.training.config import Model, Unet
from leffa.training.start import begin, shape_of
from leffa.weights import load_model

UNET: dict[str, Any] = {
    "in_channels": 9,
    "out_channels": 4,
    "block_out_channels": (8, 16),
    "norm_num_groups": 4,
    "layers_per_block": 1,
    "cross_attention_dim": 8,
    "attention_head_dim": 2,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
}
VAE: dict[str, Any] = {"block_out_channels": (8,), "norm_num_groups": 4}


@pytest.fixture
def inpainting(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    UNet2DConditionModel(**UNET).save_pretrained(tmp_path / "unet")
    AutoencoderKL(**VAE).save_pretrained(tmp_path / "vae")
    DDPMScheduler().save_pretrained(tmp_path / "scheduler")
    return tmp_path


def test_both_unets_begin_as_the_inpainting_one_and_read_new_channels_as_nothing(inpainting: Path) -> None:
    model = begin(Model("viton_hd", "inpainting", str(inpainting)), seed=0)
    given = UNet2DConditionModel.from_pretrained(inpainting / "unet")
    assert torch.equal(model.unet.conv_in.weight[:, :9], given.conv_in.weight)
    assert not model.unet.conv_in.weight[:, 9:].any()
    assert torch.equal(model.unet_encoder.conv_in.weight, given.conv_in.weight[:, :4])
    for mine in (model.unet, model.unet_encoder):
        key = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight"
        assert torch.equal(mine.state_dict()[key], given.state_dict()[key])
    assert torch.equal(
        model.vae.encoder.conv_in.weight,
        AutoencoderKL.from_pretrained(inpainting / "vae").encoder.conv_in.weight,
    )
    assert not any(parameter.requires_grad for parameter in model.vae.parameters())


def test_the_vae_may_come_from_another_folder(inpainting: Path, tmp_path: Path) -> None:
    torch.manual_seed(7)
    other = AutoencoderKL(**VAE)
    other.save_pretrained(tmp_path / "mse")
    model = begin(Model("viton_hd", "inpainting", str(inpainting), vae=str(tmp_path / "mse")), seed=0)
    assert torch.equal(model.vae.encoder.conv_in.weight, other.encoder.conv_in.weight)


def test_weights_that_are_missing_or_do_not_fit_are_named(inpainting: Path) -> None:
    with pytest.raises(WeightsMissing, match="no configuration at"):
        begin(Model("viton_hd", "inpainting", str(inpainting / "nowhere")), seed=0)
    (inpainting / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="holds no weights"):
        begin(Model("viton_hd", "inpainting", str(inpainting)), seed=0)


def test_the_mini_model_can_be_trained_on() -> None:
    model = begin(Model("viton_hd", "leffa", "mini"), seed=0)
    torch.testing.assert_close(model.unet.state_dict(), load_model("mini", MINI).unet.state_dict())
    assert all(parameter.requires_grad for parameter in model.unet.parameters())


def test_new_unets_are_drawn_by_the_seed_beside_the_given_vae() -> None:
    chosen = Model("viton_hd", "scratch", "mini", unet=Unet((8, 16), (1, 2), groups=4, plain_levels=1))
    first, again, other = (begin(chosen, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.unet.conv_in.weight, again.unet.conv_in.weight)
    assert not torch.equal(first.unet.conv_in.weight, other.unet.conv_in.weight)
    mini: LeffaModel = load_model("mini", MINI)
    torch.testing.assert_close(first.vae.state_dict(), mini.vae.state_dict())
    assert sum(p.numel() for p in shape_of(chosen).parameters()) == sum(p.numel() for p in first.parameters())
