"""The engine that makes real pictures: the mini model on drawn people, and a bound on what stays loaded."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from config.settings import Settings
from leffa.synthetic import sample_pair
from tasks.records import Control
from tasks.worker.engine import LeffaEngine
from tasks.worker.order import EngineFault, Order, OrderRefused, Progress
from tests.leffa.preprocessing.folder import write_leffa

STEPS = 3


def file_of(picture: np.ndarray[Any, Any] | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def engine() -> LeffaEngine:
    return LeffaEngine(Settings(device="cpu"))


@pytest.fixture(scope="module")
def order() -> Order:
    pair = sample_pair(3, (192, 256), "upper_body")
    return Order(
        control=Control.TRYON,
        model="viton_hd",
        garment_type="upper_body",
        source=file_of(pair.person.image),
        reference=file_of(pair.garment.image),
        steps=STEPS,
        seed=7,
    )


def changed(order: Order, **values: Any) -> Order:
    return Order(**{**order.__dict__, **values})


def make(engine: LeffaEngine, order: Order) -> bytes:
    return engine.make(order, lambda _: None)


def test_a_plain_picture_of_a_drawn_person_is_dressed_and_says_that_it_was_made(
    engine: LeffaEngine, order: Order
) -> None:
    told: list[Progress] = []
    made = engine.make(order, told.append)
    with Image.open(io.BytesIO(made)) as picture, Image.open(io.BytesIO(order.source)) as person:
        assert (picture.format, picture.size) == ("PNG", person.size)
        assert b"compositeWithTrainedAlgorithmicMedia" in made
        differs = np.any(np.asarray(picture.convert("RGB")) != np.asarray(person.convert("RGB")), axis=2)
    # The garment changed, and not the whole picture.
    assert 0.03 < differs.mean() < 0.7
    assert [progress.step for progress in told] == [0, 0, 1, 2, 3]
    preview = told[-1].preview
    assert preview is not None
    shown = preview()
    assert shown is not None
    with Image.open(io.BytesIO(shown)) as small:
        assert small.format == "JPEG"
        assert max(small.size) == 192


def test_the_same_order_gives_the_same_picture_and_another_seed_another(
    engine: LeffaEngine, order: Order
) -> None:
    made = make(engine, order)
    assert make(engine, order) == made
    assert make(engine, changed(order, seed=8)) != made


def test_a_photo_straight_off_a_phone_comes_back_upright_at_its_own_size(
    engine: LeffaEngine, order: Order
) -> None:
    with Image.open(io.BytesIO(order.source)) as person:
        large = person.convert("RGB").resize((1512, 2016), Image.Resampling.BICUBIC)
    turned = large.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    made = make(engine, changed(order, source=file_of(turned, "JPEG", quality=85, exif=exif)))
    with Image.open(io.BytesIO(made)) as picture:
        assert picture.size == (1512, 2016)
    assert b"Exif" not in made or b"GPS" not in made


def test_a_drawn_person_takes_the_pose_of_another_one(engine: LeffaEngine, order: Order) -> None:
    other = file_of(sample_pair(8, (192, 256)).person.image)
    posed = changed(
        order,
        control=Control.POSE,
        model="deep_fashion",
        garment_type=None,
        reference=order.source,
        source=other,
    )
    made = make(engine, posed)
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size) == ("PNG", (192, 256))
    assert b"compositeWithTrainedAlgorithmicMedia" in made


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"source": b"no picture"}, "picture_unreadable"),
        ({"reference": b"\x89PNG\r\n\x1a\n cut"}, "picture_truncated"),
        ({"source": file_of(Image.new("RGB", (300, 400), "white"))}, "person_not_found"),
        ({"source": file_of(Image.new("RGB", (20, 400), "white"))}, "picture_too_small"),
        ({"model": "dress_code"}, "model_unavailable"),
        ({"model": "../../etc/passwd"}, "model_unknown"),
        ({"options": {"repaint": "yes"}}, "option_invalid"),
        ({"options": {"weights": "elsewhere"}}, "option_invalid"),
        ({"options": {"guidance_scale": -1.0}}, "option_invalid"),
        ({"seed": -1}, "option_invalid"),
    ],
    ids=str,
)
def test_what_cannot_be_dressed_is_refused_with_its_reason(
    engine: LeffaEngine, order: Order, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(OrderRefused) as caught:
        make(engine, changed(order, **wrong))
    assert caught.value.code == code


def test_what_progress_raises_stops_the_work_and_comes_out(engine: LeffaEngine, order: Order) -> None:
    class Stop(Exception):
        pass

    seen: list[int] = []

    def stop(progress: Progress) -> None:
        seen.append(progress.step)
        if progress.step == 2:
            raise Stop

    with pytest.raises(Stop):
        engine.make(order, stop)
    assert seen[-1] == 2
    make(engine, order)  # The engine is as good as before.


def test_weights_that_are_not_there_are_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(EngineFault) as caught:
        LeffaEngine(Settings(device="cpu", weights=str(tmp_path))).warm()
    assert caught.value.code == "weights_missing"


def test_which_models_there_are_is_known_without_loading_them(tmp_path: Path) -> None:
    assert set(LeffaEngine(Settings()).models()) == {"viton_hd", "deep_fashion"}
    engine = LeffaEngine(Settings(weights=str(tmp_path)))
    assert engine.models() == []
    (tmp_path / "virtual_tryon.pth").touch()
    assert engine.models() == ["viton_hd"]


def test_a_device_that_is_not_there_is_told_when_the_worker_starts() -> None:
    with pytest.raises(EngineFault) as caught:
        LeffaEngine(Settings(device="cuda:7")).warm()
    assert caught.value.code == "option_invalid"


def test_models_stay_loaded_under_their_bound_and_the_least_used_goes(tmp_path: Path) -> None:
    write_leffa(tmp_path)
    roomy = LeffaEngine(Settings(device="cpu", weights=str(tmp_path)))
    first, _ = roomy.load("viton_hd")
    roomy.load("dress_code")
    assert roomy.load("viton_hd")[0] is first
    assert roomy.memory()["models"] > 0

    tight = LeffaEngine(
        Settings(device="cpu", weights=str(tmp_path)).model_copy(update={"worker_memory_gb": 0})
    )
    first, _ = tight.load("viton_hd")
    alone = tight.memory()["models"]
    second, _ = tight.load("dress_code")
    assert tight.memory()["models"] < 1.5 * alone
    assert tight.load("dress_code")[0] is second
    assert tight.load("viton_hd")[0] is not first


def test_a_look_gives_the_mask_at_the_photos_size(engine: LeffaEngine, order: Order) -> None:
    with Image.open(io.BytesIO(make(engine, changed(order, look=True)))) as mask:
        assert (mask.mode, mask.size) == ("L", (192, 256))
        share = (np.asarray(mask) == 255).mean()
        assert set(np.unique(np.asarray(mask))) == {0, 255}
    assert 0.05 < share < 0.7


def test_only_what_a_drawn_mask_covers_is_repainted(engine: LeffaEngine, order: Order) -> None:
    drawn = Image.new("L", (96, 128), 0)  # a browser draws on a smaller copy
    drawn.paste(255, (40, 50, 60, 70))
    made = make(engine, changed(order, mask=file_of(drawn), options={"repaint": True}))
    with Image.open(io.BytesIO(made)) as picture, Image.open(io.BytesIO(order.source)) as person:
        differs = np.any(np.asarray(picture.convert("RGB")) != np.asarray(person.convert("RGB")), axis=2)
    rows, columns = np.nonzero(differs)
    assert differs.any()
    # Twice as large as it was drawn, and a little around it.
    assert [rows.min() >= 95, rows.max() <= 145] == [True, True]
    assert [columns.min() >= 75, columns.max() <= 125] == [True, True]


def test_an_empty_mask_is_refused(engine: LeffaEngine, order: Order) -> None:
    with pytest.raises(OrderRefused) as refused:
        make(engine, changed(order, mask=file_of(Image.new("L", (192, 256), 0))))
    assert refused.value.code == "mask_empty"


def test_pictures_of_the_making_are_given_where_they_are_wanted(engine: LeffaEngine, order: Order) -> None:
    given: dict[str, bytes] = {}
    make(engine, changed(order, on_insight=given.__setitem__))
    assert given.keys() == {"mask", "densepose", "keypoints", "flow"}
    for picture in given.values():
        Image.open(io.BytesIO(picture)).verify()
