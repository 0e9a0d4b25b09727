"""Seeds: what they fix, and how the published runs drew."""

from __future__ import annotations

import pytest
import torch

from leffa.noise import normal, published_start, reference_noise, seeded
from tests.leffa.published import KINDS, cases, tensors

CPU = torch.device("cpu")
SHAPE = (3, 4, 6, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_published_start_repeats_the_recorded_draws_alone_and_in_a_batch(kind: str) -> None:
    recorded = tensors(kind, "noise")
    seeds = {case["global_seed"] for case in cases(kind).values()}
    batches = set()
    for seed in seeds:
        batch, channels, height, width = recorded[f"{seed}.initial"].shape
        batches.add(batch)
        drawn = published_start(seed, (batch, channels, height, width))
        for noise, name in zip(drawn, ("vae_masked", "vae_ref", "initial"), strict=True):
            torch.testing.assert_close(noise, recorded[f"{seed}.{name}"], atol=1e-6, rtol=0)
    assert batches == {1, 2}


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_generator_draws_the_recorded_noise_of_every_step(kind: str) -> None:
    recorded = tensors(kind, "noise")
    generator = torch.Generator().manual_seed(42)
    for step in range(4):
        wanted = recorded[f"42.step.{step}"]
        drawn = normal(tuple(wanted.shape), generator, CPU, torch.float32)
        torch.testing.assert_close(drawn, wanted, atol=1e-6, rtol=0)


def test_each_seed_draws_the_same_alone_and_in_a_batch() -> None:
    together = normal(SHAPE, seeded([5, 6, 7]), CPU, torch.float32)
    for row, seed in enumerate([5, 6, 7]):
        assert torch.equal(normal((1, *SHAPE[1:]), seeded([seed]), CPU, torch.float32)[0], together[row])
    assert not torch.equal(together[0], together[1])


def test_half_precision_rounds_the_same_draw() -> None:
    full = normal(SHAPE, seeded([1, 2, 3]), CPU, torch.float32)
    half = normal(SHAPE, seeded([1, 2, 3]), CPU, torch.float16)
    assert torch.equal(half, full.half())


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_the_smallest_and_the_largest_seed_work(seed: int) -> None:
    assert torch.isfinite(normal((1, 4, 2, 2), seeded([seed]), CPU, torch.float32)).all()


def test_reference_noise_is_one_draw_for_every_picture_of_a_size() -> None:
    noise = reference_noise(SHAPE, CPU, torch.float32)
    assert noise.shape == SHAPE
    assert torch.equal(noise[0], noise[2])
    assert torch.equal(noise[:1], reference_noise((1, *SHAPE[1:]), CPU, torch.float32))
    assert noise.std().item() == pytest.approx(1, abs=0.2)


def test_nothing_is_taken_from_the_global_generator() -> None:
    before = torch.get_rng_state()
    published_start(1, SHAPE)
    reference_noise(SHAPE, CPU, torch.float32)
    normal(SHAPE, seeded([1, 2, 3]), CPU, torch.float32)
    assert torch.equal(torch.get_rng_state(), before)
