"""The command that makes the mini model, from nothing to weights that load, in miniature."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray

from leffa.model import LeffaModel
from leffa.presets import MINI
from leffa.training import denoiser, mini
from leffa.training.decoder import to_pixels, train_decoder
from leffa.training.denoiser import Latents, train_denoiser
from leffa.training.patch_encoder import (
    encode_patches,
    fit_patch_code,
    read_patch_code,
    set_patch_encoder,
)
from leffa.weights import load_model

SMALL_UNET = {**mini.UNET_CONFIG, "block_out_channels": [8, 8, 16], "norm_num_groups": 4}
QUICK = ["--pairs", "4", "--processes", "1", "--decoder-steps", "2", "--steps", "2", "--batch-size", "2"]


@pytest.fixture(autouse=True)
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mini, "UNET_CONFIG", SMALL_UNET)


@pytest.mark.slow
def test_the_command_writes_weights_that_the_loader_takes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    mini.main(["--out", str(out), "--work", str(tmp_path / "work"), *QUICK])
    model = load_model(out, MINI)
    assert not any("attn2" in key for key in model.state_dict())
    provenance = json.loads((out / "provenance.json").read_text())
    assert provenance["examples"] == 4
    assert provenance["steps_done"] == {"decoder": 2, "unets": 2}
    assert str(tmp_path) not in json.dumps(provenance)


@pytest.mark.slow
def test_stages_done_apart_are_put_together_and_not_done_again(tmp_path: Path) -> None:
    work = tmp_path / "work"
    for stage in ("unets", "decoder"):
        mini.main(["--out", str(tmp_path / "out"), "--work", str(work), *QUICK, "--stage", stage])
    assert not (tmp_path / "out").exists()
    made = {path: path.stat().st_mtime_ns for path in work.iterdir()}
    mini.main(["--out", str(tmp_path / "out"), "--work", str(work), *QUICK])
    assert made == {path: path.stat().st_mtime_ns for path in work.iterdir()}
    assert load_model(tmp_path / "out", MINI).latent_channels == mini.LATENT_CHANNELS


@pytest.mark.slow
def test_training_can_go_on_from_earlier_weights(tmp_path: Path) -> None:
    first, second, work = tmp_path / "first", tmp_path / "second", tmp_path / "work"
    mini.main(["--out", str(first), "--work", str(work), *QUICK])
    for name in ("unets.safetensors", "vae.safetensors"):
        (work / name).unlink()
    go_on = ["--resume", str(first), "--decoder-steps", "0", "--learning-rate", "0"]
    mini.main(["--out", str(second), "--work", str(work), *QUICK, *go_on])
    before, after = load_model(first, MINI), load_model(second, MINI)
    torch.testing.assert_close(after.state_dict(), before.state_dict(), atol=1e-3, rtol=1e-3)
    provenance = json.loads((second / "provenance.json").read_text())
    assert provenance["went_on_from"] == json.loads((first / "provenance.json").read_text())
    assert str(tmp_path) not in json.dumps(provenance)


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


def test_training_lowers_the_diffusion_loss_and_leaves_the_model_ready_to_infer() -> None:
    torch.manual_seed(0)
    model = LeffaModel(mini.VAE_CONFIG, SMALL_UNET, mini.SCHEDULER_CONFIG)
    model.drop_unused()
    latents = _constant_latents(8)
    losses: list[float] = []
    steps = train_denoiser(
        model,
        latents,
        steps=60,
        minutes=None,
        batch_size=8,
        learning_rate=5e-3,
        ema_decay=0.9,
        seed=0,
        report=lambda _, loss: losses.append(loss),
        keep=lambda _: None,
    )
    assert steps == 60
    assert np.mean(losses[-20:]) < 0.8 * np.mean(losses[:10])
    assert not any(parameter.requires_grad for parameter in model.unet.parameters())


def test_what_is_learned_so_far_is_kept_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denoiser, "KEEP_MINUTES", 0.0)
    model = LeffaModel(mini.VAE_CONFIG, SMALL_UNET, mini.SCHEDULER_CONFIG)
    model.drop_unused()
    kept: dict[int, torch.Tensor] = {}
    train_denoiser(
        model,
        _constant_latents(2),
        steps=3,
        minutes=None,
        batch_size=1,
        learning_rate=1e-3,
        ema_decay=0.9,
        seed=0,
        report=lambda *_: None,
        keep=lambda steps: kept.update({steps: model.unet.conv_in.weight.detach().clone()}),
    )
    assert list(kept) == [1, 2, 3]
    assert torch.equal(kept[3], model.unet.conv_in.weight)


def test_training_ends_when_its_minutes_are_over() -> None:
    model = LeffaModel(mini.VAE_CONFIG, SMALL_UNET, mini.SCHEDULER_CONFIG)
    model.drop_unused()
    steps = train_denoiser(
        model,
        _constant_latents(2),
        steps=10**9,
        minutes=1 / 600,
        batch_size=1,
        learning_rate=1e-3,
        ema_decay=0.9,
        seed=0,
        report=lambda *_: None,
        keep=lambda _: None,
    )
    assert 1 <= steps < 1000


def _constant_latents(count: int) -> Latents:
    flat = torch.full((count, mini.LATENT_CHANNELS, 8, 8), 0.5)
    mask, densepose = torch.ones(count, 1, 8, 8), torch.zeros(count, 3, 8, 8)
    return Latents(flat, flat * 0, flat, mask, densepose, flow=torch.full((count, 8, 8, 2), torch.nan))
