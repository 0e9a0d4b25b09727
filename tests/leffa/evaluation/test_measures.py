"""The measures know equal from different, and colour from pattern."""

import numpy as np
import pytest

from leffa.evaluation.measures import (
    Picture,
    colour_distance,
    masked_ssim,
    pattern_correlation,
    pattern_energy,
)

EVERYWHERE = np.ones((256, 96), bool)


def striped(phase: int = 0, colour: tuple[int, int, int] = (200, 40, 40)) -> Picture:
    picture = np.full((256, 96, 3), 255, np.uint8)
    picture[(np.arange(256) + phase) // 3 % 2 == 0] = colour
    return picture


def test_a_picture_equals_itself() -> None:
    picture = striped()
    assert masked_ssim(picture, picture, EVERYWHERE) == pytest.approx(1.0, abs=1e-4)
    assert colour_distance(picture, picture, EVERYWHERE) == 0
    assert pattern_correlation(picture, picture, EVERYWHERE) == pytest.approx(1.0)


def test_stripes_out_of_place_have_the_right_colour_and_the_wrong_pattern() -> None:
    shifted = striped(phase=3)
    assert colour_distance(shifted, striped(), EVERYWHERE) < 3
    assert pattern_correlation(shifted, striped(), EVERYWHERE) < -0.5


def test_stripes_of_another_colour_are_a_colour_distance() -> None:
    assert colour_distance(striped(colour=(40, 40, 200)), striped(), EVERYWHERE) > 20


def test_a_plain_picture_has_no_pattern() -> None:
    plain = np.full((256, 96, 3), 90, np.uint8)
    assert pattern_energy(plain, EVERYWHERE) == pytest.approx(0.0, abs=1e-3)
    assert pattern_correlation(plain, striped(), EVERYWHERE) == pytest.approx(0.0, abs=0.05)


def test_only_the_region_counts() -> None:
    changed = striped()
    changed[:, 60:] = 0
    region = np.zeros((256, 96), bool)
    region[:, :40] = True
    assert masked_ssim(changed, striped(), region) == pytest.approx(1.0, abs=1e-4)
    assert colour_distance(changed, striped(), region) == pytest.approx(0.0, abs=1e-3)
