"""Our models and pipeline against what the published implementation computed from the same inputs."""

from __future__ import annotations

import diffusers.schedulers.scheduling_ddpm as ddpm
import numpy as np
import pytest
import torch
from torch import Tensor

from leffa.guidance import guide, rescale
from leffa.model import LeffaModel, transformer_blocks
from leffa.pictures import LeffaTransform
from leffa.pipeline import LeffaPipeline, Step
from tests.leffa.published import KINDS, cases, inputs, tensors

RUNS = [(kind, name) for kind in KINDS for name in cases(kind) if not name.startswith("components")]


def close(actual: Tensor, recorded: Tensor, tolerance: float) -> None:
    torch.testing.assert_close(actual, recorded, atol=tolerance, rtol=0)


@pytest.mark.parametrize(("kind", "name"), RUNS)
def test_a_recorded_run_is_repeated_from_its_pictures(
    models: dict[str, LeffaModel], kind: str, name: str
) -> None:
    case, recorded, noise = cases(kind)[name], tensors(kind, name), tensors(kind, "noise")
    seed = case["global_seed"]
    steps: list[Step] = []

    pictures = LeffaPipeline(models[kind])(
        *inputs(kind, case["inputs"]),
        num_inference_steps=case["num_inference_steps"],
        guidance_scale=case["guidance_scale"],
        ref_acceleration=case["ref_acceleration"],
        repaint=case["repaint"],
        generator=torch.Generator().manual_seed(case["step_generator_seed"]),
        latents=noise[f"{seed}.initial"],
        posterior_noise=(noise[f"{seed}.vae_masked"], noise[f"{seed}.vae_ref"]),
        on_step=steps.append,
    )

    largest = recorded["final.latent"].abs().max().item()
    assert [step.timestep for step in steps] == recorded["timesteps"].tolist()
    close(steps[-1].latents, recorded["final.latent"], 2e-5 * largest)
    for step in steps:
        if f"step.{step.index:02d}.latent" in recorded:
            close(step.latents, recorded[f"step.{step.index:02d}.latent"], 2e-5 * largest)
    if "final.image" in recorded:
        levels = np.stack([np.asarray(picture) for picture in pictures]).astype(int)
        off = np.abs(levels - recorded["final.image"].numpy().astype(int))
        assert off.max() <= 1
        assert (off > 0).mean() < 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_each_recorded_option_is_among_the_runs(kind: str) -> None:
    runs = [case for name, case in cases(kind).items() if name != "components_base"]
    assert {case["guidance_scale"] for case in runs} == {0.0, 1.0, 2.5, 5.0}
    assert {case["num_inference_steps"] for case in runs} == {4, 10}
    assert {case["ref_acceleration"] for case in runs} == {True, False}
    assert {case["repaint"] for case in runs} == {True, False}


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_reference_features_are_the_recorded_ones_in_the_recorded_order(
    models: dict[str, LeffaModel], kind: str
) -> None:
    model, recorded = models[kind], tensors(kind, "components_base")
    reference = recorded["latent.ref_image"]
    zero = torch.zeros_like(reference[:1])

    features = model.reference_features(torch.cat([zero, reference]), recorded["unet.timestep"])

    order = cases(kind)["components_base"]["feature_order"]
    assert len(features) == model.num_features == len(order)
    names = {module: name for name, module in model.unet_encoder.named_modules()}
    assert [f"{names[block]}.attn1" for block in transformer_blocks(model.unet_encoder)] == order
    for index, feature in enumerate(features):
        close(feature[:1], recorded[f"ref.features.uncond.{index:02d}"], 1e-4)
        close(feature[1:], recorded[f"ref.features.cond.{index:02d}"], 1e-4)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_noise_predicted_from_recorded_features_is_the_recorded_one(
    models: dict[str, LeffaModel], kind: str
) -> None:
    model, recorded = models[kind], tensors(kind, "components_base")
    features = [
        torch.cat(
            [
                recorded[f"ref.features.uncond.{index:02d}"].expand(2, -1, -1),
                recorded[f"ref.features.cond.{index:02d}"],
            ]
        )
        for index in range(model.num_features)
    ]

    noise = model.predict_noise(
        recorded["unet.input"], recorded["unet.timestep"], model.project_reference(features)
    )

    close(noise, recorded["gen.noise_pred"], 1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_guidance_and_its_rescale_are_the_recorded_ones(kind: str) -> None:
    recorded, scale = tensors(kind, "components_base"), cases(kind)["components_base"]["guidance_scale"]
    unconditional, conditional = recorded["gen.noise_pred"].chunk(2)

    guided = guide(unconditional, conditional, scale)

    close(guided, recorded["guided.noise_pred"], 1e-4)
    close(rescale(guided, conditional, scale), recorded["rescaled.noise_pred"], 1e-4)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_encoder_and_decoder_give_the_recorded_latents_and_pixels(
    models: dict[str, LeffaModel], kind: str
) -> None:
    model, recorded, noise = models[kind], tensors(kind, "components_base"), tensors(kind, "noise")
    factor = model.vae.config.scaling_factor
    pixels = LeffaTransform(height=96, width=64)(*inputs(kind, "inputs_base"))

    for encoded, name, drawn, latent in (
        (pixels.source * (pixels.mask < 0.5), "masked", "vae_masked", "masked_image"),
        (pixels.reference, "ref", "vae_ref", "ref_image"),
    ):
        mean, std = model.encode(encoded)
        close(mean, recorded[f"vae.{name}_mean"] * factor, 1e-4)
        close(std, (recorded[f"vae.{name}_logvar"] / 2).exp() * factor, 1e-4)
        close(mean + std * noise[f"4242.{drawn}"], recorded[f"latent.{latent}"], 1e-4)
    close(model.decode(recorded["vae.decode_in"] * factor), recorded["vae.decode_out"], 1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 4, 10, 30, 50, 100])
def test_schedule_visits_the_recorded_timesteps(models: dict[str, LeffaModel], kind: str, steps: int) -> None:
    recorded = tensors(kind, "scheduler")
    scheduler = models[kind].make_scheduler()
    scheduler.set_timesteps(steps)

    assert torch.equal(scheduler.timesteps, recorded[f"timesteps.{steps}"])
    close(scheduler.alphas_cumprod, recorded["alphas_cumprod"], 1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("index", [0, 10, 28, 29])
def test_a_scheduler_step_is_the_recorded_one(
    models: dict[str, LeffaModel], kind: str, index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = {
        key.removeprefix(f"step30.{index:02d}."): value for key, value in tensors(kind, "scheduler").items()
    }
    monkeypatch.setattr(ddpm, "randn_tensor", lambda *_, **__: recorded["noise"])
    scheduler = models[kind].make_scheduler()
    scheduler.set_timesteps(30)

    step = scheduler.step(recorded["model_output"], scheduler.timesteps[index], recorded["sample"])

    close(step.prev_sample, recorded["prev_sample"], 1e-6 * recorded["prev_sample"].abs().max().item())
    original = recorded["pred_original_sample"]
    close(step.pred_original_sample, original, 1e-6 * original.abs().max().item())


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_normalisation_of_tiny_values_has_the_recorded_epsilon(
    models: dict[str, LeffaModel], kind: str
) -> None:
    recorded = tensors(kind, "norm_probe")
    layers = [key.removesuffix(".in") for key in recorded if key.endswith(".in")]
    assert len(layers) == 20
    for layer in layers:
        output = models[kind].get_submodule(layer)(recorded[f"{layer}.in"])
        close(output, recorded[f"{layer}.out"], 1e-5)
