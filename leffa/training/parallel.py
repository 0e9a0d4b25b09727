"""Several processes training one model (`torchrun --nproc-per-node 2 -m ...`), or a single one.

On a CPU two processes of one thread each do nearly twice the work of one process with two threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def joined() -> Iterator[None]:
    """Meet the other processes of this `torchrun`, if there are any, and leave them at the end."""
    if not dist.is_torchelastic_launched():
        yield
        return
    dist.init_process_group("gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """0 for the first process, which also writes the files."""
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextmanager
def first_alone() -> Iterator[None]:
    """The first process goes through the block before the others do, and finds its files made."""
    if dist.is_initialized() and rank() > 0:
        dist.barrier()
    yield
    if dist.is_initialized() and rank() == 0:
        dist.barrier()


def average_(tensors: Iterable[Tensor]) -> None:
    """Give every tensor its mean over the processes, in place."""
    if not dist.is_initialized():
        return
    tensors = list(tensors)
    flat = torch.cat([tensor.flatten() for tensor in tensors])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    means = torch.split(flat, [tensor.numel() for tensor in tensors])
    for tensor, mean in zip(tensors, means, strict=True):
        tensor.copy_(mean.view_as(tensor))
