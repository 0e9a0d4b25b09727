"""Small folders of drawn people in the published layouts, file by file as the archives have them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import control_picture
from leffa.masks import mask_for
from leffa.synthetic import Pair, sample_pair, sample_pose_pair

SIZE = (96, 128)
COUNT = 3


def _save(picture: NDArray[np.uint8] | Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(path)


def _write(text: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def pairs(garment_type: str) -> list[Pair]:
    return [sample_pair(seed, SIZE, garment_type) for seed in range(COUNT)]


def viton_hd_folder(root: Path) -> list[Pair]:
    """The person is the truth of each pair: dressed in the garment of the same name."""
    made = pairs("upper_body")
    names = [f"{number:05d}_00" for number in range(1, COUNT + 1)]
    for name, pair in zip(names, made, strict=True):
        maps = pair.target.maps
        _save(pair.target.image, root / "test" / "image" / f"{name}.jpg")
        _save(pair.garment.image, root / "test" / "cloth" / f"{name}.jpg")
        _save(mask_for(maps, "upper_body", "viton_hd"), root / "test/agnostic-mask" / f"{name}_mask.png")
        _save(control_picture(maps.densepose, "viton_hd"), root / "test/image-densepose" / f"{name}.jpg")
    others = names[1:] + names[:1]
    _write("".join(f"{a}.jpg {b}.jpg\n" for a, b in zip(names, others, strict=True)), root / "test_pairs.txt")
    return made


def dress_code_folder(root: Path) -> dict[str, list[Pair]]:
    """Label maps as palette pictures, joints in the 384x512 frame, as the archive has them."""
    made = {category: pairs(category) for category in ("upper_body", "lower_body", "dresses")}
    for offset, (category, ones) in enumerate(made.items()):
        folder = root / category
        numbers = [f"{10 * offset + i:06d}" for i in range(COUNT)]
        for number, pair in zip(numbers, ones, strict=True):
            maps = pair.target.maps
            _save(pair.target.image, folder / "images" / f"{number}_0.jpg")
            _save(pair.garment.image, folder / "images" / f"{number}_1.jpg")
            labels = Image.fromarray(maps.atr)
            labels.putpalette(bytes(range(256)) * 3)
            _save(labels, folder / "label_maps" / f"{number}_4.png")
            _save(maps.densepose, folder / "dense" / f"{number}_5.png")
            joints = maps.keypoints * 512 / SIZE[1]
            rows = [
                [x, y, 1.0, i] if x or y else [-1, -1, 0.0, i] for i, (x, y) in enumerate(joints.tolist())
            ]
            _write(json.dumps({"keypoints": rows}), folder / "keypoints" / f"{number}_2.json")
        others = numbers[1:] + numbers[:1]
        for name, garments in {"paired": numbers, "unpaired": others}.items():
            lines = [f"{a}_0.jpg\t{b}_1.jpg\n" for a, b in zip(numbers, garments, strict=True)]
            _write("".join(lines), folder / f"test_pairs_{name}.txt")
    return made


def deep_fashion_folder(root: Path) -> None:
    """Two people in two poses each."""
    rows = ["from,to"]
    for seed in range(2):
        pair = sample_pose_pair(seed, SIZE)
        place = f"WOMEN/Dresses/id_0000000{seed + 1}"
        for number, person in enumerate((pair.source, pair.target), 1):
            stem = f"{place}/0{number}_{number}_front"
            _save(person.image, root / "Img" / "img_highres" / f"{stem}.jpg")
            chart = np.dstack([person.maps.densepose_uv[..., ::-1], person.maps.densepose])
            _save(np.ascontiguousarray(chart), root / "Anno/densepose/img_iuv" / f"{stem}_IUV.png")
        flat = f"fashionWOMENDressesid0000000{seed + 1}"
        rows.append(f"{flat}01_1front.jpg,{flat}02_2front.jpg")
    _write("\n".join(rows) + "\n", root / "fasion-resize-pairs-test.csv")


def own_folder(root: Path) -> list[Pair]:
    """Drawn people with their maps, so that no network has to look at them."""
    made = [sample_pair(seed, SIZE, kind) for seed, kind in enumerate(("upper_body", "dresses"))]
    lines = []
    for number, pair in enumerate(made):
        _save(pair.person.image, root / "person" / f"me{number}.png")
        pair.person.maps.save(root / "person" / f"me{number}.maps.npz")
        _save(pair.garment.image, root / "garment" / f"g{number}.png")
        lines.append(f"me{number}.png g{number}.png {pair.garment_type}\n")
    _write("".join(lines), root / "pairs.txt")
    return made
