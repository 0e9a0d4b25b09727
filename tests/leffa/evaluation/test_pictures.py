"""FID, KID, SSIM, LPIPS and PSNR of folders of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchmetrics.functional.image import lpips as theirs

from leffa.errors import DataMissing, DataUnreadable, OptionInvalid, WeightsMissing, WeightsUnreadable
from leffa.evaluation import networks
from leffa.evaluation.matching import match, match_key
from leffa.evaluation.networks import INCEPTION, SQUEEZENET, Inception, Lpips
from leffa.evaluation.pictures import measure_pictures, render_scores
from leffa.evaluation.tables import published_rows
from leffa.synthetic import sample_person
from tests.leffa.evaluation.people import COUNT, SIZE, darker, people


def test_the_truth_itself_is_perfect(tmp_path: Path, seeing: Path) -> None:
    truth = people(tmp_path / "truth")
    scores = measure_pictures(people(tmp_path / "results"), truth, "paired", seeing)
    assert scores.values["SSIM"] == pytest.approx(1, abs=1e-4)  # computed in float32
    assert scores.values["LPIPS"] == pytest.approx(0, abs=1e-6)
    assert scores.values["FID"] == pytest.approx(0, abs=1e-2)
    assert scores.values["KID"] <= 0  # unbiased, and of the same pictures
    assert scores.values["PSNR"] == float("inf")
    assert (scores.pictures, scores.size, scores.missing) == (COUNT, SIZE, ())


def test_other_pictures_are_farther_in_every_measure(tmp_path: Path, seeing: Path) -> None:
    truth = people(tmp_path / "truth")
    slightly = measure_pictures(
        people(tmp_path / "near", lambda p: p.point(lambda v: v * 9 // 10)), truth, "paired", seeing
    ).values
    much = measure_pictures(people(tmp_path / "far", darker), truth, "paired", seeing).values
    assert slightly["FID"] < much["FID"]
    assert slightly["KID"] < much["KID"]
    assert slightly["LPIPS"] < much["LPIPS"]
    assert slightly["SSIM"] > much["SSIM"]
    assert slightly["PSNR"] > much["PSNR"]


def test_psnr_and_ssim_need_no_networks_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    truth = people(tmp_path / "truth")
    scores = measure_pictures(people(tmp_path / "results", darker), truth, "paired", None)
    assert set(scores.values) == {"SSIM", "PSNR"}
    assert scores.missing == ("FID", "KID", "LPIPS")
    errors = [
        np.square((np.asarray(p).astype(float) - np.asarray(darker(p))) / 255).mean()
        for p in (Image.fromarray(sample_person(seed, SIZE).image) for seed in range(COUNT))
    ]
    assert scores.values["PSNR"] == pytest.approx(-10 * np.log10(np.mean(errors)), rel=1e-5)


def test_fid_is_that_of_two_gaussians(tmp_path: Path, seeing: Path) -> None:
    """Recomputed from clean-fid's definition, by eigenvalues."""
    truth, results = people(tmp_path / "truth"), people(tmp_path / "results", darker)
    scores = measure_pictures(results, truth, "paired", seeing)
    inception = Inception(seeing)
    a, b = (
        inception([Image.open(path) for path in sorted(folder.iterdir())]).double()
        for folder in (results, truth)
    )
    roots = torch.linalg.eigvals(a.T.cov() @ b.T.cov()).sqrt().real.sum()
    fid = (a.mean(0) - b.mean(0)).square().sum() + a.T.cov().trace() + b.T.cov().trace() - 2 * roots
    assert scores.values["FID"] == pytest.approx(fid.item(), rel=1e-3)


def test_kid_is_the_same_each_time_and_leaves_others_randomness_alone(tmp_path: Path, seeing: Path) -> None:
    truth, results = people(tmp_path / "truth"), people(tmp_path / "results", darker)
    before = torch.random.get_rng_state()
    first, second = (measure_pictures(results, truth, "unpaired", seeing).values for _ in range(2))
    assert first == second
    assert set(first) == {"FID", "KID"}
    assert torch.equal(before, torch.random.get_rng_state())


def test_lpips_is_that_of_torchmetrics(seeing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Lpips(seeing)
    monkeypatch.setattr(theirs, "_get_tv_model_features", lambda *_args, **_options: ours.features)
    reference = theirs._NoTrainLpips(net="squeeze")
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.rand(2, 3, 64, 48, generator=generator) * 2 - 1 for _ in range(2))
    torch.testing.assert_close(ours(a, b), theirs._lpips_update(a, b, reference, normalize=False))


