"""Masks of members' own, looks that find one for free, and pictures of the making beside the result."""

from __future__ import annotations

import pytest

from tasks.errors import NotOwner, OptionInvalid
from tasks.records import Control, JobState
from tests.tasks.kit import ADA, BEN, Office, picture_key, result_of


@pytest.fixture
def welcome(office: Office) -> Office:
    office.welcome(ADA, BEN)
    return office


def test_a_look_is_free_and_says_nothing_about_how_long_pictures_take(welcome: Office) -> None:
    job = welcome.submit(ADA, look=True, steps=1)
    assert welcome.desk.quota(ADA).used == 1, "held while it goes on"
    claim = welcome.claim()
    welcome.clock.pass_time(seconds=30)
    ended = welcome.desk.succeed(claim.token, result_of(claim))
    assert (ended.state, ended.request.look) == (JobState.SUCCEEDED, True)
    assert welcome.desk.quota(ADA).used == 0
    assert [kind for _, kind, _ in welcome.entries()] == ["reserve", "release"]
    assert welcome.desk.estimate(welcome.submit(ADA).id).seconds is None
    assert welcome.desk.succeed(claim.token, result_of(claim)) == welcome.desk.job(job.id)


def test_a_mask_and_pictures_of_the_making_are_needed_as_long_as_what_they_belong_to(welcome: Office) -> None:
    account = welcome.desk.account(ADA.person)
    mask, flow = picture_key(account, "mask"), picture_key(account, "flow")
    welcome.submit(ADA, mask_key=mask)
    assert welcome.desk.needed_keys([mask, flow]) == {mask}
    claim = welcome.claim()
    assert claim.job.request.mask_key == mask
    job = welcome.desk.succeed(claim.token, result_of(claim), {"flow": flow})
    assert job.pictures == {"flow": flow}
    assert welcome.desk.needed_keys([mask, flow]) == {flow}
    welcome.clock.pass_time(hours=welcome.settings.result_hours + 1)
    assert welcome.desk.needed_keys([mask, flow]) == set()


def test_being_forgotten_and_handed_out_counts_them_too(welcome: Office) -> None:
    account = welcome.desk.account(ADA.person)
    mask, flow = picture_key(account, "mask"), picture_key(account, "flow")
    welcome.submit(ADA, mask_key=mask)
    claim = welcome.claim()
    welcome.desk.succeed(claim.token, result_of(claim), {"flow": flow})
    (exported,) = welcome.desk.export(ADA.person)["jobs"]
    assert (exported["mask_key"], exported["pictures"]) == (mask, {"flow": flow})
    assert {mask, flow} <= set(welcome.desk.forget(ADA.person).store_keys)


def test_masks_of_others_and_of_pose_transfer_are_refused(welcome: Office) -> None:
    theirs = picture_key(welcome.desk.account(BEN.person), "mask")
    with pytest.raises(NotOwner):
        welcome.submit(ADA, mask_key=theirs)
    with pytest.raises(OptionInvalid):
        welcome.submit(ADA, control=Control.POSE, garment_type=None, look=True)
    welcome.submit(ADA)
    claim = welcome.claim()
    with pytest.raises(NotOwner):
        welcome.desk.succeed(claim.token, result_of(claim), {"flow": theirs})
