"""Rows that others published, to stand beside one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataSet = Literal["viton_hd", "dress_code", "deep_fashion"]
Setting = Literal["paired", "unpaired"]
MEASURES = ("FID", "KID", "SSIM", "LPIPS", "PSNR")
PAPER = "Leffa paper (arXiv 2412.08486)"


@dataclass(frozen=True)
class PublishedRow:
    """values: by measure, KID times 1000; a measure that was not published is not there."""

    method: str
    values: dict[str, float]
    source: str = PAPER


def published_rows(data_set: DataSet, setting: Setting) -> list[PublishedRow]:
    """The tables of the paper, at 1024x768 (DeepFashion: 512x352)."""
    if data_set == "deep_fashion":
        return _DEEP_FASHION if setting == "paired" else []
    rows = _VITON_HD if data_set == "viton_hd" else _DRESS_CODE
    names = ("FID", "KID", "SSIM", "LPIPS") if setting == "paired" else ("FID", "KID")
    start = 0 if setting == "paired" else 4
    return [
        PublishedRow(method, dict(zip(names, numbers[start:], strict=False)))
        for method, numbers in rows.items()
    ]


# Paired FID, KID, SSIM, LPIPS, then unpaired FID, KID.
_VITON_HD = {
    "OOTDiffusion": (9.30, 4.09, 0.819, 0.088, 12.41, 4.68),
    "IDM-VTON": (5.76, 0.73, 0.850, 0.063, 9.84, 1.12),
    "CatVTON": (5.42, 0.41, 0.870, 0.057, 9.02, 1.09),
    "Leffa without its loss": (5.31, 0.30, 0.885, 0.058, 9.38, 0.91),
    "Leffa": (4.54, 0.05, 0.899, 0.048, 8.52, 0.32),
}
_DRESS_CODE = {
    "IDM-VTON": (6.82, 2.92, 0.879, 0.056, 9.55, 4.32),
    "CatVTON": (3.99, 0.82, 0.892, 0.045, 6.14, 1.40),
    "Leffa": (2.06, 0.07, 0.924, 0.031, 4.48, 0.62),
}
_DEEP_FASHION = [
    PublishedRow("CFLD", {"FID": 7.14, "SSIM": 0.748, "LPIPS": 0.152}),
    PublishedRow("Leffa", {"FID": 4.23, "SSIM": 0.755, "LPIPS": 0.119}),
]
