"""Keys and values of reference pictures, kept over steps and requests under a memory bound.

What the generative UNet reads of a reference depends on (weights, timestep, reference latent) only: not on
the person, the seed or the noisy sample. One *group* holds all timesteps of one reference latent; the
group of the all-zero latent (guidance's unconditional half) serves every request.

Price, for the full SD 1.5 model in float16 at 1024x768: 138.6 MB per timestep and reference (4.2 GB for a
30-step schedule; 138.6 MB in all under reference acceleration). `leffa bench` prints it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable

import torch
from torch import Tensor

from leffa.attention import KeyValue

# One timestep of one reference: per transformer block, keys and values `[tokens, channels]`.
Entry = list[KeyValue]
KEPT_LATENTS = 64
_GIB = 1024**3
CPU_CACHE_BYTES = 2 * _GIB
# The unconditional half and one reference, 30 steps in float16 at 1024x768: 8.3 GB (SDXL 18.9 GB).
MOST_CACHE_BYTES = 20 * _GIB


def fingerprint(latent: Tensor) -> str:
    """SHA-256 over the values of one latent `[L, h, w]` (and its shape and type)."""
    digest = hashlib.sha256(f"{latent.dtype}{list(latent.shape)}".encode())
    digest.update(latent.detach().cpu().contiguous().view(-1).float().numpy().tobytes())
    return digest.hexdigest()


def size_of(entry: Entry) -> int:
    """Bytes of an entry's tensors."""
    return sum(tensor.numel() * tensor.element_size() for pair in entry for tensor in pair)


def default_cache_bytes(device: torch.device) -> int:
    """2 GiB on a CPU; on a GPU a third of its memory, at most 20 GiB."""
    if device.type != "cuda":
        return CPU_CACHE_BYTES
    return min(MOST_CACHE_BYTES, torch.cuda.get_device_properties(device).total_memory // 3)


class ReferenceCache:
    """Least recently used *groups* go first, whole; a group never pushes out its own timesteps.

    A schedule is walked in order, so evicting entry by entry would throw each one away just before
    it is needed again. When no other group is left to evict, a new entry is simply not kept.
    Pinned groups (the unconditional one) stay until `clear`. Safe to share between threads.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.used_bytes = 0
        self.hits = 0
        self.misses = 0
        self._groups: OrderedDict[Hashable, dict[int, Entry]] = OrderedDict()
        self._pinned: set[Hashable] = set()
        self._latents: OrderedDict[str, Tensor] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, group: Hashable, timestep: int) -> Entry | None:
        with self._lock:
            entries = self._groups.get(group)
            entry = None if entries is None else entries.get(timestep)
            if entry is None:
                self.misses += 1
                return None
            self._groups.move_to_end(group)
            self.hits += 1
            return entry

    def put(self, group: Hashable, timestep: int, entry: Entry, *, pinned: bool = False) -> None:
        size = size_of(entry)
        with self._lock:
            if timestep in self._groups.get(group, {}) or not self._make_room(size, group):
                return
            self._groups.setdefault(group, {})[timestep] = entry
            self._groups.move_to_end(group)
            self.used_bytes += size
            if pinned:
                self._pinned.add(group)

    def get_latent(self, picture: str) -> Tensor | None:
        """The latent `[L, h, w]` of a reference picture, by its fingerprint."""
        with self._lock:
            return self._latents.get(picture)

    def put_latent(self, picture: str, latent: Tensor) -> None:
        """Latents are small (0.2 MB at 1024x768): the last 64 are kept, beside the bound."""
        with self._lock:
            self._latents[picture] = latent
            while len(self._latents) > KEPT_LATENTS:
                self._latents.popitem(last=False)

    def clear(self) -> None:
        """Forget everything; needed after the weights changed."""
        with self._lock:
            self._groups.clear()
            self._pinned.clear()
            self._latents.clear()
            self.used_bytes = 0

    def _make_room(self, size: int, group: Hashable) -> bool:
        evictable = [other for other in self._groups if other != group and other not in self._pinned]
        held = {other: sum(map(size_of, self._groups[other].values())) for other in evictable}
        if self.used_bytes - sum(held.values()) + size > self.max_bytes:
            return False  # nobody is sent away for what would not fit after all
        for other in evictable:
            if self.used_bytes + size <= self.max_bytes:
                break
            del self._groups[other]
            self.used_bytes -= held[other]
        return True
