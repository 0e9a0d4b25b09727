"""The settings for another go: a keyboard that edits itself."""

from __future__ import annotations

import re

import pytest

from bot.telegram.buttons.form import PATTERN, Form
from tests.bot.telegram.kit import ME, SHIRT, Here, album

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@on_sqlite
def test_settings_are_chosen_one_by_one_and_the_form_becomes_the_picture(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        answer = here.made_for(album(here.ada, "/tryon 7")[-1], here.ada)
        here.ada.presses(answer, "Settings ...").answered()
        form = here.bots(here.ada.private)[-1]
    assert form.text.startswith("Once more, with settings (1)")
    chosen = [label[2:] for label in form.labels if label.startswith("✓")]
    assert chosen == ["Top", "Repaint: Off", "30 · Steps", "2.5 · Guidance", "Another seed"]
    with here.alive():
        for choice in ("Dress", "Repaint: On", "50 · Steps", "1.5 · Guidance", "The same seed"):
            here.ada.presses(form, choice).answered()
            here.server.wait(lambda choice=choice: f"✓ {choice}" in form.labels, 15)  # type: ignore[misc]
        # However often it is pressed.
        presses = [here.ada.presses(form, "Make it") for _ in range(2)]
        job = here.wait_for_job(here.ada, 2)
        presses[-1].answered()
        here.worker.make()
        here.wait_for_photo(form)
    request = job.request
    assert (request.garment_type, request.steps, request.parent_id) == ("dresses", 50, 1)
    assert dict(request.options) == {"seed": 7, "repaint": True, "guidance_scale": 1.5}
    assert len(here.jobs(here.ada)) == 2
    assert len(here.bots(here.ada.private)) == 2


@on_sqlite
def test_nobody_else_fills_in_the_form_and_models_can_be_chosen_where_there_are_some(here: Here) -> None:
    here.office = here.office.with_settings(weights="/published")
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        answer = here.made_for(asked, here.ada)
        here.ada.presses(answer, "Settings ...").answered()
        form = here.bots(group)[-1]
        assert "somebody else's" in here.ben.presses(form, "Dress").answered()["text"]
        assert "✓ VITON-HD" in form.labels
        here.ada.presses(form, "Dress").answered()
        here.server.wait(lambda: "✓ DressCode" in form.labels, 15)


def test_the_longest_form_fits_into_what_telegram_carries_and_is_read_as_it_was_written() -> None:
    form = Form(2, True, True, 2, 100, 200)
    data = f"{10**18 - 1}:{form.written()}:go"
    assert len(f"s:{data}".encode()) <= 64
    assert re.fullmatch(PATTERN, data)
    assert Form.read(*form.written().split(":")) == form
    assert Form.read(*Form(None, False, False, 0, 30, 25).written().split(":")).garment is None
