"""Messages that were put up for requests which may never come to the desk."""

from __future__ import annotations

from tests.tasks.kit import ADA, Office

LEFT = {"channel": "1", "message": "2"}


def test_only_what_never_came_to_the_desk_is_left(office: Office) -> None:
    desk = office.desk
    office.welcome(ADA)
    job = office.submit(ADA)
    desk.keep_placeholders("discord", {job.request.request_id: LEFT, "lost": LEFT, "refused": LEFT})
    desk.keep_placeholders("telegram", {"lost": LEFT})
    desk.keep_placeholders("discord", {}, ["refused", "never heard of"])
    assert desk.left_placeholders("discord", office.clock()) == {"lost": LEFT}
    desk.keep_placeholders("discord", {}, ["lost"])
    assert desk.left_placeholders("discord", office.clock()) == {}
    assert desk.left_placeholders("telegram", office.clock()) == {"lost": LEFT}


def test_what_this_process_puts_up_is_not_left(office: Office) -> None:
    began = office.clock()
    office.desk.keep_placeholders("discord", {"new": LEFT})
    assert office.desk.left_placeholders("discord", began) == {}
