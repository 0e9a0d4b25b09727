"""The person who is meant, and photos that cannot be worked on, by a code and a hint."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from leffa.errors import BackView, PersonNotFound, PersonTooSmall, PhotoTooDark
from leffa.masks.labels import Atr
from leffa.preprocessing.people import (
    SMALLEST_PERSON,
    TORSO_BACK,
    TORSO_FRONT,
    check_front,
    check_person,
    choose_person,
)

WIDTH = 400
GREY = Image.new("RGB", (WIDTH, 500), (128, 128, 128))


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_the_largest_person_is_meant() -> None:
    assert choose_person(boxes((0, 0, 50, 100), (150, 0, 250, 400), (300, 0, 380, 200)), WIDTH) == 1


def test_of_two_alike_the_central_one_is_meant() -> None:
    assert choose_person(boxes((0, 0, 100, 400), (150, 0, 250, 400)), WIDTH) == 1


def test_somebody_much_larger_at_the_edge_is_still_meant() -> None:
    assert choose_person(boxes((0, 0, 150, 500), (190, 100, 210, 150)), WIDTH) == 0


def test_nobody_has_a_code_and_a_hint() -> None:
    with pytest.raises(PersonNotFound, match="use one that shows a whole person") as caught:
        choose_person(boxes(), WIDTH)
    assert caught.value.code == "person_not_found"


def test_a_person_far_away_is_too_small() -> None:
    check_person(GREY, (0, 0, 60, SMALLEST_PERSON))
    with pytest.raises(PersonTooSmall, match="only 150 pixels") as caught:
        check_person(GREY, (0, 0, 60, 150))
    assert caught.value.code == "person_too_small"


def test_a_person_in_the_dark_is_too_dark_though_the_room_behind_is_bright() -> None:
    photo = GREY.copy()
    photo.paste((20, 20, 24), (100, 0, 300, 500))
    check_person(photo, (0, 0, 100, 500))
    with pytest.raises(PhotoTooDark, match="more light") as caught:
        check_person(photo, (100, 0, 300, 500))
    assert caught.value.code == "photo_too_dark"


def test_black_clothes_are_not_darkness() -> None:
    photo = Image.new("RGB", (200, 400), (10, 10, 10))
    photo.paste((200, 160, 140), (60, 0, 140, 80))  # a face and neck
    check_person(photo, (40, 0, 160, 400))


def test_a_back_without_a_face_is_refused() -> None:
    back = np.full((40, 30), TORSO_BACK, np.uint8)
    faceless = np.full((40, 30), Atr.UPPER, np.uint8)
    with pytest.raises(BackView, match="from the front") as caught:
        check_front(faceless, back)
    assert caught.value.code == "back_view"


def test_a_face_over_the_shoulder_or_a_front_is_accepted() -> None:
    back = np.full((40, 30), TORSO_BACK, np.uint8)
    turned = np.full((40, 30), Atr.UPPER, np.uint8)
    turned[:5, :5] = Atr.FACE
    check_front(turned, back)
    front = np.full((40, 30), TORSO_FRONT, np.uint8)
    check_front(np.full((40, 30), Atr.UPPER, np.uint8), front)