def test_pictures_are_seen_as_clean_fid_sees_them(seeing: Path) -> None:
    """Shrunk with antialiasing: a fine chessboard is grey, not one of its colours."""
    board = (np.indices((598, 598)).sum(axis=0) % 2 * 255).astype(np.uint8)
    features = Inception(seeing)([Image.fromarray(board).convert("RGB")])
    torch.testing.assert_close(features, torch.full((1, 48), (127.5 - 128) / 128), rtol=0, atol=1e-3)


def test_the_truth_is_resized_to_the_results(tmp_path: Path) -> None:
    truth = people(tmp_path / "truth")
    results = people(tmp_path / "results", lambda p: p.resize((192, 256), Image.Resampling.LANCZOS))
    scores = measure_pictures(results, truth, "paired", None)
    assert scores.values["SSIM"] == pytest.approx(1, abs=1e-4)
    assert scores.size == (192, 256)
    crop = people(tmp_path / "cropped", lambda p: p.crop((0, 0, 96, 100)))
    with pytest.raises(DataUnreadable, match=r"00000_00.png is 96x128, its result 96x100"):
        measure_pictures(crop, truth, "paired", None)


def test_files_belong_together_by_eight_characters_from_the_first_digit(tmp_path: Path) -> None:
    assert match_key(Path("00891_00.jpg")) == match_key(Path("result_00891_00_cloth.png")) == "00891_00"
    assert match_key(Path("048392_0.jpg")) == "048392_0"
    assert match_key(Path("inshop_1.png")) == "inshop_1"
    assert match_key(Path("me.png")) == "me"
    truth = people(tmp_path / "truth")
    results = people(tmp_path / "results")
    (results / "00003_00.png").unlink()
    assert [pair.truth.name for pair in match(results, truth)] == [
        f"{i:05d}_00.png" for i in range(COUNT - 1)
    ]
    (truth / "00001_00.png").rename(truth / "person1.png")
    with pytest.raises(DataMissing, match=r"has no picture for 00001_00.png"):
        match(results, truth)
    (truth / "x00000_00.png").write_bytes(b"")
    with pytest.raises(DataUnreadable, match="told apart by nothing"):
        match(results, truth)


def test_missing_and_foreign_networks_are_named(
    tmp_path: Path, seeing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = people(tmp_path / "truth")
    monkeypatch.setattr(networks, "SQUEEZENET_SHA256", "00000000")
    with pytest.raises(WeightsUnreadable, match=f"{SQUEEZENET} is not the published file"):
        measure_pictures(truth, truth, "paired", seeing)
    (seeing / INCEPTION).write_bytes(b"nothing")
    with pytest.raises(WeightsUnreadable, match="is not the published Inception network"):
        Inception(seeing)
    (seeing / INCEPTION).unlink()
    with pytest.raises(
        WeightsMissing, match=r"inception-2015-12-05.pt is missing; it is published at https://"
    ):
        measure_pictures(truth, truth, "paired", seeing)


def test_a_broken_or_lonely_picture_is_named(tmp_path: Path, seeing: Path) -> None:
    truth = people(tmp_path / "truth")
    (truth / "00002_00.png").write_bytes(b"nothing")
    with pytest.raises(DataUnreadable, match=r"00002_00.png"):
        measure_pictures(truth, truth, "unpaired", seeing)
    for seed in range(1, COUNT):
        (truth / f"{seed:05d}_00.png").unlink()
    with pytest.raises(OptionInvalid, match="two at the very least"):
        measure_pictures(truth, truth, "unpaired", seeing)
    with pytest.raises(DataMissing, match="holds no pictures"):
        measure_pictures(seeing, truth, "unpaired", seeing)


def test_the_published_rows_stand_beside_ones_own(tmp_path: Path) -> None:
    truth = people(tmp_path / "truth")
    scores = measure_pictures(people(tmp_path / "results", darker), truth, "paired", None)
    table = render_scores(scores, "mine", published_rows("viton_hd", "paired")).splitlines()
    assert "FID ↓ | KID x1000 ↓ | SSIM ↑ | LPIPS ↓ | PSNR ↑" in table[0]
    assert table[2].startswith("| mine |  |  | 0.")
    assert "| Leffa | 4.54 | 0.05 | 0.899 | 0.048 |  | Leffa paper" in table[-1]
    assert published_rows("viton_hd", "unpaired")[-1].values == {"FID": 8.52, "KID": 0.32}
    assert published_rows("dress_code", "unpaired")[-1].values == {"FID": 4.48, "KID": 0.62}
