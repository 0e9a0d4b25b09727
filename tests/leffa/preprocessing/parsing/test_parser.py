"""A photo to label maps, with drawn logits in place of the networks'."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from leffa.masks.labels import Atr
from leffa.preprocessing.parsing.network import KINDS, ParserKind
from leffa.preprocessing.parsing.parser import HumanParser, Network, parse_labels
from tests.leffa.preprocessing.parsing.recorded import apart, photo, read

CASES = [str(name) for name in read("post")["cases"]]


def drawn(case: str, kind: ParserKind, seen: list[Tensor] | None = None) -> Network:
    """A network that answers with the recorded logits, and tells what it was asked."""
    logits = torch.from_numpy(read("post")[f"{case}_{kind}_q"]).float()[None] / 16

    def network(picture: Tensor) -> Tensor:
        if seen is not None:
            seen.append(picture)
        return logits

    return network


def any_picture(case: str) -> Image.Image:
    width, height = (int(side) for side in read("post")[f"{case}_size_wh"])
    return Image.new("RGB", (width, height))


@pytest.mark.parametrize("case", CASES)
def test_all_maps_of_a_picture_are_the_recorded_ones(case: str) -> None:
    recorded = read("post")
    parser = HumanParser(drawn(case, "atr"), drawn(case, "lip"), published=True)

    parsing = parser(any_picture(case))

    assert np.array_equal(parsing.atr, recorded[f"{case}_parsing"])
    assert np.array_equal(parsing.lip, recorded[f"{case}_lip_argmax"])
    assert np.array_equal(parsing.face, recorded[f"{case}_parsing"] == Atr.FACE)
    assert [map_.dtype.name for map_ in (parsing.atr, parsing.lip, parsing.face)] == [
        "uint8",
        "uint8",
        "bool",
    ]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_one_network_are_the_recorded_ones(kind: ParserKind, case: str) -> None:
    labels = parse_labels(drawn(case, kind), kind, any_picture(case))
    assert np.array_equal(labels, read("post")[f"{case}_{kind}_argmax"])


@pytest.mark.parametrize("case", ["plain", "landscape"])
def test_networks_are_shown_the_recorded_pictures(case: str) -> None:
    seen: list[Tensor] = []
    HumanParser(drawn(case, "atr", seen), drawn(case, "lip", seen))(photo(f"post_{case}"))

    atr, lip = seen
    assert (atr.shape, lip.shape) == ((1, 3, 512, 512), (1, 3, 473, 473))
    assert apart(atr[0, :, ::4, ::4], read("post")[f"{case}_atr_input_s4"]) < 1e-6
    assert apart(lip[0, :, ::4, ::4], read("post")[f"{case}_lip_input_s4"]) < 1e-6


def test_networks_can_be_fed_red_first() -> None:
    seen: list[Tensor] = []
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    HumanParser(drawn("plain", "atr", seen), drawn("plain", "lip", seen), channel_order="rgb")(red)
    assert all(picture[0, 0].min() > 0 > picture[0, 2].max() for picture in seen)


def test_networks_run_one_after_the_other_and_without_gradients() -> None:
    calls: list[str] = []

    def loading(kind: ParserKind) -> Network:
        def network(picture: Tensor) -> Tensor:
            assert not torch.is_grad_enabled()
            calls.append(kind)
            return drawn("plain", kind)(picture).half()  # of another type

        return network

    parsing = HumanParser(loading("atr"), loading("lip"), published=True)(any_picture("plain"))

    assert calls == ["atr", "lip"]
    assert np.array_equal(parsing.atr, read("post")["plain_parsing"])
