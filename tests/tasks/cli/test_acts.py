"""What the operator does by the command, on a real database: each act, its audit row, its undoing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import Result

from tasks.errors import Banned, CommunityNotAllowed, CommunityPaused
from tasks.records import JobState, Person
from tasks.store.store import Store
from tests.tasks.cli.conftest import Giydir
from tests.tasks.kit import ADA, BEN, Office

MEMBER = "discord:guild:ada"
PERSON = "discord:ada"
GUILD = "discord:guild"


def act_of(done: Result) -> int:
    """The audit id of an act that was done, which says how to undo it."""
    assert done.exit_code == 0, done.output
    first, second = done.stdout.splitlines()
    audit_id = int(first.rpartition("(audit ")[2].rstrip(")"))
    assert second == f"undo: giydir audit undo {audit_id}"
    return audit_id


def parsed(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def code_of(done: Result) -> str:
    assert done.exit_code == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line.rpartition(" ")[2].strip("[]")


def test_a_members_limit_is_set_shown_and_put_back(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    act = act_of(giydir("quota", "set", MEMBER, "--limit", 20, "--reason", "helps newcomers"))
    assert "limit   20 (daily), set by: member" in giydir("quota", "show", MEMBER).output
    row = desk.desk.audit(None)[0]
    assert (row.id, row.action, row.reason, row.subject, row.place) == (
        act,
        "set_member",
        "helps newcomers",
        ADA.person,
        ADA.place,
    )
    # What is not given stays.
    act_of(giydir("quota", "set", MEMBER, "--weight", 3))
    assert parsed(giydir("quota", "show", MEMBER, "--json"))["limit"] == 20
    undone = act_of(giydir("audit", "undo", act_of(giydir("quota", "set", MEMBER, "--limit", "none"))))
    assert parsed(giydir("quota", "show", MEMBER, "--json"))["limit"] == 20
    assert undone > act


def test_a_role_has_an_allowance(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    act_of(giydir("quota", "role", GUILD, "patron", "--limit", 50))
    act_of(giydir("quota", "role", GUILD, "patron", "--weight", 2))
    left = parsed(giydir("quota", "show", MEMBER, "--role", "patron", "--json"))
    assert (left["limit"], left["source"]) == (50, "role")
    assert "limit 50, weight 2" in giydir("community", "show", GUILD).output


def test_pictures_are_granted_and_forgiven(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    for _ in range(2):
        act_of(giydir("quota", "grant", MEMBER, 5))
    assert desk.desk.quota(ADA).bonus == 10
    act_of(giydir("quota", "reset", MEMBER))


def test_a_strangers_quota_enters_nobody(desk: Office, giydir: Giydir) -> None:
    assert code_of(giydir("quota", "show", MEMBER)) == "unknown_person"
    assert code_of(giydir("people", "show", PERSON)) == "unknown_person"


def test_a_person_is_banned_listed_and_let_in_again(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    act_of(giydir("ban", "add", PERSON, "--reason", "spam\nand eggs"))
    act_of(giydir("ban", "add", "discord:ben", "--community", GUILD, "--for", "7d"))
    with pytest.raises(Banned):
        desk.submit(ADA)
    here, everywhere = giydir("ban", "list").output.splitlines()
    assert "discord:ben" in here
    assert GUILD in here
    assert "everywhere" in everywhere
    assert "spam?and eggs" in everywhere
    (one,) = parsed(giydir("ban", "list", "--person", PERSON, "--json"))
    assert one["person"]["user"] == "ada"
    act_of(giydir("ban", "remove", PERSON))
    desk.submit(ADA)
    assert code_of(giydir("ban", "remove", PERSON)) == "wrong_state"
    assert len(giydir("ban", "list", "--all").output.splitlines()) == 2


def test_jobs_are_listed_by_what_one_looks_for(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA, BEN)
    made, waits = desk.make_picture(ADA), desk.submit(BEN)

    def ids(*words: str) -> list[int]:
        return [job["id"] for job in parsed(giydir("jobs", "list", "--json", *words))]

    assert ids() == [waits.id, made.id]
    assert ids("--state", "queued") == [waits.id]
    assert ids("--person", PERSON) == [made.id]
    assert ids("--community", "discord:elsewhere") == []
    assert ids("--before", str(waits.id)) == [made.id]
    assert "0 jobs" in giydir("jobs", "show", waits.id).output
    assert code_of(giydir("jobs", "show", 99)) == "unknown_job"


def test_a_job_is_cancelled_and_a_picture_taken_away(desk: Office, giydir: Giydir, store: Store) -> None:
    desk.welcome(ADA)
    waits = desk.submit(ADA)
    done = giydir("jobs", "cancel", waits.id, "--reason", "stuck")
    assert (done.exit_code, "this cannot be undone" in done.output) == (0, True)
    assert desk.desk.job(waits.id).state is JobState.CANCELLED
    assert code_of(giydir("jobs", "cancel", waits.id)) == "wrong_state"
    desk.submit(ADA)
    claim = desk.claim()
    made = desk.desk.succeed(claim.token, store.put(claim.account_id, b"picture"))
    assert "is removed" in giydir("jobs", "remove", made.id).output
    assert list(store.stored()) == []
    assert desk.desk.job(made.id).error_code == "removed"


def test_the_queue_is_paused_and_goes_on(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    desk.submit(ADA)
    act = act_of(giydir("pause", "on", "--reason", "new GPU"))
    assert desk.desk.claim("worker") is None
    status = giydir("pause").output
    assert "the queue is paused" in status
    assert "queued       1" in status
    act_of(giydir("audit", "undo", act))
    assert desk.claim().job.asker.user == "ada"
    act_of(giydir("pause", "on", "--community", GUILD))
    with pytest.raises(CommunityPaused):
        desk.submit(ADA)
    assert f"paused       {GUILD}" in giydir("pause", "status").output
    act_of(giydir("pause", "off", "--community", GUILD))
    assert parsed(giydir("pause", "status", "--community", GUILD, "--json"))["paused"] is False


def test_a_community_is_set_up_and_shut_out(desk: Office, giydir: Giydir) -> None:
    desk.welcome(ADA)
    assert code_of(giydir("community", "show", GUILD)) == "unknown_community"
    changes = ["--time-zone", "Europe/Istanbul", "--window", "rolling", "--pool", 9, "--cooldown", 0]
    act = act_of(giydir("community", "set", GUILD, *changes))
    shown = parsed(giydir("community", "show", GUILD, "--json"))
    assert (shown["time_zone"], shown["quota_window"], shown["pool_limit"], shown["member_limit"]) == (
        "Europe/Istanbul",
        "rolling",
        9,
        None,
    )
    act_of(giydir("audit", "undo", act))
    assert parsed(giydir("community", "show", GUILD, "--json"))["time_zone"] is None
    act_of(giydir("community", "forbid", GUILD))
    with pytest.raises(CommunityNotAllowed):
        desk.submit(ADA)
    act_of(giydir("community", "allow", GUILD))
    desk.submit(ADA)
    assert code_of(giydir("community", "set", GUILD, "--time-zone", "Mars/Olympus")) == "option_invalid"


def test_the_audit_names_who_did_what_to_whom(desk: Office, giydir: Giydir) -> None:
    desk.desk.ban(Person("discord", "moderator"), ADA.person, ADA.place, reason="spam")
    giydir("pause", "on")
    giydir("audit", "undo", 1, "--reason", "a mistake")
    undoing, pausing, banning = giydir("audit", "list").output.splitlines()
    assert "operator" in undoing
    assert "a mistake (undoes 1)" in undoing
    assert "paused=false>true" in pausing
    assert "discord:moderator" in banning
    assert "discord:ada in discord:guild" in banning
    assert "(undone by 3)" in banning
    assert [one["id"] for one in parsed(giydir("audit", "list", "--community", GUILD, "--json"))] == [3, 1]
    assert code_of(giydir("audit", "undo", 99)) == "unknown_audit"


def test_a_person_is_shown_and_forgotten_if_one_is_sure(desk: Office, giydir: Giydir, store: Store) -> None:
    desk.welcome(ADA)
    desk.submit(ADA, source_key=store.put(desk.desk.account(ADA.person), b"photo"))
    store.put(desk.desk.account(BEN.person), b"of somebody else")
    shown = giydir("people", "show", PERSON).output
    assert "member of  discord:guild" in shown
    assert "1 jobs" in shown
    assert parsed(giydir("people", "export", PERSON, "-o", "ada.zip", "--json"))["pictures"] == 1
    with ZipFile("ada.zip") as archive:
        assert b"photo" in [archive.read(name) for name in archive.namelist()]
    assert Path("ada.zip").stat().st_mode & 0o077 == 0
    assert giydir("people", "export", PERSON, "-o", "ada.zip").exit_code == 2
    assert giydir("people", "forget", PERSON, answer="n\n").exit_code == 130
    assert len(list(store.stored())) == 2
    forgotten = parsed(giydir("people", "forget", PERSON, "--yes", "--json"))
    assert (forgotten["rows"]["jobs"], forgotten["pictures"]) == (1, 1)
    assert len(list(store.stored())) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["quota", "show", "discord:guild"],
        ["ban", "add", "ada"],
        ["ban", "add", ":ada"],
        ["ban", "add", PERSON, "--for", "7 days"],
        ["ban", "add", PERSON, "--for", "0d"],
        ["ban", "add", PERSON, "--for", "99999w"],
        ["quota", "set", MEMBER],
        ["quota", "set", MEMBER, "--limit", "-1"],
        ["quota", "grant", MEMBER, "0"],
        ["community", "set", GUILD],
        ["jobs", "list", "--state", "lost"],
        ["pause", "maybe"],
    ],
    ids=" ".join,
)
def test_what_is_written_wrongly_is_wrong_usage(giydir: Giydir, words: list[str]) -> None:
    assert giydir(*words).exit_code == 2


def test_with_json_an_error_is_an_object_on_stdout(desk: Office, giydir: Giydir) -> None:
    done = giydir("jobs", "cancel", 99, "--json")
    assert (done.exit_code, done.stderr) == (1, "")
    assert json.loads(done.stdout)["error"]["code"] == "unknown_job"


def test_a_reason_that_is_too_long_changes_nothing(desk: Office, giydir: Giydir) -> None:
    assert code_of(giydir("pause", "on", "--reason", "x" * 301)) == "option_invalid"
    assert not desk.desk.queue().paused
