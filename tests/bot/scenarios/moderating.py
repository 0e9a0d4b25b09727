"""What moderators do, and what nobody else may."""

from __future__ import annotations

from bot.core.member_texts import appealed_text, quota_text, reported_text
from bot.core.moderator_texts import audit_line, ban_line, job_line, reported_lines
from bot.core.notices import notice_text
from tasks.records import Job, JobState
from tasks.reports import Filed, Verdict
from tests.bot.scenarios.stage import ADA, BEN, MOD, PEER, Stage
from tests.bot.scenarios.words import ANY, Say, anybody, just, refused, say


def pictures_are_limited_granted_and_forgiven(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.orders(MOD, "quota set", ADA, limit=3)
    stage.hears(MOD, lambda tongue: _pictures(stage, "{user} may make {number} pictures in a day.", 3))
    stage.orders(MOD, "quota grant", ADA, pictures=2, reason="birthday")
    stage.hears(MOD, lambda tongue: _pictures(stage, "{user} got {number} pictures.", 2))
    stage.orders(MOD, "quota show", ADA)
    stage.hears(MOD, lambda tongue: quota_text(tongue, stage.desk.quota(stage.asker(ADA))))
    assert stage.left(ADA) == 5
    stage.asks_and_waits(ADA)
    stage.orders(MOD, "quota reset", ADA)
    stage.hears(MOD, say("What {user} used is forgiven.", user=ANY))
    assert stage.desk.quota(stage.asker(ADA)).used == 0
    stage.orders(MOD, "quota reset", BEN)
    stage.hears(MOD, refused("unknown_person"))


def every_act_is_recorded_and_can_be_undone(stage: Stage) -> None:
    stage.orders(MOD, "audit")
    stage.hears(MOD, say("Nothing was done yet."))
    stage.orders(MOD, "quota grant", ADA, pictures=5, reason="birthday")
    stage.hears(MOD, lambda tongue: _pictures(stage, "{user} got {number} pictures.", 5))
    (act,) = stage.desk.audit(stage.platform.name, stage.community.place)
    assert (act.actor, act.reason) == (stage.people[MOD], "birthday")
    stage.orders(MOD, "undo", number=act.id)
    stage.hears(MOD, say("Act {number} is undone.", number=act.id))
    assert stage.left(ADA) == 10
    stage.orders(MOD, "audit")
    _, undone = stage.desk.audit(stage.platform.name, stage.community.place)
    stage.hears(MOD, lambda tongue: audit_line(tongue, undone, anybody))
    assert undone.undone_by is not None
    stage.orders(MOD, "undo", number=10**6)
    stage.hears(MOD, refused("unknown_audit"))


def whoever_is_banned_is_shut_out_until_that_is_lifted(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA)
    waiting = stage.hears_of_job(ADA)
    stage.orders(MOD, "ban", ADA, days=2, reason="spam")
    stage.hears(MOD, say("{user} is shut out; that ends {when}.", user=ANY, when=ANY))
    assert stage.desk.job(waiting.id).state is JobState.CANCELLED
    stage.asks(ADA)
    stage.hears(ADA, refused("banned_here", later=True))
    stage.orders(MOD, "ban", ADA, days=2, reason="spam")
    stage.hears(MOD, refused("banned_already"))
    stage.orders(MOD, "ban", ADA, days=5, reason="spam")
    stage.hears(MOD, say("{user} is shut out; that ends {when}.", user=ANY, when=ANY))
    assert stage.actions() == ["ban_changed", "ban"]
    stage.orders(MOD, "bans")
    (ban,) = stage.desk.bans(stage.community.place)
    stage.hears(MOD, lambda tongue: ban_line(tongue, ban, anybody))
    stage.orders(MOD, "unban", ADA)
    stage.hears(MOD, say("{user} may use the bot again.", user=ANY))
    stage.orders(MOD, "bans")
    stage.hears(MOD, say("Nobody is shut out."))
    stage.asks(ADA)
    stage.hears_of_job(ADA)


def a_pause_refuses_requests_until_it_ends(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.orders(MOD, "pause", reason="party")
    stage.hears(MOD, say("The bot is paused here."))
    stage.asks(ADA)
    stage.hears(ADA, refused("community_paused"))
    assert stage.jobs(ADA) == 0
    stage.orders(MOD, "resume")
    stage.hears(MOD, say("The bot takes requests here again."))
    stage.asks(ADA)
    stage.hears_of_job(ADA)


def what_is_asked_for_is_listed_stopped_and_taken_away(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.orders(MOD, "jobs list")
    stage.hears(MOD, say("Nothing was asked for yet."))
    made = stage.asks_and_waits(ADA)
    stage.asks(ADA)
    waiting = stage.hears_of_job(ADA)
    stage.orders(MOD, "jobs list")
    for job in (waiting, made):
        stage.hears(MOD, just(job_line(stage.tongue, stage.desk.job(job.id), anybody)))
    stage.orders(MOD, "jobs cancel", number=waiting.id)
    stage.hears(MOD, say("Picture {number} is stopped.", number=waiting.id))
    stage.hears(ADA, say("Cancelled. It cost you nothing."))
    stage.orders(MOD, "jobs cancel", number=waiting.id)
    stage.hears(MOD, refused("wrong_state"))
    (answer,) = stage.pictures()
    key = stage.desk.job(made.id).result_key
    stage.orders(MOD, "jobs remove", number=made.id)
    stage.hears(MOD, say("Picture {number} is taken away.", number=made.id))
    stage.hears(ADA, _notice(made, Verdict.REMOVED))
    stage.goes(BEN, answer)
    assert key is not None
    assert key not in stage.stored(ADA)
    assert stage.actions() == ["remove", "cancel"]
    stage.orders(MOD, "jobs remove", number=10**6)
    stage.hears(MOD, refused("unknown_job"))


def a_moderator_deletes_a_members_picture_but_never_sees_its_photos(stage: Stage) -> None:
    stage.agreed(ADA)
    job = stage.asks_and_waits(ADA)
    (answer,) = stage.pictures()
    for label in ("Again", "Compare", "Original size"):
        stage.presses(MOD, label)
        stage.hears(MOD, refused("not_owner"), public=False)
    stage.presses(MOD, "Delete")
    stage.hears(ADA, _notice(job, Verdict.REMOVED), public=False)
    stage.goes(BEN, answer)
    stage.asks(ADA)
    stage.hears_of_job(ADA)
    stage.presses(MOD, "Cancel")
    stage.hears(ADA, say("Cancelled. It cost you nothing."))
    assert stage.actions() == ["cancel", "remove"]


def moderators_do_nothing_to_each_other_or_to_themselves(stage: Stage) -> None:
    stage.agreed(PEER)
    job = stage.asks_and_waits(PEER)
    for about in (PEER, MOD):
        stage.orders(MOD, "ban", about)
        stage.hears(MOD, refused("not_above"))
        stage.orders(MOD, "quota grant", about, pictures=1)
        stage.hears(MOD, refused("not_above"))
    stage.presses(MOD, "Delete")
    stage.hears(MOD, refused("not_above"))
    assert stage.desk.job(job.id).error_code is None
    assert stage.actions() == []


def a_reported_picture_that_is_removed_is_gone_and_its_owner_objects_once(stage: Stage) -> None:
    job = _reported(stage)
    (answer,) = stage.pictures()
    stage.presses(MOD, "{number}: remove", number=job.id)
    stage.hears(MOD, say("Picture {number} is taken away.", number=job.id))
    stage.hears(MOD, say("Nothing waits for you."))
    stage.goes(BEN, answer)
    stage.hears(ADA, _notice(job, Verdict.REMOVED), public=False)
    before = stage.left(ADA)
    stage.objects(ADA, job, "it is me")
    stage.hears(ADA, appealed_text, public=False)
    stage.objects(ADA, job, "it really is")
    stage.hears(ADA, refused("appeal_stands"))
    stage.orders(MOD, "reports list")
    stage.hears(MOD, just("> it is me"))
    stage.presses(MOD, "{number}: give one back", number=job.id)
    stage.hears(MOD, say("The owner of picture {number} was right.", number=job.id))
    stage.hears(ADA, _notice(job, Verdict.GRANTED), public=False)
    assert stage.left(ADA) == before + 1
    assert stage.actions() == ["appeal_granted", "grant", "report_removed", "remove"]


def a_report_that_is_dismissed_leaves_the_picture(stage: Stage) -> None:
    job = _reported(stage)
    stage.reports(BEN)
    stage.hears(BEN, lambda tongue: reported_text(tongue, Filed(1, repeated=True)))
    stage.reports(ADA)
    stage.hears(ADA, refused("own_picture"))
    stage.orders(PEER, "reports list")
    stage.hears(PEER, _head_of_report(stage))
    stage.presses(MOD, "{number}: leave it", number=job.id)
    stage.hears(MOD, say("Picture {number} stays; its reports are closed.", number=job.id))
    stage.presses(PEER, "{number}: remove", number=job.id)
    stage.hears(PEER, refused("wrong_state"))
    assert len(stage.pictures()) == 1
    assert stage.desk.job(job.id).error_code is None


def an_objection_that_is_not_granted_leaves_it_removed(stage: Stage) -> None:
    job = _removed_and_objected(stage)
    before = stage.left(ADA)
    stage.orders(MOD, "reports list")
    stage.presses(MOD, "{number}: stays removed", number=job.id)
    stage.hears(MOD, say("Picture {number} stays removed.", number=job.id))
    stage.hears(ADA, _notice(job, Verdict.UPHELD), public=False)
    assert stage.left(ADA) == before


def a_ban_is_lifted_with_the_objection(stage: Stage) -> None:
    job = _removed_and_objected(stage, banned=True)
    stage.orders(MOD, "reports list")
    stage.presses(MOD, "{number}: give one back, lift the ban", number=job.id)
    stage.hears(ADA, _notice(job, Verdict.LIFTED), public=False)
    assert not stage.desk.bans(stage.community.place)


def settings_are_changed_told_and_set_back(stage: Stage) -> None:
    stage.orders(MOD, "settings", member_limit=4)
    stage.hears(MOD, say("The settings are changed."))
    assert stage.left(ADA) == 4
    stage.orders(MOD, "settings", time_zone="Middle Earth")
    stage.hears(MOD, refused("option_invalid"))
    stage.orders(MOD, "settings", retention=25)
    stage.hears(MOD, refused("retention_too_long"))
    stage.orders(MOD, "settings", member_limit=None)
    stage.hears(MOD, say("The settings are changed."))
    assert stage.left(ADA) == 10


def a_communitys_language_is_for_those_whose_own_is_not_spoken(stage: Stage) -> None:
    stage.joins("zoe", "fr")
    stage.orders(MOD, "settings", language="tr")
    stage.hears(MOD, say("The settings are changed."))
    stage.agreed("zoe", ADA)
    turkish = stage.community.tongue("tr")
    for who, tongue in (("zoe", turkish), (ADA, stage.tongue)):
        stage.says(who, "quota")
        mine = stage.desk.quota(stage.asker(who))
        stage.hears(who, just(quota_text(tongue, mine)))


def _pictures(stage: Stage, plural: str, number: int) -> str:
    one = {
        "{user} may make {number} pictures in a day.": "{user} may make one picture in a day.",
        "{user} got {number} pictures.": "{user} got one picture.",
    }[plural]
    return stage.tongue.count(one, plural, number, user=ANY)


def _notice(job: Job, verdict: Verdict) -> Say:
    return lambda tongue: notice_text(tongue, verdict, job.id, may_appeal=verdict is Verdict.REMOVED)


def _reported(stage: Stage) -> Job:
    """Ben reports Ada's picture, and a moderator looks at what waits."""
    stage.agreed(ADA, BEN)
    job = stage.asks_and_waits(ADA)
    stage.reports(BEN)
    stage.hears(BEN, lambda tongue: reported_text(tongue, Filed(1, repeated=False)), public=False)
    stage.orders(MOD, "reports list")
    stage.hears(MOD, _head_of_report(stage))
    return job


def _head_of_report(stage: Stage) -> Say:
    (reported,) = stage.desk.reported_jobs(stage.community.place, 9)
    return lambda tongue: reported_lines(tongue, reported, anybody, None).splitlines()[0]


def _removed_and_objected(stage: Stage, *, banned: bool = False) -> Job:
    stage.agreed(ADA)
    job = stage.asks_and_waits(ADA)
    stage.orders(MOD, "jobs remove", number=job.id)
    stage.hears(ADA, _notice(job, Verdict.REMOVED), public=False)
    if banned:
        stage.orders(MOD, "ban", ADA)
        stage.hears(MOD, say("{user} is shut out.", user=ANY))
        # Whoever did not read the message finds it again.
        stage.says(ADA, "history", job.id)
        stage.hears(ADA, _notice(job, Verdict.REMOVED), public=False)
    stage.objects(ADA, job, "it is me")
    stage.hears(ADA, appealed_text, public=False)
    return job
