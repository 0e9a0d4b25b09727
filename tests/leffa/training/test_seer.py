"""The command that makes the network that sees drawn people, in miniature."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from leffa.preprocessing.drawn.network import DRAWN_LABELS, FRAME, Logits
from leffa.preprocessing.drawn.reading import lip_of, one_outfit, read_joints, read_labels
from leffa.preprocessing.drawn.weights import PROVENANCE, WEIGHTS, load_seer
from leffa.synthetic import sample_person
from leffa.training import seer
from leffa.training.snapshots import Grounds, draw_snapshots, spoil

WEARS_A_SKIRT = 1_000_004


def test_the_command_writes_weights_that_the_loader_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seer, "GROUNDS", 1)
    monkeypatch.setattr(seer, "AT_FIRST", 4)
    seer.main(["--out", str(tmp_path), "--minutes", "0.001", "--batch-size", "2"])
    logits = load_seer(tmp_path / WEIGHTS)(torch.rand(1, 3, FRAME[1], FRAME[0]))
    assert logits.labels.shape == (1, 96, 72, 4, len(DRAWN_LABELS))
    provenance = json.loads((tmp_path / PROVENANCE).read_text())
    assert provenance["steps_done"] >= 1
    assert provenance["training_seeds"][0] >= 1_000_000
    assert str(tmp_path) not in json.dumps(provenance)


def test_training_can_go_on_from_earlier_weights_with_other_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seer, "GROUNDS", 1)
    monkeypatch.setattr(seer, "AT_FIRST", 4)
    first, second = tmp_path / "first", tmp_path / "second"
    quick = ["--minutes", "0.001", "--batch-size", "1", "--people", "4"]
    seer.main(["--out", str(first), *quick])
    seer.main(["--out", str(second), *quick, "--resume", str(first), "--seed", "1", "--learning-rate", "0"])
    before, after = load_seer(first / WEIGHTS), load_seer(second / WEIGHTS)
    torch.testing.assert_close(after.state_dict(), before.state_dict(), atol=1e-3, rtol=1e-3)
    provenance = json.loads((second / PROVENANCE).read_text())
    assert provenance["went_on_from"] == json.loads((first / PROVENANCE).read_text())
    assert provenance["training_seeds"] == [1_000_004, 1_000_007]
    assert str(tmp_path) not in json.dumps(provenance)


def test_what_is_taught_is_what_is_read() -> None:
    """Logits that say the truth about a snapshot are read as this truth."""
    rng = np.random.default_rng(2)
    snapshot = draw_snapshots(WEARS_A_SKIRT)[0]
    spoiled = spoil(snapshot, Grounds.draw(1_000_000, 1), rng)
    assert spoiled.keypoints.any()
    index = np.zeros(256, np.uint8)
    index[list(DRAWN_LABELS)] = np.arange(len(DRAWN_LABELS))

    def logits(labels: np.ndarray, classes: int) -> torch.Tensor:
        return 9.0 * torch.nn.functional.one_hot(seer._in_blocks(labels[None]), classes).view(
            1, FRAME[1] // 2, FRAME[0] // 2, 4, classes
        )

    places = torch.from_numpy(seer.joint_places(spoiled.keypoints))
    truth = Logits(
        logits(index[spoiled.atr], len(DRAWN_LABELS)),
        logits(spoiled.densepose, 25),
        places.clamp_min(1e-9).log()[None],
    )
    atr, densepose = read_labels(truth, FRAME)
    np.testing.assert_array_equal(atr, spoiled.atr)
    np.testing.assert_array_equal(densepose, spoiled.densepose)
    joints = read_joints(truth)
    np.testing.assert_array_equal(joints.any(axis=1), spoiled.keypoints.any(axis=1))
    np.testing.assert_allclose(joints, spoiled.keypoints, atol=2.0)


def test_a_person_wears_one_outfit_and_most_pixels_decide_which() -> None:
    upper, skirt, pants, dress = (DRAWN_LABELS.index(label) for label in (4, 5, 6, 7))
    labels = torch.zeros(1, 2, 2, 4, len(DRAWN_LABELS))
    labels[0, 0, ..., upper] = 5.0
    labels[0, 1, ..., pants] = 5.0
    labels[0, 1, 0, 0, [skirt, pants]] = torch.tensor([7.0, 6.0])
    labels[0, 1, 0, 1, [dress, pants]] = torch.tensor([7.0, 6.0])
    logits = Logits(labels, torch.zeros(1, 2, 2, 4, 25), torch.zeros(1, 2, 18))

    mixed, _ = read_labels(logits, (4, 4))
    decided, _ = read_labels(one_outfit(logits, np.ones((4, 4), np.bool_)), (4, 4))

    assert set(np.unique(mixed)) == {4, 5, 6, 7}
    assert (decided[:2] == 4).all()
    assert (decided[2:] == 6).all()


def test_of_drawn_people_the_lip_labels_follow_from_the_atr_labels() -> None:
    for seed in range(6):
        maps = sample_person(seed).maps
        np.testing.assert_array_equal(lip_of(maps.atr), maps.lip)


def test_people_stay_under_their_labels_whatever_becomes_of_the_picture() -> None:
    """Before a plain ground, the labelled pixels are the ones that are not the ground's colour."""
    snapshot = draw_snapshots(WEARS_A_SKIRT)[0]
    person = snapshot.atr > 0
    flat = np.where(person[..., None], np.uint8(20), np.uint8(235))
    flat = np.repeat(flat, 3, axis=2)
    plain = type(snapshot)(flat, snapshot.atr, snapshot.densepose, snapshot.keypoints)
    grounds = Grounds([np.full((256, 192, 3), 235, np.uint8)], [np.full((256, 192, 3), 235, np.uint8)])
    agreed = []
    for seed in range(12):
        spoiled = spoil(plain, grounds, np.random.default_rng(seed))
        if (spoiled.atr > 0).sum() > 1000:
            dark = spoiled.image.mean(axis=2) < 120
            inside = spoiled.atr > 0
            agreed.append((dark & inside).sum() / inside.sum())
    assert len(agreed) > 4
    assert min(agreed) > 0.9
