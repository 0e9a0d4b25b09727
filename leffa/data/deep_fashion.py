"""DeepFashion In-shop (pose transfer) with the pairs of the PATN split.

The lists call a picture by its path without separators: `WOMEN/Dresses/id_00000002/02_1_front.jpg` is
`fashionWOMENDressesid0000000202_1front.jpg`.
"""

from __future__ import annotations

from pathlib import Path

from leffa.data.files import Split, read_rows
from leffa.data.items import PoseData, PoseFiles
from leffa.errors import DataMissing, DataUnreadable

_IUV = "_IUV.png"


def deep_fashion(root: Path, split: Split = "test") -> PoseData:
    """Items in the order of `fasion-resize-pairs-{split}.csv` (published so), whose lines are `from,to`.

    Pictures lie in `Img/img_highres/{MEN,WOMEN}/...`, DensePose in `Anno/densepose/img_iuv/{MEN,WOMEN}/...`
    as `NAME_IUV.png`; or in `img_highres` and `densepose` beside the lists. Both are listed once, here.
    A result is called `FROM_2_TO_vis`, as the published ones. Raises `DataMissing` or `DataUnreadable` for
    lists and folders, and for a listed picture that is nowhere.
    """
    listed = root / f"fasion-resize-pairs-{split}.csv"
    head, *rows = read_rows(listed, (2, 2), ",")
    if head != ["from", "to"]:
        raise DataUnreadable(f"{listed} does not begin with from,to")
    pictures = _by_flat_name(_folder(root, "Img/img_highres", "img_highres"), ".jpg")
    charts = _by_flat_name(_folder(root, "Anno/densepose/img_iuv", "densepose"), _IUV)
    files = []
    for number, (reference, target) in enumerate(rows, 2):
        names = [_flat(Path(name).stem) for name in (reference, target)]
        for name, known, of in ((reference, pictures, 0), (target, pictures, 1), (target, charts, 1)):
            if names[of] not in known:
                kind = "picture" if known is pictures else "DensePose"
                raise DataMissing(f"{listed}, line {number}: there is no {kind} of {name}")
        files.append(
            PoseFiles(
                name=f"{Path(reference).stem}_2_{Path(target).stem}_vis",
                reference=pictures[names[0]],
                target=pictures[names[1]],
                densepose=charts[names[1]],
            )
        )
    return PoseData(tuple(files))


def _folder(root: Path, *places: str) -> Path:
    for place in places:
        if (root / place).is_dir():
            return root / place
    raise DataMissing(f"{root / places[0]} is missing")


def _by_flat_name(folder: Path, ending: str) -> dict[str, Path]:
    return {
        _flat("fashion" + str(path.relative_to(folder)).removesuffix(ending)): path
        for path in sorted(folder.rglob(f"*{ending}"))
    }


def _flat(name: str) -> str:
    """Without what the lists leave out in some places and not in others."""
    return "".join(letter for letter in name if letter.isalnum())
