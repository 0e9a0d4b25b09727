"""The perceptual distance sees what a person would see first."""

import numpy as np
import pytest

from leffa.evaluation.measures import Picture
from leffa.evaluation.perceptual import SeerDistance
from leffa.synthetic import SIZE, sample_pair

EVERYWHERE = np.ones(SIZE[::-1], bool)


@pytest.fixture(scope="module")
def apart() -> SeerDistance:
    return SeerDistance()


@pytest.fixture(scope="module")
def person() -> Picture:
    return sample_pair(3, SIZE).person.image


def test_a_picture_equals_itself(apart: SeerDistance, person: Picture) -> None:
    assert apart(person, person, EVERYWHERE) == pytest.approx(0.0, abs=1e-6)


def test_a_blur_is_worse_than_a_little_noise(apart: SeerDistance, person: Picture) -> None:
    """Squared error says the opposite: it hardly minds a blur."""
    blurred = person.reshape(SIZE[1] // 4, 4, SIZE[0] // 4, 4, 3).mean(axis=(1, 3))
    blurred = blurred.repeat(4, axis=0).repeat(4, axis=1).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 3, person.shape)
    noisy = np.clip(person + noise, 0, 255).astype(np.uint8)
    assert apart(blurred, person, EVERYWHERE) > 2 * apart(noisy, person, EVERYWHERE)


def test_only_the_region_counts_and_any_size_will_do(apart: SeerDistance, person: Picture) -> None:
    cut = person[:187, :149]
    changed = cut.copy()
    changed[:, 100:] = 0
    left, right = np.zeros((2, *cut.shape[:2]), bool)
    left[:, :30], right[:, 110:] = True, True
    assert apart(changed, cut, left) < 0.2 * apart(changed, cut, right)
