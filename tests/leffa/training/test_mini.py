"""The command that makes the mini model's VAE, in miniature."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from safetensors.torch import load_file

from leffa.training import mini
from leffa.training.config import Model, Unet
from leffa.training.decoder import to_pixels, train_decoder
from leffa.training.patch_encoder import (
    encode_patches,
    fit_patch_code,
    read_patch_code,
    set_patch_encoder,
)
from leffa.training.start import begin

QUICK = ["--pairs", "4", "--processes", "1", "--decoder-steps", "2"]


@pytest.mark.slow
def test_the_command_writes_a_vae_beside_which_unets_are_trained(tmp_path: Path) -> None:
    out, work = tmp_path / "out", tmp_path / "work"
    mini.main(["--out", str(out), "--work", str(work), *QUICK])
    provenance = json.loads((out / "provenance.json").read_text())
    assert provenance["options"]["decoder_steps"] == 2
    assert str(tmp_path) not in json.dumps(provenance)
    unets = Unet((8, 16), (1, 2), groups=4)
    begun = begin(Model("viton_hd", "scratch", str(out), unet=unets), seed=0)
    made = load_file(out / "virtual_tryon.safetensors")
    torch.testing.assert_close(begun.vae.decoder.conv_in.weight, made["vae.decoder.conv_in.weight"].float())
    assert begun.latent_channels == mini.LATENT_CHANNELS

    again = tmp_path / "again"
    mini.main(["--out", str(again), "--work", str(work), *QUICK, "--resume", str(out)])
    later = load_file(again / "virtual_tryon.safetensors")
    assert torch.equal(later["vae.encoder.conv_out.weight"], made["vae.encoder.conv_out.weight"])
    assert not torch.equal(later["vae.decoder.conv_in.weight"], made["vae.decoder.conv_in.weight"])
    assert json.loads((again / "provenance.json").read_text())["went_on_from"] == provenance


@pytest.mark.slow
def test_training_brings_the_decoder_nearer_to_the_pictures() -> None:
    torch.manual_seed(0)
    vae = AutoencoderKL.from_config(mini.VAE_CONFIG)
    pictures = np.zeros((4, 128, 96, 3), np.uint8)
    pictures[:, :, 48:] = 255
    set_patch_encoder(vae, fit_patch_code(random_pictures(8), mini.LATENT_CHANNELS))
    encoder = vae.encoder.conv_out.weight.clone()
    losses: list[float] = []
    train_decoder(
        vae, pictures, steps=12, learning_rate=3e-3, seed=0, report=lambda _, loss: losses.append(loss)
    )
    assert np.mean(losses[-3:]) < 0.7 * np.mean(losses[:3])
    assert torch.equal(vae.encoder.conv_out.weight, encoder)


def test_the_computed_encoder_gives_the_principal_components_of_the_patches() -> None:
    vae = AutoencoderKL.from_config(mini.VAE_CONFIG)
    pictures = random_pictures(8)
    code = fit_patch_code(pictures, mini.LATENT_CHANNELS)
    set_patch_encoder(vae, code)
    posterior = vae.encode(to_pixels(pictures)).latent_dist
    torch.testing.assert_close(posterior.mean, encode_patches(code, pictures), atol=2e-3, rtol=0)
    assert posterior.std.max() < 0.01
    again = encode_patches(read_patch_code(vae), pictures)
    torch.testing.assert_close(again, encode_patches(code, pictures), atol=1e-3, rtol=0)


def random_pictures(count: int) -> NDArray[np.uint8]:
    """Blurred noise: neighbouring pixels are alike, as in pictures."""
    coarse = np.random.default_rng(0).integers(0, 256, (count, 32, 24, 3), dtype=np.uint8)
    return coarse.repeat(4, axis=1).repeat(4, axis=2)[:, 2:-2, 2:-2].copy()
