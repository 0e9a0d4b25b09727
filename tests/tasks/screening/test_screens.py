"""Screens one after the other, and a classifier that is a real one but for its size."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from pydantic import SecretStr

from config.settings import Settings
from tasks import metrics
from tasks.errors import (
    Blocked,
    BlockedByClassifier,
    BlockedByList,
    ClassifierUnusable,
    Moment,
    PictureTooLarge,
    PictureUnreadable,
    SettingMissing,
)
from tasks.records import Fingerprint, Place
from tasks.reports import Community
from tasks.screening.classifier import Classifier, check_there
from tasks.screening.screen import screen_of
from tests.tasks.screening.pictures import file_of, person, plain
from tests.tasks.screening.tiny_classifier import save_tiny_classifier

PLACE = Place("discord", "guild")
# By the tiny classifier: as good as certain, rather sure, no.
RED, REDDISH, BLUE = "red", "#c83c3c", "blue"


@dataclass
class Rules:
    """What moderators have set."""

    blocked: set[str] = field(default_factory=set)
    settings: dict[str, Any] = field(default_factory=dict)

    def has_blocks(self, place: Place | None) -> bool:
        return bool(self.blocked)

    def is_blocked(self, picture: Fingerprint, place: Place | None) -> bool:
        return picture.exact in self.blocked

    def community(self, place: Place) -> Community | None:
        return Community(place, None, None, None, None, None, None, False, None, self.settings, (), 0)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nsfw")
    save_tiny_classifier(folder)
    return folder


MakeClassifier = Callable[..., Classifier]


@pytest.fixture
def make_classifier(weights: Path) -> MakeClassifier:
    def make(rules: Rules | None = None, **changed: Any) -> Classifier:
        return Classifier(weights, Settings(nsfw_weights=weights, **changed), rules or Rules())

    return make


def objection(screen: Classifier, picture: bytes, moment: Moment = "person") -> str | None:
    try:
        screen.check(picture, moment, PLACE)
    except Blocked as blocked:
        return blocked.job_code
    return None


def test_the_classifier_blocks_by_the_moments_own_threshold(make_classifier: MakeClassifier) -> None:
    classifier = make_classifier()  # 0.8, 0.8, and 0.7 for results
    assert objection(classifier, plain(RED)) == "blocked_nsfw_person"
    assert objection(classifier, plain(RED), "garment") == "blocked_nsfw_garment"
    assert objection(classifier, plain(REDDISH)) is None
    assert objection(classifier, plain(REDDISH), "result") == "blocked_nsfw_result"
    assert objection(classifier, plain(BLUE), "result") is None
    assert objection(classifier, file_of(person(1))) is None


@pytest.mark.parametrize(
    ("own", "picture", "blocked"),
    [
        (0.5, REDDISH, True),  # stricter than the operator
        (0.9, REDDISH, False),
        (1, RED, True),  # not laxer than the operator allows
        ("0.1", REDDISH, False),  # what is no number is not heard
        (True, REDDISH, False),
        (7, REDDISH, False),
    ],
)
def test_a_community_has_a_threshold_of_its_own_within_the_operators(
    make_classifier: MakeClassifier, own: object, picture: str, blocked: bool
) -> None:
    classifier = make_classifier(Rules(settings={"nsfw_threshold": own}))
    assert (objection(classifier, plain(picture)) is not None) is blocked


def test_the_error_tells_no_score_and_the_metric_nobodys_name(make_classifier: MakeClassifier) -> None:
    with pytest.raises(BlockedByClassifier) as caught:
        make_classifier().check(plain(RED), "garment", PLACE)
    assert str(caught.value) == "the garment picture is blocked"
    told = generate_latest(metrics.REGISTRY).decode()
    assert 'giydir_nsfw_score_bucket{le="1.0",moment="garment"}' in told
    assert "guild" not in told


def test_weights_that_are_not_there_not_whole_or_not_of_this_kind_are_told(
    weights: Path, tmp_path: Path
) -> None:
    with pytest.raises(ClassifierUnusable, match="lacks"):
        check_there(Settings(nsfw_weights=tmp_path))
    broken = tmp_path / "broken"
    shutil.copytree(weights, broken)
    (broken / "model.safetensors").write_bytes(b"junk")
    settings = Settings(nsfw_weights=broken)
    assert check_there(settings) == broken
    with pytest.raises(ClassifierUnusable, match="cannot be loaded"):
        Classifier(broken, settings, Rules())
    other = Settings(nsfw_weights=weights, nsfw_labels="cats, dogs")
    with pytest.raises(ClassifierUnusable, match="safe, nsfw"):
        Classifier(weights, other, Rules())


def test_in_production_a_classifier_there_must_be(weights: Path) -> None:
    assert check_there(Settings()) is None
    with pytest.raises(ClassifierUnusable, match="GIYDIR_NSFW_WEIGHTS"):
        check_there(Settings(production=True))
    assert check_there(Settings(production=True, nsfw_weights=weights)) == weights


class Watching:
    """A classifier that says what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        self.asked += 1


def test_the_cheap_screens_come_first_and_the_first_objection_counts() -> None:
    secret = SecretStr("k" * 32)
    rules, classifier = Rules(), Watching()
    screen = screen_of(Settings(secret_key=secret, max_picture_mb=1), rules, classifier)
    picture = file_of(person(1))
    screen.check(picture, "person", PLACE)
    assert classifier.asked == 1
    from tasks.screening.fingerprint import fingerprint

    rules.blocked.add(fingerprint(picture, secret).exact)
    with pytest.raises(BlockedByList) as caught:
        screen.check(picture, "garment", PLACE)
    assert caught.value.job_code == "blocked_listed_garment"
    with pytest.raises(PictureTooLarge):
        screen.check(picture + bytes(1_000_000), "person", PLACE)
    with pytest.raises(PictureUnreadable):
        screen.check(b"junk", "person", PLACE)
    assert classifier.asked == 1


def test_without_a_secret_key_no_picture_could_be_known_again() -> None:
    with pytest.raises(SettingMissing):
        screen_of(Settings(), Rules())
