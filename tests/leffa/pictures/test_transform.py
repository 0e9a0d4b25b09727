"""Pictures to tensors as published, and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from leffa.errors import OptionInvalid
from leffa.pictures import LeffaTransform, to_pictures
from leffa.pictures.transform import Dataset
from tests.leffa.pictures.samples import DATA, gradient, noise

GOLDEN = load_file(DATA / "transform" / "transform.safetensors")
FIELDS = ("src_image", "ref_image", "mask", "densepose")


@pytest.mark.parametrize("case", range(3))
@pytest.mark.parametrize("dataset", ["virtual_tryon", "pose_transfer"])
def test_tensors_equal_the_published_ones(dataset: Dataset, case: int) -> None:
    pictures = [Image.fromarray(GOLDEN[f"{dataset}.{case}.{field}.pil"].numpy()) for field in FIELDS]
    tensors = LeffaTransform(48, 40, dataset)(*pictures)
    for field, tensor in zip(FIELDS, tensors, strict=True):
        torch.testing.assert_close(tensor, GOLDEN[f"{dataset}.{case}.{field}.out"], atol=1e-6, rtol=0)


def test_tensors_are_contiguous_float32_in_nchw() -> None:
    photo, mask = noise(33, 50), Image.new("L", (33, 50), 255)
    for tensor in LeffaTransform(64, 48)([photo] * 3, [photo] * 3, [mask] * 3, [photo] * 3):
        assert tensor.is_contiguous()
        assert tensor.dtype == torch.float32
        assert tensor.shape[0] == 3
        assert tensor.shape[2:] == (64, 48)


def test_a_batch_equals_its_pictures_one_by_one() -> None:
    photos = [noise(20 + n, 30, seed=n) for n in range(3)]
    masks = [photo.convert("L") for photo in photos]
    transform = LeffaTransform(48, 40)
    together = transform(photos, photos[::-1], masks, photos)
    for n in range(3):
        alone = transform(photos[n], photos[2 - n], masks[n], photos[n])
        assert all(torch.equal(a[n : n + 1], b) for a, b in zip(together, alone, strict=True))


def test_sizes_are_floored_to_multiples_of_eight() -> None:
    photo = gradient(30, 40)
    tensors = LeffaTransform(55, 47)(photo, photo, photo, photo)
    assert {tuple(tensor.shape[2:]) for tensor in tensors} == {(48, 40)}
    raw = LeffaTransform(55, 47, "pose_transfer")(photo, photo, photo, photo)
    assert raw.densepose.shape[2:] == (55, 47)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA"])
def test_a_mask_of_any_mode_becomes_zero_or_one(mode: str) -> None:
    mask = Image.new("L", (16, 16))
    mask.paste(255, (0, 0, 8, 16))
    photo = gradient(16, 16)
    tensor = LeffaTransform(16, 16)(photo, photo, mask.convert(mode), photo).mask
    assert set(tensor.flatten().tolist()) == {0.0, 1.0}
    assert tensor[..., :8].min() == 1


def test_the_mask_starts_at_half_grey() -> None:
    mask = Image.fromarray(np.array([[127, 128] * 4] * 8, dtype=np.uint8))
    photo = gradient(8, 8)
    assert LeffaTransform(8, 8)(photo, photo, mask, photo).mask[0, 0, 0].tolist() == [0, 1] * 4


def test_transparent_parts_are_white_not_their_hidden_colour() -> None:
    cut, mask = Image.new("RGBA", (8, 8), (0, 0, 0, 0)), Image.new("L", (8, 8))
    assert LeffaTransform(8, 8)(gradient(8, 8), cut, mask, cut).reference.min() == 1


def test_a_picture_survives_the_way_to_a_tensor_and_back() -> None:
    photo = noise(40, 48)
    tensors = LeffaTransform(48, 40)(photo, photo, photo, photo)
    assert to_pictures(tensors.source) == [photo]


def test_decoded_values_are_clamped_and_rounded_half_to_even() -> None:
    levels = torch.tensor([-9.0, 0.0, 100.5 / 127.5 - 1, 101.5 / 127.5 - 1, 9.0])
    picture = to_pictures(levels.expand(1, 3, 1, 5))[0]
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 128, 100, 102, 255]


def test_a_frame_below_eight_pixels_or_an_uneven_batch_is_refused() -> None:
    photo = gradient(16, 16)
    with pytest.raises(OptionInvalid):
        LeffaTransform(7, 64)
    with pytest.raises(OptionInvalid):
        LeffaTransform(16, 16)([photo, photo], photo, photo, photo)
    with pytest.raises(OptionInvalid):
        LeffaTransform(16, 16)([], [], [], [])
