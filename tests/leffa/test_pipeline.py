"""The pipeline as a caller sees it: seeds, options, callbacks, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

import leffa.pipeline
from leffa.bench.published import PublishedPipeline
from leffa.errors import Cancelled, OptionInvalid
from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline, Step
from tests.leffa.published import KINDS, Files
from tests.leffa.small import (
    HEIGHT,
    STEPS,
    WIDTH,
    apart,
    batch,
    batches_seen,
    dress,
    levels,
    nothing_runs,
    photo,
    request,
    upper_half,
)

# Seeds


def test_same_seed_gives_the_same_picture_and_another_seed_another(model: LeffaModel) -> None:
    first = dress(LeffaPipeline(model), 1, 2, seed=5)
    torch.manual_seed(99)  # nothing comes from the global generator
    assert apart(first, dress(LeffaPipeline(model), 1, 2, seed=5)) == 0
    assert apart(first, dress(LeffaPipeline(model), 1, 2, seed=6)) > 20


def test_same_single_generator_gives_the_same_picture(pipe: LeffaPipeline) -> None:
    first, again = (dress(pipe, 1, 2, 0, generator=torch.Generator().manual_seed(7)) for _ in range(2))
    assert apart(first, again) == 0
    assert apart(first, dress(pipe, 1, 2, seed=7)) == 0


def test_without_a_generator_every_picture_is_another(pipe: LeffaPipeline) -> None:
    torch.manual_seed(3)
    first = dress(pipe, 1, 2, 0, generator=None)
    torch.manual_seed(3)
    assert apart(first, dress(pipe, 1, 2, 0, generator=None)) > 20


def test_global_generator_is_left_alone(pipe: LeffaPipeline) -> None:
    before = torch.get_rng_state()
    dress(pipe, 1, 2, 0, generator=None)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_the_same_in_a_batch_of_three_and_alone(
    models: dict[str, LeffaModel], kind: str
) -> None:
    together = LeffaPipeline(models[kind])(
        *batch(request(1, 2), request(3, 4), request(5, 2)),
        num_inference_steps=STEPS,
        generator=seeded([10, 11, 12]),
    )
    for picture, (person, garment, seed) in zip(together, [(1, 2, 10), (3, 4, 11), (5, 2, 12)], strict=True):
        assert apart(picture, dress(LeffaPipeline(models[kind]), person, garment, seed)) <= 1


def test_neighbours_in_a_batch_do_not_matter(pipe: LeffaPipeline) -> None:
    first, second = (
        pipe(*batch(request(1, 2), other), num_inference_steps=STEPS, generator=seeded([1, 2]))
        for other in (request(3, 4), request(30, 40))
    )
    assert apart(first[0], second[0]) <= 1
    assert apart(first[1], second[1]) > 20


# Options


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ref_acceleration", [False, True])
def test_published_way_makes_the_same_picture(
    models: dict[str, LeffaModel], files: dict[str, Files], kind: str, ref_acceleration: bool
) -> None:
    theirs = LeffaModel.from_base(files[kind].base, published=True)
    theirs.load_state_dict(load_file(files[kind].checkpoint))
    ours = dress(LeffaPipeline(models[kind]), 1, 2, seed=5, ref_acceleration=ref_acceleration)
    published = PublishedPipeline(theirs.eval())
    with batches_seen(theirs.unet_encoder) as passes:
        picture = dress(published, 1, 2, seed=5, ref_acceleration=ref_acceleration, keep_reference=False)
    assert apart(ours, picture) <= 1
    assert passes == ([2] if ref_acceleration else [2] * STEPS)


def test_acceleration_runs_the_reference_once_at_the_middle_timestep(
    pipe: LeffaPipeline, model: LeffaModel
) -> None:
    timesteps: list[int] = []
    hook = model.unet_encoder.register_forward_pre_hook(
        lambda _, arguments: timesteps.append(int(arguments[1]))
    )
    dress(pipe, 1, 2, seed=5, num_inference_steps=4, ref_acceleration=True)
    hook.remove()
    scheduler = model.make_scheduler()
    scheduler.set_timesteps(4)
    assert timesteps == [int(scheduler.timesteps[2])]


def test_guidance_one_computes_the_conditional_half_only_and_means_the_same(
    pipe: LeffaPipeline, model: LeffaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with batches_seen(model.unet) as calls, batches_seen(model.unet_encoder) as passes:
        half = dress(pipe, 1, 2, seed=5, guidance_scale=1.0)
    assert calls == passes == [1] * STEPS

    monkeypatch.setattr(leffa.pipeline, "needs_unconditional", lambda _: True)
    with batches_seen(model.unet) as calls:
        general = dress(pipe, 1, 2, seed=5, guidance_scale=1.0)
    assert calls == [2] * STEPS
    assert apart(half, general) <= 1


def test_guidance_zero_never_looks_at_the_garment(pipe: LeffaPipeline, model: LeffaModel) -> None:
    seen: list[Tensor] = []
    hook = model.unet_encoder.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    with batches_seen(model.unet) as calls:
        first, second = (dress(pipe, 1, garment, seed=5, guidance_scale=0.0) for garment in (2, 3))
    hook.remove()
    assert calls == [1] * 2 * STEPS
    assert len(seen) == STEPS
    assert not torch.cat(seen).any()
    assert apart(first, second) == 0


def test_garment_and_guidance_change_the_picture(pipe: LeffaPipeline) -> None:
    picture = dress(pipe, 1, 2, seed=5)
    assert apart(picture, dress(pipe, 1, 3, seed=5)) > 5
    assert apart(picture, dress(pipe, 1, 2, seed=5, guidance_scale=1.0)) > 5


def test_repaint_keeps_the_source_far_from_the_mask(pipe: LeffaPipeline) -> None:
    source, *rest = request(1, 2)
    options: dict[str, Any] = {"num_inference_steps": STEPS}
    painted = pipe(source, *rest, generator=seeded([5]), repaint=True, **options)
    plain = pipe(source, *rest, generator=seeded([5]), **options)
    below = (0, HEIGHT * 3 // 4, WIDTH, HEIGHT)
    above = (0, 0, WIDTH, HEIGHT // 4)
    assert apart(painted.crop(below), source.crop(below)) <= 1
    assert apart(painted.crop(above), plain.crop(above)) <= 1
    assert apart(plain.crop(below), source.crop(below)) > 20


def test_given_latents_and_posterior_noise_are_used(pipe: LeffaPipeline) -> None:
    shape = (1, 4, HEIGHT // 8, WIDTH // 8)
    latents, noise = torch.zeros(shape), (torch.zeros(shape), torch.zeros(shape))
    given = dress(pipe, 1, 2, 5, latents=latents, posterior_noise=noise)
    assert apart(given, dress(pipe, 1, 2, 5, latents=latents + 1, posterior_noise=noise)) > 5
    assert apart(given, dress(pipe, 1, 2, 5, latents=latents)) > 0
    assert apart(given, dress(pipe, 1, 2, 5, latents=latents, posterior_noise=noise)) == 0
    assert not latents.any()


@pytest.mark.parametrize("size", [(72, 100), (88, 136), (33, 47), (200, 24)])
@pytest.mark.parametrize("kind", KINDS)
def test_any_size_works_and_is_floored_to_eight(
    models: dict[str, LeffaModel], kind: str, size: tuple[int, int]
) -> None:
    picture = LeffaPipeline(models[kind])(
        *request(1, 2, size), num_inference_steps=1, repaint=True, generator=seeded([5])
    )
    assert picture.size == (size[0] // 8 * 8, size[1] // 8 * 8)
    assert picture.mode == "RGB"


def test_one_picture_comes_alone_and_a_sequence_as_a_list(pipe: LeffaPipeline) -> None:
    assert isinstance(dress(pipe, 1, 2, seed=5), Image.Image)
    pictures = pipe(*batch(request(1, 2)), num_inference_steps=1)
    assert isinstance(pictures, list)
    assert len(pictures) == 1


def test_half_precision_makes_nearly_the_same_picture(files: dict[str, Files], pipe: LeffaPipeline) -> None:
    half = LeffaPipeline(LeffaModel.from_published(*files["sd15"], dtype=torch.float16))
    difference = levels(dress(half, 1, 2, seed=5)) - levels(dress(pipe, 1, 2, seed=5))
    assert np.abs(difference).mean() < 2


# Callbacks


def test_every_step_is_told_in_order_with_a_preview(pipe: LeffaPipeline) -> None:
    steps: list[Step] = []
    pipe(
        *batch(request(1, 2), request(3, 4)),
        num_inference_steps=4,
        generator=seeded([5, 6]),
        on_step=steps.append,
    )
    assert [(step.index, step.total, step.timestep) for step in steps] == [
        (0, 4, 751),
        (1, 4, 501),
        (2, 4, 251),
        (3, 4, 1),
    ]
    for step in steps:
        assert step.latents.shape == step.predicted.shape == (2, 4, HEIGHT // 8, WIDTH // 8)
        assert step.preview is not None
        pictures = step.preview()
        assert [(one.mode, one.size) for one in pictures] == [("RGB", (WIDTH // 8, HEIGHT // 8))] * 2
    torch.testing.assert_close(steps[-1].latents, steps[-1].predicted)


def test_watching_does_not_change_the_picture(pipe: LeffaPipeline) -> None:
    watched = dress(pipe, 1, 2, seed=5, on_step=lambda step: bool(step.preview and step.preview()))
    assert apart(watched, dress(pipe, 1, 2, seed=5)) == 0


def test_saying_false_cancels_and_the_pipeline_goes_on_working(
    pipe: LeffaPipeline, model: LeffaModel
) -> None:
    with (
        batches_seen(model.unet) as calls,
        batches_seen(model.vae.decoder) as decoded,
        pytest.raises(Cancelled, match="step 2 of 3"),
    ):
        dress(pipe, 1, 2, seed=5, num_inference_steps=3, on_step=lambda step: step.index < 1)
    assert len(calls) == 2
    assert decoded == []
    assert apart(dress(pipe, 1, 2, seed=5), dress(LeffaPipeline(model), 1, 2, seed=5)) <= 1


def test_an_error_in_the_callback_comes_through(pipe: LeffaPipeline) -> None:
    def broken(step: Step) -> None:
        raise KeyError(step.index)

    with pytest.raises(KeyError):
        dress(pipe, 1, 2, seed=5, on_step=broken)


# What is refused, before anything runs


LATENT = (1, 4, HEIGHT // 8, WIDTH // 8)
WRONG: dict[str, dict[str, Any]] = {
    "no step": {"num_inference_steps": 0},
    "less than no step": {"num_inference_steps": -1},
    "as many steps as timesteps": {"num_inference_steps": 1000},
    "negative guidance": {"guidance_scale": -0.1},
    "guidance that is no number": {"guidance_scale": float("nan")},
    "infinite guidance": {"guidance_scale": float("inf")},
    "too many generators": {"generator": seeded([1, 2])},
    "too few generators": {"generator": []},
    "latents of another size": {"latents": torch.zeros(1, 4, 5, 5)},
    "latents of another batch": {"latents": torch.zeros(2, *LATENT[1:])},
    "posterior noise of another size": {"posterior_noise": (torch.zeros(LATENT), torch.zeros(1, 4, 1, 1))},
}


@pytest.mark.parametrize("name", WRONG)
def test_an_option_out_of_range_is_refused_before_any_work(
    pipe: LeffaPipeline, model: LeffaModel, name: str
) -> None:
    with nothing_runs(model), pytest.raises(OptionInvalid):
        dress(pipe, 1, 2, seed=5, **WRONG[name])


@pytest.mark.parametrize("steps", [500, 999])
def test_step_counts_that_would_start_without_signal_are_refused_by_a_zero_snr_model_only(
    models: dict[str, LeffaModel], steps: int
) -> None:
    with nothing_runs(models["sdxl"]), pytest.raises(OptionInvalid, match="signal"):
        dress(LeffaPipeline(models["sdxl"]), 1, 2, seed=5, num_inference_steps=steps)
    shape = (1, 4, 8, 6)
    LeffaPipeline(models["sd15"]).check_inputs(shape, steps, 2.5, None)
    for allowed in (1, 30, 499, 501, 998):
        LeffaPipeline(models["sdxl"]).check_inputs(shape, allowed, 2.5, None)


@pytest.mark.parametrize(
    "inputs",
    [
        ([], [], [], []),
        ([photo(1)], [photo(2), photo(3)], [upper_half()], [photo(4)]),
        ([photo(1), photo(2)], photo(3), [upper_half()] * 2, [photo(4)] * 2),
        (photo(1), photo(2), [], photo(4)),
    ],
    ids=["empty", "two references", "one reference for two", "no mask"],
)
def test_unequal_or_empty_batches_are_refused_before_any_work(
    pipe: LeffaPipeline, model: LeffaModel, inputs: tuple[Any, ...]
) -> None:
    with nothing_runs(model), pytest.raises(OptionInvalid):
        pipe(*inputs, num_inference_steps=STEPS)


def test_latents_of_different_shapes_cannot_be_denoised(pipe: LeffaPipeline, model: LeffaModel) -> None:
    latent, mask, densepose = torch.zeros(1, 4, 8, 6), torch.zeros(1, 1, 8, 6), torch.zeros(1, 3, 8, 6)
    wrong = torch.zeros(1, 3, 8, 6)
    with nothing_runs(model), pytest.raises(OptionInvalid, match="one shape"):
        pipe.denoise(latent, torch.zeros(1, 4, 8, 7), mask, densepose, latent)
    with nothing_runs(model), pytest.raises(OptionInvalid, match="latent channels"):
        pipe.denoise(wrong, wrong, mask, densepose, wrong)
