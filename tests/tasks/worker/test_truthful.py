"""An engine around another one: nothing goes in or comes out unscreened, nothing comes out unsigned."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from PIL import Image

from config.settings import Settings
from tasks.errors import MOMENTS, BlockedByClassifier, BlockedByList, ClassifierUnusable, Moment
from tasks.provenance.notary import Notary
from tasks.records import Control, JobState, Place
from tasks.screening.classifier import Classifier
from tasks.screening.fingerprint import fingerprint
from tasks.screening.screen import Screen, screen_of
from tasks.worker import heart as heart_module
from tasks.worker.engine import model_and_terms
from tasks.worker.order import EngineFault, OnProgress, Order, OrderRefused, Progress
from tasks.worker.shift import Outcome
from tasks.worker.truthful import JOB_CODES, Truthful
from tests.tasks.kit import ADA, Office
from tests.tasks.screening.pictures import file_of, person, plain
from tests.tasks.screening.tiny_classifier import save_tiny_classifier
from tests.tasks.worker.kit import workshop

PLACE = Place("discord", "guild")
PHOTO, GARMENT, PICTURE = file_of(person(1)), file_of(person(2)), file_of(person(3))
PREVIEW = file_of(person(4), "JPEG")


@dataclass
class Painter:
    """Gives a picture and a preview on order, and says what it was asked."""

    picture: bytes = PICTURE
    preview: bytes = PREVIEW
    orders: list[Order] = field(default_factory=list)

    def warm(self) -> None:
        pass

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        self.orders.append(order)
        on_progress(Progress(0, order.steps))
        on_progress(Progress(1, order.steps, lambda: self.preview))
        return self.picture

    def models(self) -> tuple[str, ...]:
        return ()

    def memory(self) -> dict[str, int]:
        return {"models": 7}


@dataclass
class Censor:
    """Objects to some files, and says what it was shown."""

    to: set[bytes] = field(default_factory=set)
    shown: list[tuple[bytes, Moment, Place | None]] = field(default_factory=list)

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        self.shown.append((picture, moment, place))
        if picture in self.to:
            raise BlockedByClassifier(moment)


ORDER = Order(Control.TRYON, "viton_hd", "upper_body", PHOTO, GARMENT, 1, 5, place=PLACE)


@pytest.fixture
def notary(tmp_path: Path) -> Notary:
    return Notary.open(Settings(certificate=tmp_path / "certificate.pem"))


def around(engine: Any, screen: Screen, notary: Notary) -> Truthful:
    return Truthful(engine, lambda: screen, notary, lambda model: (model, "research only"))


def ignore(_: Progress) -> None:
    pass


def test_photos_and_picture_are_screened_by_the_communitys_rules_and_the_picture_is_signed(
    notary: Notary,
) -> None:
    censor, engine = Censor(), Painter()
    made = around(engine, censor, notary).make(ORDER, ignore)
    assert censor.shown == [
        (PHOTO, "person", PLACE),
        (GARMENT, "garment", PLACE),
        (PICTURE, "result", PLACE),
    ]
    assert engine.orders == [ORDER]
    store = json.loads(c2pa.Reader(None, io.BytesIO(made)).json())
    (assertion,) = store["manifests"][store["active_manifest"]]["assertions"]
    assert "Leffa viton_hd; its terms: research only" in assertion["data"]["actions"][-1]["description"]
    with Image.open(io.BytesIO(made)) as signed, Image.open(io.BytesIO(PICTURE)) as plain_picture:
        assert np.array_equal(np.asarray(signed), np.asarray(plain_picture))


def test_in_pose_transfer_both_photos_are_of_people(notary: Notary) -> None:
    censor = Censor()
    pose = replace(ORDER, control=Control.POSE, garment_type=None, model="deep_fashion")
    around(Painter(), censor, notary).make(pose, ignore)
    assert [moment for _, moment, _ in censor.shown] == ["person", "person", "result"]


@pytest.mark.parametrize(
    ("blocked", "code", "made"),
    [
        (PHOTO, "blocked_nsfw_person", 0),
        (GARMENT, "blocked_nsfw_garment", 0),
        (PICTURE, "blocked_nsfw_result", 1),
    ],
)
def test_what_is_blocked_is_refused_with_the_moment_and_no_work_is_done_for_it(
    notary: Notary, blocked: bytes, code: str, made: int
) -> None:
    engine = Painter()
    with pytest.raises(OrderRefused) as caught:
        around(engine, Censor({blocked}), notary).make(ORDER, ignore)
    assert caught.value.code == code
    assert len(engine.orders) == made
    assert code in JOB_CODES


def test_codes_fit_into_a_job_and_are_known_to_the_metrics() -> None:
    assert {
        kind(moment).job_code for kind in (BlockedByList, BlockedByClassifier) for moment in MOMENTS
    } == JOB_CODES
    assert all(len(code) <= 40 for code in JOB_CODES)


def test_a_preview_that_is_blocked_is_not_shown_and_decides_nothing(notary: Notary) -> None:
    previews: list[bytes | None] = []

    def look(progress: Progress) -> None:
        if progress.preview is not None:
            previews.append(progress.preview())

    around(Painter(), Censor({PREVIEW}), notary).make(ORDER, look)
    around(Painter(), Censor(), notary).make(ORDER, look)
    assert previews == [None, PREVIEW]


def test_a_slow_screen_looks_at_few_previews(notary: Notary) -> None:
    class Slow(Censor):
        def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
            super().check(picture, moment, place)
            time.sleep(0.05)

    class Eager(Painter):
        def make(self, order: Order, on_progress: OnProgress) -> bytes:
            for step in range(10):
                on_progress(Progress(step, 10, lambda: self.preview))
            return self.picture

    screen, seen = Slow(), list[bytes | None]()
    around(Eager(), screen, notary).make(
        ORDER, lambda progress: seen.append(progress.preview() if progress.preview else None)
    )
    # The first, and from then on one in half a second.
    assert seen.count(PREVIEW) == 1
    assert [picture for picture, _, _ in screen.shown].count(PREVIEW) == 1


def test_a_preview_that_nobody_asks_for_is_not_screened(notary: Notary) -> None:
    censor = Censor()
    around(Painter(), censor, notary).make(ORDER, ignore)
    assert PREVIEW not in [picture for picture, _, _ in censor.shown]


def test_without_a_screen_or_a_certificate_no_picture_is_made(notary: Notary, tmp_path: Path) -> None:
    def fail() -> Screen:
        raise ClassifierUnusable("no classifier")

    engine = Painter()
    blind = Truthful(engine, fail, notary, lambda model: (model, ""))
    for attempt in (blind.warm, lambda: blind.make(ORDER, ignore)):
        with pytest.raises(EngineFault) as caught:
            attempt()
        assert caught.value.code == "classifier_unusable"
    (tmp_path / "certificate.pem").write_text("nonsense")
    unsigned = around(engine, Censor(), notary)
    with pytest.raises(EngineFault, match="move it away"):
        unsigned.warm()
    assert engine.orders == []
    with pytest.raises(EngineFault):
        unsigned.make(ORDER, ignore)


def test_every_model_has_terms_and_the_mini_model_its_own() -> None:
    assert model_and_terms("mini", "viton_hd") == ("mini", "MIT")
    for model in ("viton_hd", "dress_code", "deep_fashion"):
        name, terms = model_and_terms("weights", model)
        assert name == model
        assert "non-commercial" in terms
    with pytest.raises(OrderRefused):
        model_and_terms("weights", "another")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nsfw")
    save_tiny_classifier(folder)
    return folder


def test_a_job_whose_photo_a_real_classifier_blocks_fails_for_free_and_nothing_of_it_is_stored(
    office: Office, tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart_module, "STEP_SECONDS", 0.01)
    office.welcome(ADA)
    shop = workshop(office, tmp_path, f"unix://{tmp_path}/no.sock", nsfw_weights=weights)
    settings, desk = shop.office.settings, shop.office.desk
    screen = screen_of(settings, desk, Classifier(weights, settings, desk))
    painter = Painter()
    notary = Notary.open(settings.model_copy(update={"certificate": tmp_path / "certificate.pem"}))
    shop.shift._engine = around(painter, screen, notary)
    account = desk.account(ADA.person)

    def submit(photo: bytes) -> int:
        keys = {
            "source_key": shop.store.put(account, photo),
            "reference_key": shop.store.put(account, GARMENT),
        }
        return office.submit(ADA, steps=1, **keys).id

    # By the classifier, before the work.
    job = submit(plain("red"))
    assert shop.shift.serve() is Outcome.REFUSED
    assert (desk.job(job).state, desk.job(job).error_code) == (JobState.FAILED, "blocked_nsfw_person")
    # After it: the picture that was made goes nowhere.
    painter.picture = plain("red", (128, 128))
    before = {stored.key for stored in shop.store.stored()}
    job = submit(PHOTO)
    assert shop.shift.serve() is Outcome.REFUSED
    assert (desk.job(job).error_code, desk.job(job).result_key) == ("blocked_nsfw_result", None)
    assert {stored.key for stored in shop.store.stored()} - before == {desk.job(job).request.source_key}
    # By the moderators' list, in a smaller copy.
    assert settings.secret_key is not None
    copy = file_of(person(1).resize((150, 200)), "JPEG")
    blocking = desk.block_picture(None, fingerprint(copy, settings.secret_key), ADA.place, "not yours")
    job = submit(PHOTO)
    assert shop.shift.serve() is Outcome.REFUSED
    assert desk.job(job).error_code == "blocked_listed_person"
    assert desk.quota(ADA).used == 0
    # Undone, all is well again.
    desk.undo(None, blocking)
    painter.picture = PICTURE
    submit(PHOTO)
    assert shop.shift.serve() is Outcome.SUCCEEDED
    assert desk.quota(ADA).used == 1
