"""Operations: published as known, ours under the bars, and both as the real pipelines run them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from leffa import configs
from leffa.bench.flops import CACHED_GARMENT, COLD, NEW_GARMENT, Case, FlopReport, count, count_base, counted
from leffa.bench.published import PublishedPipeline
from leffa.bench.report import render_flops
from leffa.bench.timing import random_model
from leffa.errors import OptionInvalid
from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline
from leffa.presets import SD15_BASE, SDXL_BASE
from tests.leffa.bench.small import write_small_base

KEYS = Path(__file__).parents[2] / "data" / "keys"
STEPS = 3


@pytest.mark.parametrize(("base", "keys"), [(SD15_BASE, "keys_sd15"), (SDXL_BASE, "keys_sdxl")])
def test_full_size_configuration_has_exactly_the_published_keys_and_shapes(base: str, keys: str) -> None:
    published = json.loads(gzip.decompress((KEYS / f"{keys}.json.gz").read_bytes()))["keys"]
    with torch.device("meta"):
        model = LeffaModel.from_base(configs.FOLDER / base)
    assert {key: list(value.shape) for key, value in model.state_dict().items()} == published


@pytest.fixture(scope="module")
def try_on() -> FlopReport:
    return count("viton_hd")


@pytest.fixture(scope="module")
def pose_transfer() -> FlopReport:
    return count("deep_fashion")


# Operations of the published code, counted independently at 1024x768.
@pytest.mark.parametrize(
    ("fixture", "reference", "generative", "picture"),
    [
        ("try_on", 6096217702400, 13019650457600, 588.3e12),
        pytest.param("pose_transfer", 9027625943040, 12975325839360, 675.0e12, marks=pytest.mark.slow),
    ],
)
def test_published_way_costs_what_the_published_code_costs(
    request: pytest.FixtureRequest, fixture: str, reference: int, generative: int, picture: float
) -> None:
    report: FlopReport = request.getfixturevalue(fixture)
    within = 1e-3
    assert report.passes.published_reference == pytest.approx(reference, rel=within)
    assert report.passes.published_generative == pytest.approx(generative, rel=within)
    assert report.passes.encode == pytest.approx(3556133830656, rel=within)
    assert report.passes.decode == pytest.approx(7749715230720, rel=within)
    published = report.cost_of(COLD).published
    assert published.picture == pytest.approx(picture, rel=within)
    assert published.step == pytest.approx(reference + generative, rel=within)


@pytest.mark.parametrize(("case", "bar"), [(NEW_GARMENT, 0.60), (CACHED_GARMENT, 0.46)])
def test_try_on_stays_under_the_bars_per_step_and_per_picture(
    try_on: FlopReport, case: Case, bar: float
) -> None:
    cost = try_on.cost_of(case)
    step, picture = cost.ours.share_of(cost.published)
    assert step <= bar
    assert picture <= bar


def test_pose_transfer_saves_too(pose_transfer: FlopReport) -> None:
    cached = pose_transfer.cost_of(CACHED_GARMENT)
    new = pose_transfer.cost_of(NEW_GARMENT)
    cold = pose_transfer.cost_of(COLD)
    assert cached.ours.picture < new.ours.picture < cold.ours.picture < cold.published.picture


def test_price_of_the_cache_is_that_of_keys_and_values_in_half_precision(try_on: FlopReport) -> None:
    feature_elements = 34652160  # of the published model at this size, per reference and timestep
    assert try_on.cache.timestep == feature_elements * 2 * 2
    assert try_on.cache.schedule == try_on.cache.timestep * 30


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_base(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def small(base: Path) -> FlopReport:
    return count_base(base, 64, 48, STEPS, name="small")


@pytest.fixture(scope="module")
def model(base: Path) -> LeffaModel:
    return random_model(base, published=False, dtype=torch.float32, device="cpu")


def dress(
    pipeline: LeffaPipeline,
    garment: str,
    *,
    guidance_scale: float = 2.5,
    ref_acceleration: bool = False,
    keep_reference: bool = True,
) -> Callable[[], Image.Image]:
    person, reference = Image.new("RGB", (48, 64), "beige"), Image.new("RGB", (48, 64), garment)
    mask = Image.new("L", (48, 64), 255)
    return lambda: pipeline(
        person,
        reference,
        mask,
        person,
        num_inference_steps=STEPS,
        guidance_scale=guidance_scale,
        ref_acceleration=ref_acceleration,
        generator=seeded([0]),
        keep_reference=keep_reference,
    )


@pytest.mark.parametrize("acceleration", [False, True])
def test_real_pipeline_costs_what_the_cases_say(
    small: FlopReport, model: LeffaModel, acceleration: bool
) -> None:
    pipeline = LeffaPipeline(model)
    for garment, new_references in (("red", 2), ("blue", 1), ("red", 0), ("blue", 0)):
        operations, _ = counted(dress(pipeline, garment, ref_acceleration=acceleration))
        costs = [
            cost
            for cost in small.cases
            if cost.case.new_references == new_references
            and cost.case.acceleration == acceleration
            and cost.case.guidance
        ]
        assert [cost.ours.picture for cost in costs] == [operations]


def test_real_pipeline_without_guidance_costs_what_the_cases_say(
    small: FlopReport, model: LeffaModel
) -> None:
    pipeline = LeffaPipeline(model)
    for new_references in (1, 0):
        operations, _ = counted(dress(pipeline, "red", guidance_scale=1.0))
        costs = [
            cost
            for cost in small.cases
            if cost.case.new_references == new_references and not cost.case.guidance
        ]
        assert [cost.ours.picture for cost in costs] == [operations]


def test_published_pipeline_costs_what_the_cases_say_again_and_again(small: FlopReport, base: Path) -> None:
    pipeline = PublishedPipeline(random_model(base, published=True, dtype=torch.float32, device="cpu"))
    accelerated = next(cost for cost in small.cases if cost.case.acceleration)
    for _ in range(2):
        operations, _ = counted(dress(pipeline, "red", keep_reference=False))
        assert operations == small.cost_of(COLD).published.picture
    operations, _ = counted(dress(pipeline, "red", keep_reference=False, ref_acceleration=True))
    assert operations == accelerated.published.picture


def test_table_says_what_each_case_costs_of_the_published_way(try_on: FlopReport) -> None:
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for cells in (line.strip("|").split("|") for line in render_flops(try_on).splitlines())
    }
    assert rows["published"] == ["19.116", "100.0%", "588.4", "100.0%"]
    assert rows["new garment"] == ["11.192", "58.5%", "350.6", "59.6%"]
    assert rows["cached garment"] == ["8.303", "43.4%", "260.4", "44.3%"]


def test_report_is_json_with_numbers_and_names(small: FlopReport) -> None:
    read = json.loads(small.to_json())
    assert (read["model"], read["height"], read["steps"]) == ("small", 64, STEPS)
    assert read["cases"][0]["case"]["name"] == "first picture of the process"
    assert read["cases"][0]["ours"]["picture"] == small.cost_of(COLD).ours.picture


@pytest.mark.parametrize(("height", "width", "steps"), [(1020, 768, 30), (1024, 0, 30), (1024, 768, 0)])
def test_sizes_that_no_picture_has_are_refused(base: Path, height: int, width: int, steps: int) -> None:
    with pytest.raises(OptionInvalid):
        count_base(base, height, width, steps, name="small")
