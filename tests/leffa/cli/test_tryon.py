"""A person is dressed from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from leffa.pictures import decode
from leffa.pictures.containers import picture_format
from leffa.presets import MINI
from tests.leffa.cli.conftest import Leffa


def test_it_writes_the_picture_at_the_photos_size_and_says_so(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out.png"
    done = leffa(
        "tryon", samples / "person1.png", samples / "garment1.png", "-o", out, "--steps", "2", "--seed", 5
    )
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{out}: 120 x 160, seed 5, ")
    assert decode(out).size == (120, 160)


@pytest.mark.parametrize("name", ["out.jpg", "out.webp"])
def test_the_suffix_chooses_the_format(leffa: Leffa, samples: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    leffa("tryon", samples / "person1.png", samples / "garment1.png", "-o", out, "--steps", 1)
    assert picture_format(out.read_bytes()) == {"out.jpg": "JPEG", "out.webp": "WEBP"}[name]


def test_json_tells_what_was_made_and_how(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    words = [
        "--garment-type",
        "lower_body",
        "--steps",
        2,
        "--scale",
        1,
        "--seed",
        9,
        "--acceleration",
        "--json",
    ]
    done = leffa("tryon", samples / "person2.png", samples / "garment2.png", "-o", out, *words)
    report = json.loads(done.stdout)
    seconds = report.pop("seconds")
    assert set(seconds) == {"load", "picture"}
    assert report == {
        "image": str(out),
        "people": 1,
        "size": [120, 160],
        "seed": 9,
        "model": "viton_hd",
        "weights": "mini",
        "device": "cpu",
        "dtype": "float32",
        "options": {
            "garment_type": "lower_body",
            "num_inference_steps": 2,
            "guidance_scale": 1.0,
            "ref_acceleration": True,
            "repaint": MINI.repaint,
            "preprocess_garment": False,
            "mask_rule": MINI.mask_rule,
        },
        "intermediates": None,
    }


def test_a_seed_that_was_not_given_is_told_and_makes_the_same_picture_again(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    first, again = tmp_path / "first.png", tmp_path / "again.png"
    words = [
        "tryon",
        samples / "person3.png",
        samples / "garment3.png",
        "--garment-type",
        "dresses",
        "--steps",
        2,
    ]
    seed = json.loads(leffa(*words, "-o", first, "--json").stdout)["seed"]
    leffa(*words, "-o", again, "--seed", seed)
    assert decode(first) == decode(again)


def test_every_step_of_the_way_can_be_kept(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "steps"
    words = ["-o", tmp_path / "out.png", "--steps", 10, "--save-intermediates", folder]
    assert leffa("tryon", samples / "person1.png", samples / "garment1.png", *words).exit_code == 0
    pictures = {path.stem: decode(path).size for path in sorted(folder.iterdir())}
    steps = [f"5_step_{number:02}" for number in range(1, 11)]
    assert list(pictures) == ["1_source", "2_reference", "3_mask", "4_densepose", *steps, "6_generated"]
    assert set(pictures.values()) == {MINI.work_size}


def test_progress_is_shown_when_asked_for_and_only_on_stderr(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    words = [
        "tryon",
        samples / "person1.png",
        samples / "garment1.png",
        "-o",
        tmp_path / "out.png",
        "--steps",
        3,
    ]
    shown = leffa(*words, "--progress", "--json")
    assert "step 3 of 3" in shown.stderr
    assert json.loads(shown.stdout)["size"] == [120, 160]
    assert leffa(*words).stderr == ""
    assert leffa(*words, "--quiet", "--progress").output == ""


def test_maps_may_lie_elsewhere(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    person = shutil.copy(samples / "person1.png", tmp_path / "me.png")
    words = ["--maps", samples / "person1.maps.npz", "-o", tmp_path / "out.png", "--steps", 1]
    assert leffa("tryon", person, samples / "garment1.png", *words).exit_code == 0


def test_a_plain_picture_of_a_drawn_person_is_enough(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    person, out, steps = tmp_path / "me.jpg", tmp_path / "out.png", tmp_path / "steps"
    decode(samples / "person1.png").save(person, quality=80)
    words = ["-o", out, "--steps", 1, "--save-intermediates", steps]
    done = leffa("tryon", person, samples / "garment1.png", *words)
    assert done.exit_code == 0, done.output
    assert decode(out).size == (120, 160)
    assert (steps / "0_person.png").is_file()


def test_true_maps_beside_the_picture_are_taken_before_what_is_seen(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    steps = tmp_path / "steps"
    words = ["-o", tmp_path / "out.png", "--steps", 1, "--save-intermediates", steps]
    assert leffa("tryon", samples / "person1.png", samples / "garment1.png", *words).exit_code == 0
    assert not (steps / "0_person.png").exists()


def test_a_picture_that_was_looked_at_first_is_dressed_by_what_was_seen(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    done = leffa("preprocess", samples / "person2.png", "-o", seen, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["joints_found"] >= 14
    words = ["-o", tmp_path / "out.png", "--steps", 1, "--garment-type", "lower_body"]
    assert leffa("tryon", seen / "picture.png", samples / "garment2.png", *words).exit_code == 0


@pytest.mark.slow
def test_every_other_option_is_understood(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    words = [
        "--no-repaint",
        "--preprocess-garment",
        "--mask-rule",
        "published",
        "--dtype",
        "bfloat16",
        "--json",
    ]
    out = ["-o", tmp_path / "out.png", "--steps", 1]
    report = json.loads(
        leffa("tryon", samples / "person1.png", samples / "garment1.png", *out, *words).stdout
    )
    assert report["dtype"] == "bfloat16"
    assert report["options"]["repaint"] is False
    assert report["options"]["preprocess_garment"] is True
    assert report["options"]["mask_rule"] == "published"
