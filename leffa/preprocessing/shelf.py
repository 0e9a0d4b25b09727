"""Networks kept within a memory bound: what has not been used for the longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

from torch import nn

M = TypeVar("M", bound=nn.Module)


class Shelf:
    """Modules by name, each made when it is first asked for."""

    def __init__(self, max_bytes: int) -> None:
        """max_bytes: of all weights kept; one module alone may exceed it."""
        self._max_bytes = max_bytes
        self._modules: OrderedDict[str, nn.Module] = OrderedDict()

    @property
    def bytes_held(self) -> int:
        """Of the weights that are there now."""
        return sum(map(size_of, self._modules.values()))

    @property
    def names(self) -> list[str]:
        """The least recently used first."""
        return list(self._modules)

    def get(self, name: str, load: Callable[[], M]) -> M:
        """The module called `name`; where it is not there, `load` makes it, and others may have to go."""
        if name not in self._modules:
            self._modules[name] = load()
        self._modules.move_to_end(name)
        while len(self._modules) > 1 and self.bytes_held > self._max_bytes:
            self._modules.popitem(last=False)
        return cast(M, self._modules[name])

    def clear(self) -> None:
        self._modules.clear()


def size_of(module: nn.Module) -> int:
    """Bytes of its parameters and buffers."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
