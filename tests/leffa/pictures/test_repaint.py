"""The published repaint option, number by number."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from leffa.errors import OptionInvalid
from leffa.pictures import repaint
from leffa.pictures.repaint import seam_width
from tests.leffa.pictures.samples import DATA, noise

GOLDEN = load_file(DATA / "transform" / "repaint_standalone.safetensors")


def _golden(case: int, name: str) -> Image.Image:
    return Image.fromarray(GOLDEN[f"{case}.{name}"])


@pytest.mark.parametrize("mask_mode", ["RGB", "L"])
@pytest.mark.parametrize("case", range(5))
def test_repaint_equals_the_published_pixels(case: int, mask_mode: str) -> None:
    mask = _golden(case, "mask").convert(mask_mode)
    out = repaint(_golden(case, "person"), mask, _golden(case, "result"))
    assert np.array_equal(np.asarray(out), GOLDEN[f"{case}.out"])


@pytest.mark.parametrize(("height", "width"), [(64, 1), (100, 1), (192, 1), (200, 3), (512, 5), (1024, 11)])
def test_the_seam_is_a_hundredth_of_the_height_and_odd(height: int, width: int) -> None:
    assert seam_width(height) == width


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_an_empty_mask_gives_the_person_and_a_full_one_the_result(mode: str) -> None:
    person, generated = noise(30, 220), noise(30, 220, seed=1)
    assert repaint(person, Image.new(mode, person.size), generated) == person
    assert repaint(person, Image.new(mode, person.size, "white"), generated) == generated


def test_pictures_of_different_sizes_are_refused() -> None:
    with pytest.raises(OptionInvalid):
        repaint(noise(30, 40), Image.new("L", (30, 41)), noise(30, 40))
