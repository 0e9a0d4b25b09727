"""Several garments on one picture."""

from __future__ import annotations

from bot.core.guessing import most_like_person
from bot.telegram.making import outfit_meant
from tests.bot.kit import photo
from tests.bot.telegram.kit import ME, SHIRT, File, Here, on_both

TROUSERS = File("trousers.jpg", SHIRT.data)


@on_both
def test_an_album_of_three_becomes_one_picture_with_the_top_over_the_trousers(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        # The person in the middle, and the trousers first.
        asked = here.ada.sends_album([TROUSERS, ME, SHIRT], caption="/tryon trousers top 7")
        placeholder = here.server.answer_to(asked[-1])
        top = here.wait_for_job(here.ada)
        here.worker.make()
        trousers = here.wait_for_job(here.ada, 2)
        assert not placeholder.photo, "the first part is no answer"
        here.worker.make()
        here.wait_for_photo(placeholder)
    assert (top.request.garment_type, trousers.request.garment_type) == ("upper_body", "lower_body")
    assert trousers.request.parent_id == top.id
    assert top.request.options["seed"] == trousers.request.options["seed"] == 7
    assert len(here.bots(here.ada.private)) == 1
    assert all(job.delivered_at for job in here.jobs(here.ada))


@on_both
def test_how_an_outfits_photos_were_taken_is_told_and_can_be_turned_round(here: Here) -> None:
    here.welcome(here.ada)
    other = File("other.jpg", photo("navy"))
    with here.alive():
        asked = here.ada.sends_album([SHIRT, ME, other])
        first = here.server.answer_to(asked[-1])
        here.wait_for_text(first, "photo 2 for the person. Photo 1: Top. Photo 3: Trousers or skirt.")
        here.ada.presses(first, "Swap the garments").answered()
        second = here.server.wait(lambda: here.bots(here.ada.private)[1:], 20, "another placeholder")[0]
        here.wait_for_text(second, "photo 2 for the person. Photo 3: Top. Photo 1: Trousers or skirt.")
        here.ada.presses(second, "Another one is the person").answered()
        third = here.server.wait(lambda: here.bots(here.ada.private)[2:], 20, "another placeholder")[0]
        here.wait_for_text(third, "photo 3 for the person. Photo 1: Top. Photo 2: Trousers or skirt.")
        here.wait_for_text(second, "Cancelled.")
    last, _, sent = (job.request for job in here.jobs(here.ada))
    assert (last.source_key, last.reference_key, last.later_key) == (
        sent.later_key,
        sent.reference_key,
        sent.source_key,
    )


@on_both
def test_two_garments_that_are_named_are_put_on_the_saved_photo(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        here.server.answer_to(here.ada.sends_photo(ME, caption="/me"))
        here.ada.sends_album([SHIRT, TROUSERS], caption="/tryon top trousers")
        here.wait_for_job(here.ada)
        here.worker.make()
        assert here.wait_for_job(here.ada, 2).request.garment_type == "lower_body"


@on_both
def test_a_garment_as_a_reply_to_a_picture_is_put_on_over_it(here: Here) -> None:
    here.welcome(here.ada)
    here.worker.picture = SHIRT.data  # which nobody would guess to be the person
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        picture = here.made_for(
            here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first), here.ada
        )
        here.ada.sends_photo(ME, group, caption="/tryon trousers", reply_to=picture)
        job = here.wait_for_job(here.ada, 2)
    assert not job.request.address["guessed"]
    assert job.request.garment_type == "lower_body"
    owner = here.office.desk.account(job.asker.person)
    assert here.store.get(owner, job.request.source_key) == picture.file.data


@on_both
def test_more_photos_than_an_outfit_has_are_too_many(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked = here.ada.sends_album([ME, SHIRT, TROUSERS, SHIRT])
        assert "Three make an outfit" in here.server.answer_to(asked[-1]).text
    assert not here.jobs(here.ada)


def test_what_is_not_said_of_an_outfit_is_a_top_and_what_is_worn_below_it() -> None:
    assert outfit_meant(()) == ("upper_body", "lower_body")
    assert outfit_meant(("Pantolon",)) == ("lower_body", "upper_body")
    assert outfit_meant(("dress", "jacket", "9")) == ("dresses", "upper_body")
    assert most_like_person([SHIRT.data, ME.data, SHIRT.data]) == 1
