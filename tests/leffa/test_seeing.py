"""A plain photo goes all the way, by the published files' own forms, with random weights in them.

The photo is an astronaut's; what random networks see in it is nonsense, but always the same nonsense.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import leffa
from leffa.cli import main
from leffa.errors import OptionInvalid, WeightsMissing
from leffa.pictures import decode
from leffa.preprocessing.preprocessor import WORK_SIZE
from tests.leffa.preprocessing.folder import write_leffa, write_networks

ASTRONAUT = Path(__file__).parents[1] / "data" / "photos" / "astronaut.jpg"


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_networks(folder)
    write_leffa(folder)
    return folder


@pytest.mark.slow
def test_a_plain_photo_is_dressed(folder: Path, tmp_path: Path) -> None:
    garment, out, steps = tmp_path / "garment.png", tmp_path / "out.png", tmp_path / "steps"
    Image.new("RGB", (300, 400), (30, 60, 160)).save(garment)
    words = [
        "tryon",
        ASTRONAUT,
        garment,
        "-o",
        out,
        "--weights",
        folder,
        "--steps",
        1,
        "--scale",
        1,
        "--seed",
        3,
    ]
    words += ["--save-intermediates", steps, "--json", "--device", "cpu", "--dtype", "float32"]

    done = CliRunner().invoke(main, [str(word) for word in words])

    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["people"] >= 1
    assert size_of(out) == size_of(ASTRONAUT)
    assert size_of(steps / "1_source.png") == WORK_SIZE
    width, height = size_of(steps / "0_person.png")
    assert width > height


@pytest.mark.slow
def test_one_call_gives_everything_once(folder: Path) -> None:
    photo = decode(ASTRONAUT)

    seen = leffa.preprocess(photo, "tryon", "viton_hd", "upper_body", weights=folder)
    again = leffa.preprocess(photo, "tryon", "dress_code", "dresses", weights=folder)

    assert again.maps is seen.maps  # no network ran for the second
    assert seen.mask.size == seen.densepose.size == seen.picture.size == seen.maps.size == WORK_SIZE
    assert (np.asarray(again.densepose) == seen.maps.densepose[..., None]).all()
    left, top, right, bottom = seen.person_box
    assert 0 <= left < right <= photo.width
    assert 0 <= top < bottom <= photo.height


@pytest.mark.slow
def test_the_published_way_looks_at_the_whole_photo(folder: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.png"  # or the person that random networks see would be too small
    decode(ASTRONAUT).resize((2048, 2048)).save(large)
    words = ["preprocess", large, "-o", tmp_path / "seen", "--published", "--model", "deep_fashion"]
    words += ["--weights", folder, "--json"]
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["frame"] == [0, 0, *size_of(large)]


def test_a_missing_file_is_named_with_the_command_that_gets_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"model_final_162be9.*leffa weights pull"):
        leffa.preprocess(Image.new("RGB", (300, 400)), weights=tmp_path)


def test_everything_missing_is_named_before_any_work(tmp_path: Path) -> None:
    words = [
        "tryon",
        ASTRONAUT,
        ASTRONAUT,
        "-o",
        tmp_path / "out.png",
        "--weights",
        tmp_path,
        "--device",
        "cpu",
    ]
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 1
    for name in ("virtual_tryon.pth", "model_final_162be9.pkl", "parsing_atr.onnx", "body_pose_model.pth"):
        assert name in done.stderr
    assert f"leffa weights pull --model viton_hd {tmp_path}" in done.stderr


@pytest.mark.parametrize(
    ("control", "model"), [("dance", None), ("tryon", "deep_fashion"), ("pose", "viton_hd")]
)
def test_what_does_not_go_together_is_refused_before_any_work(
    control: str, model: str | None, tmp_path: Path
) -> None:
    ask: Callable[..., object] = leffa.preprocess
    with pytest.raises(OptionInvalid):
        ask(Image.new("RGB", (300, 400)), control, model, weights=tmp_path)


@pytest.mark.slow
def test_converted_networks_see_the_same(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "converted"
    shutil.copytree(folder, copy)
    words = ["weights", "convert", copy, "--dtype", "float32", "--remove-originals"]
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    assert not list(copy.rglob("*.p[kt]*"))
    photo = decode(ASTRONAUT)

    published, converted = (leffa.preprocess(photo, weights=one) for one in (folder, copy))

    np.testing.assert_array_equal(converted.maps.atr, published.maps.atr)
    np.testing.assert_array_equal(converted.maps.densepose, published.maps.densepose)
    np.testing.assert_array_equal(converted.maps.keypoints, published.maps.keypoints)


@pytest.mark.slow
def test_a_photo_straight_off_a_phone_is_seen_upright(folder: Path, tmp_path: Path) -> None:
    """12 megapixels, stored lying on its side with a note to turn it."""
    upright = decode(ASTRONAUT).resize((3024, 4032))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right to see it
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "phone.jpg", exif=exif)

    out = tmp_path / "seen"
    # For pose transfer: to random networks, this person has a back and no face.
    words = ["preprocess", tmp_path / "phone.jpg", "-o", out, "--model", "deep_fashion"]
    words += ["--weights", folder, "--json"]
    done = CliRunner().invoke(main, [str(word) for word in words])

    assert done.exit_code == 0, done.output
    left, top, right, bottom = json.loads(done.stdout)["person_box"]
    assert 0 <= left < right <= 3024
    assert 0 <= top < bottom <= 4032
    assert size_of(out / "picture.png") == WORK_SIZE
    assert {path.name for path in out.iterdir()} == {
        *("picture.png", "picture.maps.npz", "mask.png", "densepose.png", "sheet.png")
    }
