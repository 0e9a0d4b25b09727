"""End-point error of attention."""

from __future__ import annotations

import numpy as np

from leffa.evaluation.flow import end_point_errors


def test_the_error_is_in_pixels_of_what_is_known() -> None:
    truth = np.full((2, 2, 2), np.nan, np.float32)
    truth[0, 1] = (0.5, 0.5)
    truth[1, 1] = (0.25, 0.75)
    places = np.full((2, 2, 2), 0.5, np.float32)
    errors = end_point_errors(places, truth, (96, 128))
    np.testing.assert_allclose(errors, [0, np.hypot(24, 32)], rtol=1e-6)
