"""From two photos to one picture, with the mini model, and pose transfer with a tiny one.

What the pictures show depends on the weights and is measured elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from leffa.dressing import (
    GARMENT_TYPES,
    MAX_SEED,
    Options,
    Result,
    prepare_try_on,
    transfer_pose,
    try_on,
)
from leffa.errors import Cancelled, GarmentNotFound, MaskEmpty, OptionInvalid
from leffa.maps import PersonMaps
from leffa.model import LeffaModel
from leffa.pictures import resize_and_center
from leffa.pipeline import LeffaPipeline, Step
from leffa.presets import DEEP_FASHION, MINI, Rule
from leffa.synthetic import Pair, RenderedPerson, sample_pair, sample_pose_pair
from leffa.weights import load_model
from tests.leffa.small import apart

STEPS = 4
QUICK = Options(num_inference_steps=1, seed=1)
# Rendered at this size and cut or widened to these: as rendered, nearly square, wide.
RENDERED = (192, 256)
PHOTO_SIZES = [(192, 256), (192, 200), (400, 256)]


@pytest.fixture(scope="module")
def pipe() -> LeffaPipeline:
    return LeffaPipeline(load_model("mini", MINI))


def with_size(person: RenderedPerson, size: tuple[int, int]) -> tuple[Image.Image, PersonMaps]:
    """The photo and maps, cut at the bottom or widened with plain ground on both sides."""
    width, height = size
    side = (width - RENDERED[0]) // 2

    def fit(values: NDArray[np.uint8], fill: int) -> NDArray[np.uint8]:
        edges = [(0, 0), (side, side), *[(0, 0)] * (values.ndim - 2)]
        return np.pad(values, edges, constant_values=fill)[:height]

    maps = person.maps
    points = maps.keypoints + np.array([side, 0])
    points[~maps.keypoints.any(axis=1) | (points[:, 1] >= height)] = 0
    atr, lip, densepose, uv = (
        fit(labels, 0) for labels in (maps.atr, maps.lip, maps.densepose, maps.densepose_uv)
    )
    return Image.fromarray(fit(person.image, 210)), PersonMaps(atr, lip, densepose, uv, points)


def dress(pipe: LeffaPipeline, pair: Pair, options: Options) -> Result:
    person, garment = Image.fromarray(pair.person.image), Image.fromarray(pair.garment.image)
    return try_on(
        pipe, MINI, person, pair.person.maps, garment, replace(options, garment_type=pair.garment_type)
    )


@pytest.mark.parametrize("size", PHOTO_SIZES, ids=str)
@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
@pytest.mark.parametrize("rule", get_args(Rule))
def test_a_person_is_dressed_at_any_size_in_any_garment_by_either_rule(
    pipe: LeffaPipeline, size: tuple[int, int], garment_type: str, rule: Rule
) -> None:
    pair = sample_pair(5, RENDERED, garment_type)
    person, maps = with_size(pair.person, size)
    options = Options(garment_type=garment_type, num_inference_steps=STEPS, seed=3, mask_rule=rule)
    result = try_on(pipe, MINI, person, maps, Image.fromarray(pair.garment.image), options)
    assert (result.image.size, result.image.mode) == (size, "RGB")
    for picture in (result.generated, result.source, result.reference, result.mask, result.densepose):
        assert picture.size == MINI.work_size
    assert result.mask.mode == "L"
    assert result.seed == 3

    different = (np.asarray(result.image) != np.asarray(person)).any(axis=2)
    garment = (maps.atr == 4) if garment_type != "lower_body" else (maps.atr == 6)
    assert different[garment].mean() > 0.8, "most of the old garment is repainted"
    assert different[maps.atr == 11].mean() < 0.05, "the face stays, but for its edge"


def test_one_seed_is_one_picture_and_another_seed_another(pipe: LeffaPipeline) -> None:
    pair = sample_pair(23, RENDERED, "upper_body")
    first, again, other = (dress(pipe, pair, replace(QUICK, seed=seed)) for seed in (7, 7, 8))
    assert first.image == again.image
    assert apart(first.generated, other.generated) > 0


def test_without_a_seed_there_is_a_random_one_that_makes_the_picture_again(pipe: LeffaPipeline) -> None:
    pair = sample_pair(23, RENDERED, "upper_body")
    first, other = (dress(pipe, pair, replace(QUICK, seed=None)) for _ in range(2))
    assert first.seed != other.seed
    assert dress(pipe, pair, replace(QUICK, seed=first.seed)).image == first.image


def test_without_repaint_more_than_the_mask_is_new(pipe: LeffaPipeline) -> None:
    pair = sample_pair(23, RENDERED, "upper_body")
    kept, replaced = (dress(pipe, pair, replace(QUICK, repaint=repaint)) for repaint in (True, False))
    assert apart(kept.generated, replaced.generated) == 0
    photo = np.asarray(Image.fromarray(pair.person.image))
    changed = [(np.asarray(one.image) != photo).any(axis=2).sum() for one in (kept, replaced)]
    assert changed[0] < changed[1]


def test_a_transparent_photo_is_laid_on_white(pipe: LeffaPipeline) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    person = Image.fromarray(pair.person.image).convert("RGBA")
    person.putpixel((0, 0), (0, 0, 0, 0))
    garment = Image.fromarray(pair.garment.image)
    image = try_on(pipe, MINI, person, pair.person.maps, garment, QUICK).image
    assert image.mode == "RGB"
    assert image.getpixel((0, 0)) == (255, 255, 255)


def test_a_garment_lying_in_a_corner_is_centred_when_asked(pipe: LeffaPipeline) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    wide = Image.new("RGB", (600, 600), tuple(int(v) for v in pair.garment.image[0, 0]))
    wide.paste(Image.fromarray(pair.garment.image), (0, 344))

    def reference(preprocess: bool) -> NDArray[np.uint8]:
        options = replace(QUICK, preprocess_garment=preprocess)
        person = Image.fromarray(pair.person.image)
        return np.asarray(try_on(pipe, MINI, person, pair.person.maps, wide, options).reference.convert("L"))

    def centre(picture: NDArray[np.uint8]) -> float:
        columns = np.nonzero(picture < 200)[1]
        return float(columns.mean() / picture.shape[1])

    assert centre(reference(preprocess=False)) < 0.3
    assert centre(reference(preprocess=True)) == pytest.approx(0.5, abs=0.05)


def test_a_step_callback_sees_every_step_with_a_preview_and_may_cancel(pipe: LeffaPipeline) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    seen: list[tuple[int, int]] = []

    def on_step(step: Step) -> bool:
        assert step.preview is not None
        assert len(step.preview()) == 1
        seen.append((step.index, step.total))
        return step.index < 1

    person, garment = Image.fromarray(pair.person.image), Image.fromarray(pair.garment.image)
    with pytest.raises(Cancelled, match="after step 2 of 4"):
        try_on(pipe, MINI, person, pair.person.maps, garment, replace(QUICK, num_inference_steps=4), on_step)
    assert seen == [(0, 4), (1, 4)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_inference_steps": 0},
        {"num_inference_steps": -1},
        {"num_inference_steps": 1000},
        {"guidance_scale": -0.1},
        {"guidance_scale": float("nan")},
        {"guidance_scale": float("inf")},
        {"seed": -1},
        {"seed": MAX_SEED + 1},
        {"garment_type": "hat"},
        {"mask_rule": "guessed"},
    ],
    ids=str,
)
def test_an_option_out_of_its_range_is_refused(pipe: LeffaPipeline, wrong: dict[str, object]) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    person, garment = Image.fromarray(pair.person.image), Image.fromarray(pair.garment.image)
    options = replace(QUICK, **wrong)  # type: ignore[arg-type]
    with pytest.raises(OptionInvalid):
        try_on(pipe, MINI, person, pair.person.maps, garment, options)


def test_the_largest_seed_and_no_guidance_are_fine(pipe: LeffaPipeline) -> None:
    options = replace(QUICK, seed=MAX_SEED, guidance_scale=0)
    assert dress(pipe, sample_pair(5, RENDERED, "upper_body"), options).seed == MAX_SEED


def test_maps_of_another_size_are_refused(pipe: LeffaPipeline) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    garment = Image.fromarray(pair.garment.image)
    with pytest.raises(OptionInvalid, match="maps"):
        try_on(pipe, MINI, Image.new("RGB", (100, 100)), pair.person.maps, garment, QUICK)


@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
@pytest.mark.parametrize("rule", get_args(Rule))
def test_nobody_in_the_photo_leaves_nothing_to_repaint(
    pipe: LeffaPipeline, garment_type: str, rule: Rule
) -> None:
    nobody = np.zeros((256, 192), np.uint8)
    maps = PersonMaps(nobody, nobody, nobody, np.zeros((256, 192, 2), np.uint8), np.zeros((18, 2)))
    photo = Image.new("RGB", (192, 256), "grey")
    options = replace(QUICK, garment_type=garment_type, mask_rule=rule)
    with pytest.raises(MaskEmpty):
        try_on(pipe, MINI, photo, maps, photo, options)


def test_a_garment_photo_without_a_garment_is_refused_when_it_is_to_be_cut_out(pipe: LeffaPipeline) -> None:
    pair = sample_pair(5, RENDERED, "upper_body")
    empty = Image.new("RGB", (100, 100), "white")
    person = Image.fromarray(pair.person.image)
    with pytest.raises(GarmentNotFound):
        try_on(pipe, MINI, person, pair.person.maps, empty, replace(QUICK, preprocess_garment=True))


@pytest.fixture
def pose_pipe(models: dict[str, LeffaModel]) -> LeffaPipeline:
    return LeffaPipeline(models["sdxl"])


def test_a_person_takes_the_pose_of_another_photo_at_its_size(pose_pipe: LeffaPipeline) -> None:
    preset = replace(DEEP_FASHION, work_size=(48, 64))
    pair = sample_pose_pair(3, (96, 128))
    person, target = Image.fromarray(pair.source.image), Image.fromarray(pair.target.image)
    results = [transfer_pose(pose_pipe, preset, person, target, pair.target.maps, QUICK) for _ in range(2)]
    assert results[0].image == results[1].image
    assert results[0].image.size == (96, 128)
    assert results[0].mask.getextrema() == (255, 255)
    parts = np.asarray(results[0].densepose)[..., 2]
    assert set(np.unique(parts)) <= set(np.unique(pair.target.maps.densepose))
    assert len(np.unique(parts)) > 3
    assert results[0].reference == resize_and_center(person, 48, 64)
    assert results[0].source == resize_and_center(target, 48, 64)


def test_nothing_of_the_person_is_kept_after_pose_transfer(pose_pipe: LeffaPipeline) -> None:
    preset = replace(DEEP_FASHION, work_size=(48, 64))
    pair = sample_pose_pair(3, (96, 128))
    person, target = Image.fromarray(pair.source.image), Image.fromarray(pair.target.image)
    used = []
    for photo in (person, target):
        transfer_pose(pose_pipe, preset, photo, target, pair.target.maps, QUICK)
        used.append(pose_pipe.reference_cache.used_bytes)
    assert used[0] == used[1]


def test_maps_of_another_target_are_refused(pose_pipe: LeffaPipeline) -> None:
    pair = sample_pose_pair(3, (96, 128))
    photo = Image.new("RGB", (100, 100))
    with pytest.raises(OptionInvalid, match="maps"):
        transfer_pose(pose_pipe, DEEP_FASHION, photo, photo, pair.target.maps, QUICK)


def test_the_same_person_in_a_wider_photo_gets_the_same_mask() -> None:
    pair = sample_pair(8, garment_type="upper_body")
    masks = []
    for size in (RENDERED, (600, 256)):
        photo, maps = with_size(pair.person, size)
        inputs = prepare_try_on(MINI, photo, maps, Image.fromarray(pair.garment.image), Options())
        side = (size[0] - RENDERED[0]) // 2
        whole = np.asarray(inputs.frame.mask_on_photo(inputs.mask, size)) >= 128
        masks.append(whole[:, side : side + RENDERED[0]])
        assert whole.sum() == masks[-1].sum()
    assert (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum() > 0.9
