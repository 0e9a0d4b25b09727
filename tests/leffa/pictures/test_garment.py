"""Garments: the published preprocessing, and backgrounds removed by colour."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from leffa.errors import GarmentNotFound
from leffa.pictures import decode, preprocess_garment, remove_background
from tests.leffa.pictures.samples import DATA, encoded, noise

FOLDER = DATA / "image_prep"
STRIDED = np.load(FOLDER / "preprocess_garment_strided.npz")
CASES = json.loads((FOLDER / "index.json").read_text())["preprocess_garment"]


@pytest.mark.parametrize("name", [case["name"] for case in CASES])
def test_a_cut_out_garment_equals_the_published_pixels(name: str) -> None:
    with Image.open(FOLDER / f"preprocess_garment.{name}.in.png") as picture:
        out = preprocess_garment(picture)
    assert (out.mode, out.size) == ("RGBA", (768, 1024))
    full = FOLDER / f"preprocess_garment.{name}.out.png"
    if full.exists():
        with Image.open(full) as expected:
            assert np.array_equal(np.asarray(out), np.asarray(expected))
    else:
        (key,) = (key for key in STRIDED.files if name in key)
        assert np.array_equal(np.asarray(out)[::4, ::4], STRIDED[key])


def shirt(size: int = 400, *, colour: str = "#b02040") -> Image.Image:
    """A cut-out T-shirt with light stripes, on nothing."""
    unit = size / 20
    points = [
        (6, 3),
        (9, 4),
        (11, 4),
        (14, 3),
        (18, 8),
        (16, 10),
        (14, 8),
        (14, 17),
        (6, 17),
        (6, 8),
        (4, 10),
        (2, 8),
    ]
    picture = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(x * unit, y * unit) for x, y in points], fill=colour)
    for row in (10, 12, 14):
        draw.rectangle([7 * unit, row * unit, 13 * unit, (row + 1) * unit], fill="#f4f4f0")
    return picture


def on_background(garment: Image.Image, colour: tuple[int, int, int], *, slope: float = 0) -> Image.Image:
    """`garment` on a lit wall with camera noise, as a decoded JPEG."""
    width, height = garment.size
    light = np.linspace(-slope, slope, width)[None, :, None]
    grain = np.random.default_rng(0).normal(0, 2, (height, width, 3))
    wall = Image.fromarray((np.array(colour) + light + grain).clip(0, 255).astype(np.uint8)).convert("RGBA")
    wall.alpha_composite(garment)
    return decode(encoded(wall.convert("RGB"), "JPEG", quality=88))


def visible(picture: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(picture.getchannel("A")) > 127


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(
    ("colour", "slope"),
    [((250, 250, 250), 0), ((190, 190, 195), 25), ((90, 140, 190), 20), ((30, 30, 30), 0)],
)
def test_a_garment_on_a_plain_background_is_cut_out(colour: tuple[int, int, int], slope: float) -> None:
    garment = shirt()
    cut = remove_background(on_background(garment, colour, slope=slope))
    assert cut.size == garment.size
    assert overlap(visible(cut), visible(garment)) > 0.96


def test_light_stripes_on_a_white_background_stay_in_the_garment() -> None:
    cut = remove_background(on_background(shirt(), (246, 246, 242)))
    assert visible(cut)[200:300, 150:250].all()


def test_the_edge_is_soft_and_shows_no_background() -> None:
    cut = np.asarray(remove_background(on_background(shirt(colour="#203080"), (250, 250, 250))))
    edge = (cut[..., 3] > 0) & (cut[..., 3] < 255)
    assert edge.any()
    assert cut[edge][:, 0].mean() < 128


def test_a_garment_that_leaves_the_frame_is_cut_out() -> None:
    garment = shirt().crop((0, 0, 400, 270))
    cut = remove_background(on_background(garment, (240, 240, 240)))
    assert overlap(visible(cut), visible(garment)) > 0.96


def test_the_space_between_handles_is_a_hole() -> None:
    bag = Image.new("RGBA", (400, 400))
    draw = ImageDraw.Draw(bag)
    draw.rectangle([100, 200, 300, 350], fill="#402010")
    draw.arc([140, 80, 260, 320], 180, 360, fill="#402010", width=12)
    alpha = visible(remove_background(on_background(bag, (205, 190, 170))))
    assert not alpha[150, 200]
    assert alpha[275, 200]


def test_preprocessing_takes_a_photo_without_transparency() -> None:
    out = np.asarray(preprocess_garment(on_background(shirt(), (215, 220, 225))))
    assert out.shape == (1024, 768, 4)
    columns = np.nonzero((out[..., :3] < 200).any(axis=(0, 2)))[0]
    assert columns[0] < 12
    assert columns[-1] > 755
    assert (out[:100, :, :3] == 255).all()


def test_other_frame_sizes_keep_the_garment_in_the_middle() -> None:
    for width, height in ((192, 256), (256, 192)):
        out = preprocess_garment(shirt(), width, height)
        assert out.size == (width, height)
        rows, columns = np.nonzero((np.asarray(out)[..., :3] < 250).any(axis=-1))
        assert abs(rows.min() - (height - 1 - rows.max())) <= 25
        assert abs(columns.min() - (width - 1 - columns.max())) <= 3


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (200, 200), "white"),
        on_background(Image.new("RGBA", (200, 200)), (200, 210, 220)),
        noise(200, 200),
        Image.new("RGBA", (200, 200)),
    ],
    ids=["blank", "an empty wall", "noise", "fully transparent"],
)
def test_nothing_to_wear_is_said_so(picture: Image.Image) -> None:
    with pytest.raises(GarmentNotFound):
        preprocess_garment(picture)


def test_a_striped_wall_is_refused_rather_than_guessed() -> None:
    wall = np.where(np.sin(np.arange(300) / 5) > 0, 230, 90).astype(np.uint8)
    picture = Image.fromarray(np.broadcast_to(wall[None, :, None], (300, 300, 3)).copy())
    with pytest.raises(GarmentNotFound, match="not plain"):
        remove_background(picture)


sides = st.one_of(st.integers(1, 8), st.integers(9, 120))


@settings(max_examples=60, deadline=None)
@given(width=sides, height=sides, box=st.tuples(*[st.floats(0, 1)] * 4), seed=st.integers(0, 5))
def test_any_size_gives_a_frame_or_no_garment(
    width: int, height: int, box: tuple[float, ...], seed: int
) -> None:
    picture = Image.new("RGB", (width, height), (240, 240, 240))
    x, y = sorted(box[::2]), sorted(box[1::2])
    picture.paste(noise(width, height, seed).crop((0, 0, 1, 1)).resize((width, height)), (0, 0))
    inner = (int(x[0] * width), int(y[0] * height), int(x[1] * width), int(y[1] * height))
    picture.paste((20, 90, 20), inner)
    try:
        out = preprocess_garment(picture, 48, 64)
    except GarmentNotFound:
        return
    assert (out.mode, out.size) == ("RGBA", (48, 64))
