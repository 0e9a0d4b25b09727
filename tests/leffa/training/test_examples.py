"""Training examples come from pairs through the code that dresses a member."""

import numpy as np

from leffa.presets import MINI
from leffa.training.examples import STRIDE, make_example


def test_the_answer_is_the_photo_itself_outside_the_mask() -> None:
    example = make_example(3)
    outside = example.mask == 0
    assert outside.any()
    np.testing.assert_array_equal(example.target[outside], example.source[outside])


def test_the_answer_shows_another_garment_inside_the_mask() -> None:
    example = make_example(3)
    inside = example.mask == 1
    changed = np.abs(example.target[inside].astype(int) - example.source[inside]).max(axis=-1) > 30
    assert changed.mean() > 0.2


def test_every_field_has_the_work_size() -> None:
    width, height = MINI.work_size
    example = make_example(11)
    assert example.mask.shape == (height, width)
    for name in ("source", "target", "garment", "densepose"):
        assert getattr(example, name).shape == (height, width, 3)


def test_the_same_seed_gives_the_same_example() -> None:
    first, second = make_example(5), make_example(5)
    for name in vars(first):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_the_flow_tells_which_point_of_the_garment_is_seen() -> None:
    """Colours fetched along the flow are those of the picture, but for its shading."""
    example = make_example(1)
    known = np.isfinite(example.flow).all(axis=-1)
    assert known.mean() > 0.05
    height, width = example.mask.shape
    x, y = (example.flow[known] * (width, height)).astype(int).T
    fetched = example.garment[y, x].astype(float)
    rows, columns = np.nonzero(known)
    seen = example.target[rows * STRIDE + 2, columns * STRIDE + 2].astype(float)
    assert np.median(np.abs(fetched - seen).mean(axis=-1)) < 25
    assert (example.mask[rows * STRIDE + 2, columns * STRIDE + 2] == 1).all()
