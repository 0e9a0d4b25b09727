"""Classifier-free guidance and its published rescale."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from leffa.guidance import guide, needs_conditional, needs_unconditional, rescale


def predictions(seed: int = 0, batch: int = 2) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, 4, 6, 5, generator=generator), torch.randn(batch, 4, 6, 5, generator=generator)


def test_scale_zero_is_the_unconditional_and_scale_one_the_conditional_prediction() -> None:
    unconditional, conditional = predictions()
    assert torch.equal(guide(unconditional, conditional, 0.0), unconditional)
    torch.testing.assert_close(guide(unconditional, conditional, 1.0), conditional)


def test_a_higher_scale_goes_further_in_the_same_direction() -> None:
    unconditional, conditional = predictions()
    step = guide(unconditional, conditional, 1.0) - unconditional
    torch.testing.assert_close(guide(unconditional, conditional, 4.0) - unconditional, 4 * step)


@pytest.mark.parametrize(
    ("scale", "unconditional", "conditional"), [(0.0, True, False), (1.0, False, True), (2.5, True, True)]
)
def test_only_the_halves_that_count_are_needed(scale: float, unconditional: bool, conditional: bool) -> None:
    assert needs_unconditional(scale) is unconditional
    assert needs_conditional(scale) is conditional


def test_rescale_leaves_a_prediction_of_the_right_spread_alone() -> None:
    _, conditional = predictions()
    torch.testing.assert_close(rescale(-conditional, conditional, 2.5), -conditional)


def test_rescale_extrapolates_by_the_scale_as_published() -> None:
    _, conditional = predictions()
    wide = 2 * conditional  # its standard deviation is twice the conditional one
    torch.testing.assert_close(rescale(wide, conditional, 2.5), wide * (2.5 * 0.5 - 1.5))
    torch.testing.assert_close(rescale(wide, conditional, 5.0), wide * (5.0 * 0.5 - 4.0))
    torch.testing.assert_close(rescale(wide, conditional, 1.0), conditional)


def test_rescale_looks_at_each_sample_by_itself() -> None:
    guided, conditional = predictions()
    guided[1] *= 3
    together = rescale(guided, conditional, 2.5)
    for row in (slice(0, 1), slice(1, 2)):
        torch.testing.assert_close(together[row], rescale(guided[row], conditional[row], 2.5))
