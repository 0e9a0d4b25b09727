"""FID, KID, SSIM, LPIPS and PSNR of a folder of results, by the protocol of the published tables."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchmetrics.image import PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from leffa.errors import OptionInvalid
from leffa.evaluation.matching import Match, fitted, match, pictures_in, read
from leffa.evaluation.networks import Inception, Lpips
from leffa.evaluation.tables import MEASURES, PublishedRow, Setting

BATCH = 8
KID_SUBSETS, KID_SUBSET = 100, 1000
KID_FACTOR = 1000
_SEED = 0
HIGHER = {"FID": False, "KID": False, "SSIM": True, "LPIPS": False, "PSNR": True}


@dataclass(frozen=True)
class Scores:
    """values: by measure, KID times 1000. size: (width, height) of the first result. missing: left out."""

    setting: Setting
    pictures: int
    truths: int
    size: tuple[int, int]
    values: dict[str, float]
    missing: tuple[str, ...]


def measure_pictures(
    results: Path,
    truth: Path,
    setting: Setting,
    networks: Path | None,
    device: torch.device | str = "cpu",
    on_picture: Callable[[], None] = lambda: None,
) -> Scores:
    """Paired: all five measures, each result against its own true picture. Unpaired: FID and KID only.

    Pairs go by name (`leffa.evaluation.matching`); the truth is resized to the result's size by Lanczos. FID
    and KID compare with the pictures that have a result when paired, and with all of `truth` when unpaired.
    networks: the folder of the feature networks; None leaves out what needs them. Inception's features are
    clean-fid's; FID and KID are torchmetrics', KID of 100 subsets of 1000 pictures, or of all if fewer, drawn
    from a fixed seed. SSIM (Gaussian 11x11) and PSNR have data range 1; PSNR is of the mean error over all.

    Raises `DataError`s and `WeightsError`s, and `OptionInvalid` for fewer than two pictures with networks.
    """
    inception = None if networks is None else Inception(networks, device)
    paired = setting == "paired"
    lpips = Lpips(networks).to(device) if networks is not None and paired else None
    pairs = match(results, truth) if paired else []
    mine = [pair.result for pair in pairs] if paired else pictures_in(results)
    others = [pair.truth for pair in pairs] if paired else pictures_in(truth)
    values: dict[str, float] = {}
    if paired:
        values |= _compare(pairs, lpips, device, on_picture)
    if inception is not None:
        if min(len(mine), len(others)) < 2:
            raise OptionInvalid("FID and KID compare many pictures, two at the very least")
        values |= _distances(_features(inception, mine), _features(inception, others))
    wanted = MEASURES if paired else ("FID", "KID")
    return Scores(
        setting,
        len(mine),
        len(others),
        read(mine[0]).size,
        {name: values[name] for name in wanted if name in values},
        tuple(name for name in wanted if name not in values),
    )


def render_scores(scores: Scores, name: str, published: list[PublishedRow]) -> str:
    """One's own row and the published ones, as a table that is also Markdown."""
    columns = MEASURES if scores.setting == "paired" else ("FID", "KID")
    heads = [f"{c}{' x1000' if c == 'KID' else ''} {'↑' if HIGHER[c] else '↓'}" for c in columns]
    lines = [f"| {scores.setting} | {' | '.join(heads)} | from |", f"|---|{'---|' * len(columns)}---|"]
    here = f"here: {scores.pictures} pictures, {scores.size[0]}x{scores.size[1]}"
    rows = [(name, scores.values, here), *((row.method, row.values, row.source) for row in published)]
    for method, values, source in rows:
        cells = [f"{values[c]:.{_digits(c)}f}" if c in values else "" for c in columns]
        lines.append(f"| {method} | {' | '.join(cells)} | {source} |")
    return "\n".join(lines)


def _number(value: Tensor | tuple[Tensor, Tensor]) -> float:
    assert isinstance(value, Tensor)  # only with its full picture it is two
    return float(value)


def _digits(measure: str) -> int:
    return 3 if measure in ("SSIM", "LPIPS") else 2


def _compare(
    pairs: list[Match], lpips: Lpips | None, device: torch.device | str, on_picture: Callable[[], None]
) -> dict[str, float]:
    ssim = StructuralSimilarityIndexMeasure(data_range=1.0).to(device)
    psnr = PeakSignalNoiseRatio(data_range=1.0).to(device)
    far: list[Tensor] = []
    for pair in pairs:
        result = read(pair.result)
        truth = fitted(read(pair.truth), result, pair.truth)
        a, b = (_unit(picture).to(device) for picture in (result, truth))
        ssim.update(a, b)
        psnr.update(a, b)
        if lpips is not None:
            far.append(lpips(2 * a - 1, 2 * b - 1))
        on_picture()
    values = {"SSIM": _number(ssim.compute()), "PSNR": float(psnr.compute())}
    return values | ({"LPIPS": float(torch.cat(far).mean())} if far else {})


class _Given(nn.Module):
    """Features that are known already, for measures that want a network."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, features: Tensor) -> Tensor:
        return features


def _distances(mine: Tensor, others: Tensor) -> dict[str, float]:
    given = _Given(mine.shape[1])
    fid = FrechetInceptionDistance(feature=given)
    with warnings.catch_warnings():
        # It warns that it keeps all features, which is what the measure needs.
        warnings.simplefilter("ignore", UserWarning)
        size = min(KID_SUBSET, len(mine), len(others))
        kid = KernelInceptionDistance(feature=given, subsets=KID_SUBSETS, subset_size=size)
    for measure in (fid, kid):
        measure.update(others, real=True)
        measure.update(mine, real=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        mean, _ = kid.compute()
    return {"FID": float(fid.compute()), "KID": float(mean) * KID_FACTOR}


def _features(inception: Inception, paths: list[Path]) -> Tensor:
    return torch.cat([inception(batch) for batch in _batches(paths)])


def _batches(paths: list[Path]) -> Iterator[list[Image.Image]]:
    for start in range(0, len(paths), BATCH):
        yield [read(path) for path in paths[start : start + BATCH]]


def _unit(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1)[None].float() / 255
