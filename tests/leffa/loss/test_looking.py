"""Where a model looks: shares of the reference's sides, and the truth of drawn people in the same terms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from leffa.framing import Frame
from leffa.loss import coordinate_map
from leffa.loss.looking import looked_at, token_shares
from leffa.loss.truth import true_places
from leffa.model import LeffaModel
from leffa.pictures import LeffaTransform
from leffa.synthetic import sample_pair
from tests.leffa.small import HEIGHT, WIDTH, photo, request


def test_the_middle_of_a_token_stands_for_the_token() -> None:
    shares = token_shares(coordinate_map(4, 3)[None], (4, 3))[0]
    torch.testing.assert_close(shares[0, 0], torch.tensor([1 / 6, 1 / 8]))
    torch.testing.assert_close(shares[3, 2], torch.tensor([5 / 6, 7 / 8]))


def test_every_fine_layer_tells_a_place_for_every_token(model: LeffaModel) -> None:
    source, reference, mask, densepose = request(1, 2)
    transform = LeffaTransform(height=HEIGHT, width=WIDTH)
    inputs = transform(source, reference, mask, densepose)
    target = transform(photo(3), reference, mask, densepose).source
    found, again = (looked_at(model, inputs, target, timestep=100) for _ in range(2))
    assert found
    for name, places in found.items():
        assert places.shape == (1, HEIGHT // 8, WIDTH // 8, 2)
        assert ((places > 0) & (places < 1)).all()
        assert torch.equal(places, again[name])
    everything = looked_at(model, inputs, target, timestep=100, coarsest_stride=64)
    assert len(everything) == model.num_features
    (up,) = {n.split(".")[0] for n in looked_at(model, inputs, target, timestep=1, layers=("up_blocks.*",))}
    assert up == "up_blocks"


@pytest.mark.parametrize("stride", [4, 8])
def test_the_truth_points_to_the_same_colour_on_the_garment(stride: int) -> None:
    pair = sample_pair(0, (192, 256))
    size = (192, 256)
    frame = Frame.whole(size, size)
    places = true_places(frame, Image.new("L", size, 255), pair.target.garment_flow, stride)
    assert places.shape == (256 // stride, 192 // stride, 2)
    rows, columns = np.nonzero(np.isfinite(places).all(axis=-1))
    at = (places[rows, columns] * size).astype(int)
    shown = pair.target.image[rows * stride + stride // 2, columns * stride + stride // 2].astype(int)
    wanted = pair.garment.image[at[:, 1].clip(0, 255), at[:, 0].clip(0, 191)].astype(int)
    assert len(rows) > 50
    assert np.median(np.abs(shown - wanted)) < 25  # shading differs
    nothing = true_places(frame, Image.new("L", size, 0), pair.target.garment_flow, stride)
    assert not np.isfinite(nothing).any()
