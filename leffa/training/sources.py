"""Where training pictures come from: data sets on the disk, or people drawn by seed; all look alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa import data as data_sets
from leffa.control import drawn_pose_control
from leffa.data import PoseData, TryOnData
from leffa.data.items import PoseFiles, PoseItem, TryOnFiles
from leffa.errors import MaskEmpty
from leffa.framing import Frame
from leffa.loss.truth import true_places
from leffa.pictures import flatten
from leffa.synthetic import sample_pose_pair
from leffa.training.config import DRAWN, Data
from leffa.training.examples import STRIDE, make_example
from leffa.training.records import Field, RecordFile

Size = tuple[int, int]
U8 = NDArray[np.uint8]
# How far the person is widened for the loss of pose transfer: 5 times by 5 pixels, at the paper's 512 rows.
_WIDER = 25 / 512


class Pictures(NamedTuple):
    """One example at the stage's size, uint8: RGB `[h, w, 3]`, masks `[h, w]` in {0, 1}.

    target: what should come out, and outside the mask what goes in. mask: repainted. region: where the Leffa
    loss looks. flow: float32 `[h / 4, w / 4, 2]` as in `leffa.training.examples`, NaN where it is not known.
    """

    target: U8
    reference: U8
    densepose: U8
    mask: U8
    region: U8
    flow: NDArray[np.float32]


class Source(Protocol):
    """Examples by number. An example that cannot be used is None. name: the same for equal pictures."""

    @property
    def name(self) -> str: ...

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> Pictures | None: ...


def picture_fields(size: Size) -> dict[str, Field]:
    """Of `Pictures`, as records."""
    width, height = size
    colour, plain = (height, width, 3), (height, width)
    return {
        "target": (np.uint8, colour),
        "reference": (np.uint8, colour),
        "densepose": (np.uint8, colour),
        "mask": (np.uint8, plain),
        "region": (np.uint8, plain),
        "flow": (np.float32, (height // STRIDE, width // STRIDE, 2)),
    }


def training_source(data: Data, size: Size, *, region: bool) -> Source:
    """All training examples. region: the Leffa loss is on, so files that only it needs are read.

    Raises `DataError`s for the lists.
    """
    if data.set in DRAWN:
        return Drawn(data.set, range(data.first_seed, data.first_seed + data.pairs), size)
    return _files(data, size, "train", region=region)


def held_out_source(data: Data, size: Size) -> Source:
    """`data.held_out` examples of the test split, evenly over it; of one's own photos, which have none, the
    same as are trained on. Raises `DataError`s for the lists."""
    if data.set in DRAWN:
        return Drawn(data.set, range(data.held_out), size)
    source = _files(data, size, "test", region=False)
    numbers = np.linspace(0, len(source) - 1, min(data.held_out, len(source))).round().astype(int)
    return Some(source, tuple(numbers.tolist()))


@dataclass(frozen=True)
class Drawn:
    """People drawn by seed; drawing one takes about a tenth of a second or more."""

    kind: str
    seeds: range
    size: Size

    @property
    def name(self) -> str:
        return _name(self.kind, self.seeds.start, len(self.seeds), *self.size)

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, number: int) -> Pictures | None:
        seed = self.seeds[number]
        try:
            return (
                _drawn_try_on(seed, self.size)
                if self.kind == "drawn_try_on"
                else _drawn_pose(seed, self.size)
            )
        except MaskEmpty:
            return None


@dataclass(frozen=True)
class Kept:
    """What was drawn once and put into a file. `fill` makes what is missing."""

    source: Source
    file: RecordFile

    @property
    def name(self) -> str:
        return self.source.name

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, number: int) -> Pictures | None:
        return Pictures(**self.file.read(number))


@dataclass(frozen=True)
class Some:
    """A choice of another source's examples."""

    source: Source
    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        return _name(self.source.name, *self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> Pictures | None:
        return self.source[self.numbers[number]]


@dataclass(frozen=True)
class Files:
    """A data set on the disk; `read` opens the files of one example."""

    name: str
    count: int
    read: Callable[[int], Pictures]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Pictures | None:
        return self.read(number)


def _files(data: Data, size: Size, split: data_sets.Split, *, region: bool) -> Files:
    root = Path(data.root)
    if data.set == "deep_fashion":
        pairs = data_sets.deep_fashion(root, split)
        names: Sequence[PoseFiles | TryOnFiles] = pairs.files
        read = lambda number: _pose(pairs, number, size, data.control)  # noqa: E731
    else:
        tries = _try_on_data(data, root, split)
        names = tries.files
        garment = region and data.loss_mask == "garment"
        read = lambda number: _try_on(tries, number, size, garment=garment)  # noqa: E731
    about = json.dumps([asdict(one) for one in names], default=str)
    digest = blake2b(about.encode(), digest_size=8).hexdigest()
    return Files(_name(data.set, split, digest, *size, data.control), len(names), read)


def _try_on_data(data: Data, root: Path, split: data_sets.Split) -> TryOnData:
    if data.set == "viton_hd":
        return data_sets.viton_hd(root, split, paired=True)
    if data.set == "dress_code":
        return data_sets.dress_code(root, split, paired=True, categories=data.categories)
    return data_sets.own_photos(root, paired=True)


def _try_on(tries: TryOnData, number: int, size: Size, *, garment: bool) -> Pictures:
    item = tries[number]
    mask = _bits(item.mask, size)
    region = _bits(tries.files[number].read_garment_region(), size) & mask if garment else mask
    return Pictures(
        target=_resized(item.person, size),
        reference=_resized(item.garment, size),
        densepose=_resized(item.densepose, size),
        mask=mask,
        region=region,
        flow=_unknown(size),
    )


def _pose(pairs: PoseData, number: int, size: Size, control: str) -> Pictures:
    item: PoseItem = pairs[number]
    nearest = Image.Resampling.NEAREST
    foreground = Image.fromarray(item.foreground.astype(np.uint8) * 255)
    return Pictures(
        target=_resized(item.target, size),
        reference=_resized(item.reference, size),
        densepose=_resized(item.densepose, size, nearest if control == "paper" else Image.Resampling.LANCZOS),
        mask=np.ones(size[::-1], np.uint8),
        region=_wider(_bits(foreground, size)),
        flow=_unknown(size),
    )


def _drawn_try_on(seed: int, size: Size) -> Pictures:
    made = make_example(seed, size)
    return Pictures(made.target, made.garment, made.densepose, made.mask, made.region, made.flow)


def _drawn_pose(seed: int, size: Size) -> Pictures:
    """Framed as `leffa.dressing.transfer_pose` frames them."""
    pair = sample_pose_pair(seed)
    frame = Frame.whole(pair.target.image.shape[1::-1], size, smooth=True)
    everywhere = Image.new("L", size, 255)
    parts = frame.labels(pair.target.maps.densepose)
    return Pictures(
        target=np.asarray(frame.photo(Image.fromarray(pair.target.image))),
        reference=np.asarray(frame.photo(Image.fromarray(pair.source.image))),
        densepose=np.asarray(drawn_pose_control(parts)),
        mask=np.ones(size[::-1], np.uint8),
        region=_wider((parts > 0).astype(np.uint8)),
        flow=true_places(frame, everywhere, pair.flow(), STRIDE),
    )


def _resized(picture: Image.Image, size: Size, how: Image.Resampling = Image.Resampling.LANCZOS) -> U8:
    """As `leffa.pictures.LeffaTransform` resizes."""
    return np.array(flatten(picture).resize(size, how))


def _bits(mask: Image.Image, size: Size) -> U8:
    return (np.asarray(mask.convert("L").resize(size, Image.Resampling.LANCZOS)) >= 128).astype(np.uint8)


def _wider(person: U8) -> U8:
    side = 2 * round(_WIDER * person.shape[0]) + 1
    return np.asarray(cv2.dilate(person, np.ones((side, side), np.uint8)), np.uint8)


def _unknown(size: Size) -> NDArray[np.float32]:
    return np.full((size[1] // STRIDE, size[0] // STRIDE, 2), np.nan, np.float32)


def _name(*words: object) -> str:
    return "-".join(map(str, words))
