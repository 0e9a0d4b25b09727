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

from torch import Tensor

from leffa.attention import KeyValue

# One timestep of one reference: per transformer block, keys and values `[tokens, channels]`.
Entry = list[KeyValue]
DEFAULT_CACHE_BYTES = 2 * 1024**3


def fingerprint(latent: Tensor) -> str:
    """SHA-256 over the values of one latent `[L, h, w]` (and its shape and type)."""
    digest = hashlib.sha256(f"{latent.dtype}{list(latent.shape)}".encode())
    digest.update(latent.detach().cpu().contiguous().view(-1).float().numpy().tobytes())
    return digest.hexdigest()


def size_of(entry: Entry) -> int:
    """Bytes of an entry's tensors."""
    return sum(tensor.numel() * tensor.element_size() for pair in entry for tensor in pair)


class ReferenceCache:
    """Least recently used *groups* go first, whole; a group never pushes out its own timesteps.

    A schedule is walked in order, so evicting entry by entry would throw each one away just before
    it is needed again. When no other group is left to evict, a new entry is simply not kept.
    Pinned groups (the unconditional one) stay until `clear`. Safe to share between threads.
    """

    def __init__(self, max_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self.used_bytes = 0
        self.hits = 0
        self.misses = 0
        self._groups: OrderedDict[Hashable, dict[int, Entry]] = OrderedDict()
        self._pinned: set[Hashable] = set()
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

    def clear(self) -> None:
        """Forget everything; needed after the weights changed."""
        with self._lock:
            self._groups.clear()
            self._pinned.clear()
            self.used_bytes = 0

    def _make_room(self, size: int, group: Hashable) -> bool:
        evictable = [other for other in self._groups if other != group and other not in self._pinned]
        while self.used_bytes + size > self.max_bytes and evictable:
            for entry in self._groups.pop(evictable.pop(0)).values():
                self.used_bytes -= size_of(entry)
        return self.used_bytes + size <= self.max_bytes
