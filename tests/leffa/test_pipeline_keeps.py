"""What the pipeline keeps between requests, and that it makes no difference but to the work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

import leffa.reference_cache
from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline
from leffa.reference_cache import Entry, size_of
from tests.leffa.published import Files
from tests.leffa.small import STEPS, apart, batch, batches_seen, dress, request


def kept_entries(pipe: LeffaPipeline) -> list[Entry]:
    return [entry for group in pipe.reference_cache._groups.values() for entry in group.values()]


@pytest.mark.parametrize("ref_acceleration", [False, True])
def test_a_kept_garment_gives_the_same_picture_and_costs_no_reference_pass(
    pipe: LeffaPipeline, model: LeffaModel, ref_acceleration: bool
) -> None:
    cold = dress(pipe, 1, 2, seed=5, ref_acceleration=ref_acceleration)
    with batches_seen(model.unet_encoder) as passes, batches_seen(model.vae.encoder) as encoded:
        warm = dress(pipe, 1, 2, seed=5, ref_acceleration=ref_acceleration)
    assert apart(cold, warm) == 0
    assert passes == []
    assert encoded == [1]  # the person


def test_same_garment_is_reused_for_another_person(pipe: LeffaPipeline, model: LeffaModel) -> None:
    dress(pipe, 1, 2, seed=5)
    assert pipe.reference_cache.hits == 0
    assert pipe.reference_cache.misses == 2 * STEPS
    with batches_seen(model.unet_encoder) as passes:
        second = dress(pipe, 3, 2, seed=6)
    assert passes == []
    assert pipe.reference_cache.hits == 2 * STEPS
    assert pipe.reference_cache.misses == 2 * STEPS
    assert apart(second, dress(LeffaPipeline(model), 3, 2, seed=6)) <= 1


def test_another_garment_needs_its_own_features_only(pipe: LeffaPipeline, model: LeffaModel) -> None:
    with batches_seen(model.unet_encoder) as passes:
        dress(pipe, 1, 2, seed=5)
        dress(pipe, 1, 3, seed=5)
    assert passes == [2] * STEPS + [1] * STEPS


def test_one_garment_on_three_persons_is_computed_once(pipe: LeffaPipeline, model: LeffaModel) -> None:
    with batches_seen(model.unet_encoder) as passes:
        pipe(
            *batch(*(request(person, 2) for person in (1, 3, 5))),
            num_inference_steps=STEPS,
            generator=seeded([1, 2, 3]),
        )
    assert passes == [2] * STEPS  # the garment and the unconditional half


def test_a_small_cache_stays_within_its_bound_and_gives_the_same_pictures(
    pipe: LeffaPipeline, model: LeffaModel
) -> None:
    wanted = {garment: dress(pipe, 1, garment, seed=5) for garment in (2, 3)}
    group = pipe.reference_cache.used_bytes / 3  # a garment's, and as much for the unconditional half
    for groups in (0.0, 0.5, 2.5):
        small = LeffaPipeline(model, cache_bytes=int(groups * group))
        for garment in (2, 3, 2):
            assert apart(dress(small, 1, garment, seed=5), wanted[garment]) <= 1
            assert small.reference_cache.used_bytes <= small.reference_cache.max_bytes


def test_a_garment_of_another_size_is_another_reference(pipe: LeffaPipeline, model: LeffaModel) -> None:
    dress(pipe, 1, 2, seed=5)
    small, alone = (
        one(*request(1, 2, (40, 56)), num_inference_steps=STEPS, generator=seeded([5]))
        for one in (pipe, LeffaPipeline(model))
    )
    assert apart(small, alone) <= 1


def test_memory_held_by_the_cache_is_what_it_counts(pipe: LeffaPipeline) -> None:
    pipe(*batch(request(1, 2), request(3, 4)), num_inference_steps=STEPS, generator=seeded([1, 2]))
    entries = kept_entries(pipe)
    assert len(entries) == 3 * STEPS
    assert pipe.reference_cache.used_bytes == sum(size_of(entry) for entry in entries)
    for tensor in (tensor for entry in entries for pair in entry for tensor in pair):
        assert tensor.untyped_storage().nbytes() == tensor.nbytes  # no part of a larger one


def test_a_reference_not_to_be_kept_leaves_no_trace(pipe: LeffaPipeline, model: LeffaModel) -> None:
    picture = dress(pipe, 1, 2, seed=5, keep_reference=False)
    entries = kept_entries(pipe)
    assert len(entries) == STEPS  # the unconditional ones
    for tensor in (tensor for entry in entries for pair in entry for tensor in pair):
        assert tensor.untyped_storage().nbytes() == tensor.nbytes  # nothing of the garment beside it
    with batches_seen(model.unet_encoder) as passes, batches_seen(model.vae.encoder) as encoded:
        again = dress(pipe, 1, 2, seed=5, keep_reference=False)
    assert passes == [1] * STEPS
    assert encoded == [1, 1]
    assert apart(picture, again) <= 1


def test_clearing_the_cache_forgets_everything_of_older_weights(files: dict[str, Files]) -> None:
    model = LeffaModel.from_published(*files["sd15"])
    pipe = LeffaPipeline(model)
    dress(pipe, 1, 2, seed=5)
    with torch.no_grad():
        model.vae.encoder.conv_out.weight.mul_(0.5)
        model.unet_encoder.conv_in.weight.mul_(0.5)
    pipe.reference_cache.clear()
    assert apart(dress(pipe, 1, 2, seed=5), dress(LeffaPipeline(model), 1, 2, seed=5)) == 0


def test_latents_kept_of_references_are_bounded_in_number(
    pipe: LeffaPipeline, model: LeffaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leffa.reference_cache, "KEPT_LATENTS", 3)
    for garment in range(4):
        dress(pipe, 1, garment, seed=5, num_inference_steps=1)
    with batches_seen(model.vae.encoder) as encoded:
        dress(pipe, 1, 3, seed=5, num_inference_steps=1)
        dress(pipe, 1, 0, seed=5, num_inference_steps=1)
    assert encoded == [1, 1, 1]  # the person twice, and the first garment anew


def test_requests_of_several_threads_get_their_own_pictures(pipe: LeffaPipeline, model: LeffaModel) -> None:
    jobs = [(1, 2, 5), (3, 2, 6), (5, 4, 7), (7, 4, 8)]
    wanted = [dress(LeffaPipeline(model), *job) for job in jobs]
    with ThreadPoolExecutor(2) as pool:
        pictures = list(pool.map(lambda job: dress(pipe, *job), jobs))
    for picture, alone in zip(pictures, wanted, strict=True):
        assert apart(picture, alone) <= 1
