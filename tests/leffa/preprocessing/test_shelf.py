"""Networks are loaded once, when needed, and leave when memory runs short."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import nn

from leffa.preprocessing.shelf import Shelf, size_of

KILOBYTE = size_of(nn.Linear(256, 1, bias=False))


@pytest.fixture
def loads() -> list[str]:
    """The names of what was loaded, in order."""
    return []


def load(name: str, loads: list[str]) -> Callable[[], nn.Linear]:
    def make() -> nn.Linear:
        loads.append(name)
        return nn.Linear(256, 1, bias=False)

    return make


def test_a_network_is_loaded_once(loads: list[str]) -> None:
    shelf = Shelf(2 * KILOBYTE)
    assert not shelf.names
    first = shelf.get("a", load("a", loads))
    assert shelf.get("a", load("a", loads)) is first
    assert loads == ["a"]


def test_the_least_recently_used_makes_room(loads: list[str]) -> None:
    shelf = Shelf(2 * KILOBYTE)
    for name in ("a", "b", "a", "c"):
        shelf.get(name, load(name, loads))
    assert shelf.names == ["a", "c"]
    assert shelf.bytes_held == 2 * KILOBYTE
    shelf.get("b", load("b", loads))
    assert loads == ["a", "b", "c", "b"]


def test_a_network_larger_than_the_bound_stays_alone(loads: list[str]) -> None:
    shelf = Shelf(KILOBYTE // 2)
    for name in ("a", "b"):
        shelf.get(name, load(name, loads))
    assert shelf.names == ["b"]


def test_a_network_that_cannot_be_loaded_leaves_the_others(loads: list[str]) -> None:
    shelf = Shelf(KILOBYTE)
    shelf.get("a", load("a", loads))

    def fail() -> nn.Linear:
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        shelf.get("b", fail)
    assert shelf.names == ["a"]


def test_everything_can_be_let_go(loads: list[str]) -> None:
    shelf = Shelf(KILOBYTE)
    shelf.get("a", load("a", loads))
    shelf.clear()
    assert not shelf.names
    assert shelf.bytes_held == 0
