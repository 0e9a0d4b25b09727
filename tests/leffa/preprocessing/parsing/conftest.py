"""Weights files in the published form, with the recorded runs' weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from leffa.preprocessing.parsing.network import ParserKind, SchpNetwork
from leffa.preprocessing.parsing.weights import Gamma, load_parser_network
from tests.leffa.preprocessing.recipe import make_weights

Load = Callable[[ParserKind, Gamma], SchpNetwork]


@contextmanager
def published_file(kind: ParserKind, folder: Path) -> Iterator[Path]:
    """A `.pth` as published: the old container, wrapped, with prefixes. It is large, and goes again."""
    path = folder / f"{kind}.pth"
    state = {f"module.{name}": tensor for name, tensor in make_weights(f"schp_{kind}").items()}
    torch.save({"state_dict": state}, path, _use_new_zipfile_serialization=False)
    try:
        yield path
    finally:
        path.unlink()


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """The network of a kind with the recorded runs' weights; the last one is kept."""
    kept: dict[tuple[ParserKind, Gamma], SchpNetwork] = {}

    def once(kind: ParserKind, gamma: Gamma) -> SchpNetwork:
        if (kind, gamma) not in kept:
            kept.clear()
            with published_file(kind, tmp_path_factory.mktemp(kind)) as path:
                kept[kind, gamma] = load_parser_network(path, kind, gamma=gamma)
        return kept[kind, gamma]

    return once
