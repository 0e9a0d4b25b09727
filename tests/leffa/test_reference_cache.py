"""What is kept of references, for how long, and within which bound."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch

from leffa.reference_cache import Entry, ReferenceCache, default_cache_bytes, fingerprint, size_of

BYTES = 2 * 10 * 4 * 4  # of one entry below


def entry(value: float = 0.0) -> Entry:
    return [(torch.full((10, 4), value), torch.full((10, 4), value))]


def filled(cache: ReferenceCache, group: Hashable, timesteps: range, *, pinned: bool = False) -> None:
    for timestep in timesteps:
        cache.put(group, timestep, entry(), pinned=pinned)


def kept(cache: ReferenceCache, group: Hashable, timesteps: range) -> list[int]:
    return [timestep for timestep in timesteps if cache.get(group, timestep) is not None]


def test_what_was_put_is_found_under_its_group_and_timestep_only() -> None:
    cache, mine = ReferenceCache(100 * BYTES), entry(3.0)
    cache.put("garment", 5, mine)
    assert cache.get("garment", 5) is mine
    assert cache.get("garment", 6) is None
    assert cache.get("other", 5) is None
    assert (cache.hits, cache.misses) == (1, 2)


def test_size_is_that_of_all_keys_and_values() -> None:
    assert size_of(entry()) == BYTES
    half: Entry = [(keys.half(), values.half()) for keys, values in entry() * 3]
    assert size_of(half) == 3 * BYTES / 2


def test_least_recently_used_garment_goes_first_and_whole() -> None:
    cache = ReferenceCache(6 * BYTES)
    filled(cache, "first", range(3))
    filled(cache, "second", range(3))
    cache.get("first", 0)
    cache.put("third", 0, entry())
    assert kept(cache, "first", range(3)) == [0, 1, 2]
    assert kept(cache, "second", range(3)) == []
    assert kept(cache, "third", range(1)) == [0]
    assert cache.used_bytes == 4 * BYTES


def test_a_garment_never_pushes_out_its_own_timesteps() -> None:
    cache = ReferenceCache(3 * BYTES)
    filled(cache, "long", range(10))
    assert kept(cache, "long", range(10)) == [0, 1, 2]
    assert cache.used_bytes == 3 * BYTES


def test_pinned_features_outlive_every_garment() -> None:
    cache = ReferenceCache(4 * BYTES)
    filled(cache, "unconditional", range(2), pinned=True)
    for garment in range(5):
        filled(cache, garment, range(2))
    assert kept(cache, "unconditional", range(2)) == [0, 1]
    assert kept(cache, 4, range(2)) == [0, 1]
    assert kept(cache, 3, range(2)) == []


def test_putting_the_same_again_takes_no_more_memory() -> None:
    cache, first = ReferenceCache(100 * BYTES), entry(1.0)
    cache.put("garment", 1, first)
    cache.put("garment", 1, entry(2.0))
    assert cache.get("garment", 1) is first
    assert cache.used_bytes == BYTES


def test_an_entry_larger_than_the_whole_cache_is_not_kept_and_pushes_nothing_out() -> None:
    cache = ReferenceCache(2 * BYTES)
    filled(cache, "small", range(2))
    cache.put("huge", 0, entry() * 3)
    assert cache.get("huge", 0) is None
    assert kept(cache, "small", range(2)) == [0, 1]


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = ReferenceCache(0)
    filled(cache, "garment", range(3))
    assert kept(cache, "garment", range(3)) == []
    assert cache.used_bytes == 0


def test_clear_forgets_pinned_features_too() -> None:
    cache = ReferenceCache(100 * BYTES)
    filled(cache, "unconditional", range(2), pinned=True)
    filled(cache, "garment", range(2))
    cache.clear()
    assert kept(cache, "unconditional", range(2)) == kept(cache, "garment", range(2)) == []
    assert cache.used_bytes == 0


def test_many_threads_keep_the_bound_and_the_count() -> None:
    cache = ReferenceCache(20 * BYTES)

    def use(worker: int) -> int:
        largest = 0
        for turn in range(60):
            group, timestep = (worker + turn) % 7, turn % 6
            if cache.get(group, timestep) is None:
                cache.put(group, timestep, entry())
            largest = max(largest, cache.used_bytes)
        return largest

    with ThreadPoolExecutor(8) as pool:
        largest = max(pool.map(use, range(8)))
    assert largest <= 20 * BYTES
    assert cache.hits + cache.misses == 8 * 60
    assert cache.used_bytes == BYTES * sum(len(kept(cache, group, range(6))) for group in range(7))


def test_a_fingerprint_tells_values_shapes_and_types_apart() -> None:
    latent = torch.arange(24.0).view(4, 3, 2)
    changed = latent.clone()
    changed[3, 2, 1] += 1e-4
    different = [latent, changed, latent.view(4, 2, 3), latent.half()]
    assert len({fingerprint(one) for one in different}) == 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_equal_latents_have_one_fingerprint_however_they_lie_in_memory(dtype: torch.dtype) -> None:
    latent = torch.arange(24.0).view(1, 4, 3, 2).to(dtype)
    turned = latent.to(memory_format=torch.channels_last)
    assert fingerprint(latent[0]) == fingerprint(turned[0]) == fingerprint(latent[0].clone())


@pytest.mark.parametrize(("device_gib", "cache_gib"), [(12, 4), (24, 8), (141, 20)])
def test_default_bound_is_a_third_of_a_gpu_and_at_most_20_gib(
    monkeypatch: pytest.MonkeyPatch, device_gib: int, cache_gib: int
) -> None:
    device = SimpleNamespace(total_memory=device_gib * 1024**3)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: device)
    assert default_cache_bytes(torch.device("cuda")) == cache_gib * 1024**3
    assert default_cache_bytes(torch.device("cpu")) == 2 * 1024**3
