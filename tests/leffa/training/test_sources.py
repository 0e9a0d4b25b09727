"""Every data set gives the same kind of examples; a step of each can be trained, with the Leffa loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from leffa.errors import DataMissing
from leffa.training.config import Data
from leffa.training.sources import Pictures, held_out_source, training_source
from tests.leffa.data_sets.layouts import (
    COUNT,
    deep_fashion_folder,
    dress_code_folder,
    own_folder,
    viton_hd_folder,
)
from tests.leffa.training.running import SIZE, config, lines, run, stage

WIDTH, HEIGHT = SIZE


def viton_hd(root: Path) -> None:
    """As the archive has it, with the training pictures that are the test's."""
    pairs = viton_hd_folder(root)
    for number, pair in enumerate(pairs, 1):
        path = root / "test" / "image-parse-v3" / f"{number:05d}_00.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pair.target.maps.lip).save(path)
    (root / "train").symlink_to(root / "test")
    (root / "train_pairs.txt").write_text((root / "test_pairs.txt").read_text())


def dress_code(root: Path) -> None:
    dress_code_folder(root)
    for category in ("upper_body", "lower_body", "dresses"):
        (root / category / "train_pairs.txt").write_text(
            (root / category / "test_pairs_paired.txt").read_text()
        )


def deep_fashion(root: Path) -> None:
    deep_fashion_folder(root)
    (root / "fasion-resize-pairs-train.csv").write_text((root / "fasion-resize-pairs-test.csv").read_text())


MAKERS = {"viton_hd": viton_hd, "dress_code": dress_code, "deep_fashion": deep_fashion}
KINDS = {"viton_hd": "viton_hd", "dress_code": "dress_code", "deep_fashion": "deep_fashion"}


@pytest.mark.parametrize(
    "name", [name if name == "viton_hd" else pytest.param(name, marks=pytest.mark.slow) for name in MAKERS]
)
def test_a_data_set_can_be_trained_on_with_the_leffa_loss(name: str, tmp_path: Path) -> None:
    MAKERS[name](tmp_path / "data")
    chosen = config(
        stage(steps=1, batch_size=2, leffa=True),
        model={"kind": KINDS[name]},
        data={"set": name, "root": str(tmp_path / "data"), "held_out": 1, "pairs": 1},
        leffa={"timestep_limit": 1000},
    )
    run(chosen, tmp_path / "run", tmp_path / "cache")
    (line,) = lines(tmp_path / "run")
    assert line["leffa"] > 0


def test_the_loss_looks_at_the_visible_garment_or_at_all_that_is_repainted(tmp_path: Path) -> None:
    viton_hd(tmp_path)
    data = Data("viton_hd", str(tmp_path))
    garment = _first(training_source(data, (WIDTH, HEIGHT), region=True)[0])
    repainted = _first(
        training_source(Data("viton_hd", str(tmp_path), loss_mask="repainted"), (WIDTH, HEIGHT), region=True)[
            0
        ]
    )
    assert 0 < garment.region.sum() < repainted.region.sum()
    np.testing.assert_array_equal(repainted.region, repainted.mask)
    (tmp_path / "test" / "image-parse-v3" / "00001_00.png").unlink()
    with pytest.raises(DataMissing, match=r"00001_00.png is missing"):
        training_source(data, (WIDTH, HEIGHT), region=True)[0]
    # A stage without the loss needs no parse map.
    assert training_source(data, (WIDTH, HEIGHT), region=False)[0] is not None


def test_held_out_examples_are_spread_over_the_test_split(tmp_path: Path) -> None:
    dress_code(tmp_path)
    source = held_out_source(Data("dress_code", str(tmp_path), held_out=3), (WIDTH, HEIGHT))
    every = held_out_source(Data("dress_code", str(tmp_path), held_out=99), (WIDTH, HEIGHT))
    assert (len(source), len(every)) == (3, 3 * COUNT)
    np.testing.assert_array_equal(_first(source[2]).target, _first(every[8]).target)


def test_own_photos_are_trained_on_where_people_wear_the_garment(tmp_path: Path) -> None:
    own_folder(tmp_path)
    with pytest.raises(DataMissing, match="leffa preprocess"):
        training_source(Data("own", str(tmp_path)), (WIDTH, HEIGHT), region=False)


def test_pose_transfer_repaints_all_and_its_loss_looks_round_the_person() -> None:
    found = _first(training_source(Data("drawn_pose", pairs=1), (WIDTH, HEIGHT), region=True)[0])
    assert found.mask.all()
    person = found.densepose.any(axis=-1)
    assert (found.region[person] == 1).all()
    assert 0 < person.sum() < found.region.sum() < found.region.size


def test_a_drawn_pose_pair_says_which_token_of_the_reference_shows_what() -> None:
    found = _first(training_source(Data("drawn_pose", pairs=1), (96, 128), region=False)[0])
    known = np.isfinite(found.flow).all(axis=-1)
    assert found.flow.shape == (32, 24, 2)
    assert 0.1 < known.mean() < 0.6
    assert ((found.flow[known] >= 0) & (found.flow[known] <= 1)).all()
    # What the middle of a known token shows, the reference shows there too, up to shade and edges.
    rows, columns = np.nonzero(known)
    x, y = (found.flow[known] * (96, 128)).astype(int).T
    target = found.target[rows * 4 + 2, columns * 4 + 2].astype(int)
    taken = np.abs(found.reference[y.clip(0, 127), x.clip(0, 95)] - target).mean()
    stayed = np.abs(found.reference[rows * 4 + 2, columns * 4 + 2] - target).mean()
    assert taken < 0.4 * stayed


@pytest.mark.slow
def test_direct_teaching_makes_attention_find_the_points_of_a_person_in_another_pose(tmp_path: Path) -> None:
    chosen = config(
        stage(steps=30, learning_rate=5e-3, correspondence=1.0),
        model={"kind": "deep_fashion"},
        data={"set": "drawn_pose"},
    )
    run(chosen, tmp_path / "run", tmp_path / "cache")
    losses = [line["correspondence"] for line in lines(tmp_path / "run")]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_drawn_people_in_training_are_not_the_held_out_ones() -> None:
    data = Data("drawn_try_on", pairs=3, held_out=2)
    training, held_out = (
        training_source(data, (WIDTH, HEIGHT), region=True),
        held_out_source(data, (WIDTH, HEIGHT)),
    )
    assert training.seeds.start > held_out.seeds.stop  # type: ignore[attr-defined]
    example = _first(training[0])
    assert example.region.any()
    assert not (example.region & ~example.mask & 1).any()
    known = np.isfinite(example.flow).all(axis=-1)
    assert known.any()


def _first(found: Pictures | None) -> Pictures:
    assert found is not None
    return found
