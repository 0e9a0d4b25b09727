"""What the operator sees and does, and what nobody else may."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.web.app import make_house, operator_routes
from bot.web.operator.badge import COOKIE
from bot.web.operator.plots import bars
from config.settings import Settings
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.errors import WrongState
from tasks.records import Asker, Control, Job, Person, Request, WorkerReport
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES, photo
from tests.tasks.kit import FakeClock

PASSWORD = "correct horse battery"
ADA = Asker("web", "page", "visitor-ada")


@dataclass
class Office:
    desk: Desk
    store: Store
    clock: FakeClock
    browser: TestClient
    settings: Settings

    def sign_in(self, password: str = PASSWORD) -> int:
        answer = self.browser.post("/operator/sign-in", data={"password": password}, follow_redirects=False)
        return answer.status_code

    def page(self, **asked: str) -> str:
        return self.browser.get("/operator", params=asked).text

    def act(self, name: str, **form: str) -> str:
        token = re.search(r'name="token" value="(\w+)"', self.page())
        assert token is not None
        return self.browser.post(f"/operator/act/{name}", data={"token": token[1], **form}).text

    def ask(self, number: int = 1) -> Job:
        account = self.desk.account(ADA.person)
        self.desk.give_consent(ADA.person)
        request = Request(
            f"r{number}",
            Control.TRYON,
            "viton_hd",
            source_key=self.store.put(account, photo("red", (192, 256))),
            reference_key=self.store.put(account, photo("red", (192, 256))),
            garment_type="upper_body",
            steps=4,
        )
        return self.desk.submit(ADA, request).job

    def make(self) -> Job:
        """Their picture, after a wait of 5 s, in 4 s."""
        job = self.ask()
        self.clock.pass_time(seconds=5)
        claim = self.desk.claim("worker")
        assert claim is not None
        self.clock.pass_time(seconds=4)
        self.desk.succeed(claim.token, self.store.put(claim.account_id, photo("blue", (192, 256))))
        return self.desk.job(job.id)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "desk.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def office(tmp_path: Path, migrated: Path) -> Iterator[Office]:
    settings = Settings.model_validate(
        {
            "store_url": f"file://{tmp_path}/store",
            "secret_key": "k" * 40,
            "operator_password": PASSWORD,
            "cooldown_seconds": 0,
        }
    )
    shutil.copy(migrated, tmp_path / "desk.db")
    engine = open_engine(f"sqlite:///{tmp_path}/desk.db")
    clock = FakeClock()
    desk, store = Desk(engine, settings, clock), Store.open(settings)
    house = make_house(settings, desk, store, CATALOGUES, str(tmp_path / "gradio"), clock)
    with TestClient(Starlette(routes=operator_routes(house, clock))) as browser:
        yield Office(desk, store, clock, browser, settings)
    engine.dispose()


def rows(page: str, beginning: str) -> list[str]:
    """Rows of tables, as somebody reads them; those that begin so."""
    found = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in re.findall("<tr>.*?</tr>", page, re.S)]
    return [row for row in found if row.startswith(beginning)]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.operator.pages._PAUSE", 0.0)


def test_without_a_password_set_there_is_no_such_page(office: Office, tmp_path: Path) -> None:
    off = office.settings.model_copy(update={"operator_password": None})
    house = make_house(off, office.desk, office.store, CATALOGUES, str(tmp_path))
    assert operator_routes(house) == []


def test_a_stranger_sees_the_sign_in_only_and_changes_nothing(office: Office) -> None:
    assert "password" in office.page()
    assert "Queue" not in office.page()
    assert office.browser.post("/operator/act/pause-all").status_code == 403
    assert not office.desk.queue().paused


def test_after_five_wrong_passwords_even_the_right_one_waits_a_minute(office: Office) -> None:
    assert [office.sign_in("wrong wrong wrong") for _ in range(6)] == [401] * 5 + [429]
    assert office.sign_in() == 429
    office.clock.pass_time(seconds=61)
    assert office.sign_in() == 303
    assert "Queue" in office.page()


def test_a_session_ends_and_cannot_be_made_up(office: Office) -> None:
    office.sign_in()
    cookie = office.browser.cookies[COOKIE]
    office.browser.cookies.clear()
    for forged in ("", "1.2.3", cookie[:-1], "9" + cookie):
        office.browser.cookies.set(COOKIE, forged, path="/operator")
        assert "Queue" not in office.page(), forged
        office.browser.cookies.clear()
    office.browser.cookies.set(COOKIE, cookie, path="/operator")
    assert "Queue" in office.page()
    office.clock.pass_time(hours=12, seconds=1)
    assert "Queue" not in office.page()


def test_the_cookie_is_for_this_page_and_no_script(office: Office) -> None:
    answer = office.browser.post("/operator/sign-in", data={"password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=strict", "path=/operator"):
        assert word in cookie


def test_another_sites_form_does_nothing(office: Office) -> None:
    office.sign_in()
    assert office.browser.post("/operator/act/pause-all", data={"token": "0" * 64}).status_code == 403
    token = re.search(r'name="token" value="(\w+)"', office.page())
    assert token is not None
    abroad = {"Sec-Fetch-Site": "cross-site"}
    answer = office.browser.post("/operator/act/pause-all", data={"token": token[1]}, headers=abroad)
    assert answer.status_code == 403
    assert not office.desk.queue().paused


def test_workers_are_shown_with_what_they_do_and_since_when_they_are_silent(office: Office) -> None:
    office.sign_in()
    assert "None is there" in office.page()
    office.desk.report_worker(WorkerReport("gpu-1", False, (), 3, 5_000_000_000, 8_000_000_000))
    office.desk.report_worker(WorkerReport("gpu-2", True, (), 7, None, None))
    free, resting = rows(office.page(), "gpu-")
    assert free == "gpu-1 0 s ago free 3 5.0 GB 8.0 GB"
    assert resting.startswith("gpu-2 0 s ago resting after failures 7")
    job = office.ask()
    claim = office.desk.claim("gpu-1")
    assert claim is not None
    office.desk.heartbeat(claim.token, 2)
    office.desk.report_worker(WorkerReport("gpu-1", False, (), 4, 5_000_000_000, 8_000_000_000))
    office.clock.pass_time(seconds=61)
    office.desk.report_worker(WorkerReport("gpu-2", False, (), 8, None, None))
    busy, free = rows(office.page(), "gpu-")
    assert busy.startswith(f"gpu-1 61 s ago silent job {job.id}, 2/4")
    assert "free" in free


def test_the_queue_is_paused_and_the_audit_names_the_page(office: Office) -> None:
    office.sign_in()
    assert "The queue is paused" in office.act("pause-all", reason="a new driver")
    assert office.desk.queue().paused
    (row,) = office.desk.audit(None)
    assert (row.actor, row.reason) == (Person("web", "operator"), "a new driver")
    office.act("undo", act=str(row.id))
    assert not office.desk.queue().paused


def test_jobs_are_cancelled_and_pictures_taken_out_of_the_store(office: Office) -> None:
    office.sign_in()
    made = office.make()
    assert made.result_key is not None
    page = office.page()
    assert "visitor-ada" in page
    assert page.count("<rect") == 2, "a wait, and a time for each step"
    assert "<title>5 s</title>" in page
    assert "<title>1 s</title>" in page
    office.act("remove", job=str(made.id))
    assert made.result_key not in [one.key for one in office.store.stored()]
    queued = office.ask(2)
    office.act("cancel", job=str(queued.id))
    assert office.desk.job(queued.id).state == "cancelled"
    assert "cancelled" in office.page(state="cancelled")


def test_a_reported_picture_is_removed(office: Office) -> None:
    office.sign_in()
    made = office.make()
    office.desk.report(Person("web", "visitor-bob"), made.id, "<b>not</b> allowed")
    page = office.page()
    assert "&lt;b&gt;not&lt;/b&gt; allowed" in page, "what people write is text"
    office.act("decide", job=str(made.id), verdict="remove")
    assert made.result_key not in [one.key for one in office.store.stored()]
    with pytest.raises(WrongState):
        office.desk.decide_reports(None, made.id, remove=False)


def test_somebody_is_found_given_pictures_banned_and_let_back_in(office: Office) -> None:
    office.sign_in()
    office.make()
    left = office.desk.quota(ADA).left
    name = {"person": "web:visitor-ada"}
    assert "Give pictures" in office.page(**name)
    for _ in range(2):
        office.act("grant", **name, place="web:page", pictures="3", once="the same form, sent twice")
    assert office.desk.quota(ADA).left == left + 3
    assert "for good" in office.act("ban", **name, reason="spam")
    assert [one.person for one in office.desk.bans()] == [ADA.person]
    office.act("unban", **name)
    assert not office.desk.bans()
    assert "Nobody is called so" in office.page(person="web:nobody")


def test_a_member_gets_a_limit_of_their_own_and_what_they_used_is_forgiven(office: Office) -> None:
    office.sign_in()
    office.make()
    them = {"person": "web:visitor-ada", "place": "web:page"}
    assert office.desk.quota(ADA).used == 1
    assert 'name="limit"' in office.page(person=them["person"])
    office.act("set-member", **them, limit="2", weight="5", reason="helps a lot")
    office.act("reset", **them)
    quota = office.desk.quota(ADA)
    assert (quota.limit, quota.used, quota.left) == (2, 0, 2)
    assert 'value="5"' in office.page(person=them["person"])
    office.act("set-member", **them, limit="", weight="")
    assert office.desk.quota(ADA).limit == office.settings.member_limit
    assert {row.actor for row in office.desk.audit(None)} == {Person("web", "operator")}


@pytest.mark.parametrize(("verdict", "bonus", "banned"), [("uphold", 0, 1), ("grant", 1, 1), ("lift", 1, 0)])
def test_an_objection_to_a_removal_is_decided(office: Office, verdict: str, bonus: int, banned: int) -> None:
    office.sign_in()
    made = office.make()
    office.desk.report(Person("discord", "7"), made.id, "not allowed")
    office.act("decide", job=str(made.id), verdict="remove")
    office.act("ban", person="web:visitor-ada", place="web:page", days="3")
    office.desk.appeal(ADA.person, made.id, "It is <i>me</i> on it")
    page = office.page()
    assert "It is &lt;i&gt;me&lt;/i&gt; on it" in page
    number = re.search(r'name="appeal" value="(\d+)"', page)
    assert number is not None
    office.act("decide-appeal", appeal=number[1], verdict=verdict)
    assert not office.desk.open_appeals(None)
    assert office.desk.quota(ADA).bonus == bonus
    assert len(office.desk.bans()) == banned
    assert 'role="alert"' in office.act("decide-appeal", appeal=number[1], verdict=verdict), "once only"


def test_a_reported_picture_may_stay(office: Office) -> None:
    office.sign_in()
    made = office.make()
    office.desk.report(Person("discord", "7"), made.id, "ugly")
    office.act("decide", job=str(made.id), verdict="keep")
    assert office.desk.job(made.id).result_key == made.result_key
    assert not office.desk.reported_jobs(None)


def test_a_communitys_settings_are_seen_changed_and_left_to_the_operators(office: Office) -> None:
    office.sign_in()
    office.make()
    assert "Nobody of it was ever here" in office.page(at="discord:5")
    # What the bots keep beside is not lost.
    office.desk.configure(None, ADA.place, {"settings": {"log_channel": "9"}})
    form = {
        "member_limit": "4",
        "pool_limit": "50",
        "cooldown_seconds": "30",
        "result_hours": "2",
        "nsfw_threshold": "0.7",
        "time_zone": "Europe/Istanbul",
        "quota_window": "rolling",
        "language": "tr",
    }
    there = {"at": "web:page", "place": "web:page"}
    page = office.act("configure", **there, **form)
    for said in ('value="4"', 'value="0.7"', 'value="Europe/Istanbul"', "rolling", "configure"):
        assert said in page
    found = office.desk.community(ADA.place)
    assert found is not None
    assert (found.member_limit, found.result_hours, found.quota_window) == (4, 2, "rolling")
    assert found.settings["language"] == "tr"
    assert found.settings["log_channel"] == "9"
    office.act("configure", **there)
    found = office.desk.community(ADA.place)
    assert found is not None
    assert (found.member_limit, found.time_zone, found.settings["nsfw_threshold"]) == (None, None, None)
    office.act("allow", **there, allowed="no")
    office.act("set-role", **there, role="supporter", limit="40")
    assert "supporter: limit 40" in office.page(at="web:page")
    found = office.desk.community(ADA.place)
    assert found is not None
    assert found.allowed is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"member_limit": "-1"},
        {"nsfw_threshold": "2"},
        {"nsfw_threshold": "nan"},
        {"time_zone": "Europe/Atlantis"},
        {"language": "xx"},
        {"quota_window": "century"},
        {"result_hours": "9000"},
        {"place": "nowhere"},
    ],
)
def test_settings_that_make_no_sense_change_nothing(office: Office, wrong: dict[str, str]) -> None:
    office.sign_in()
    assert 'role="alert"' in office.act("configure", **{"place": "web:page", **wrong})
    assert not office.desk.audit(None)


def test_a_community_is_paused_and_resumed(office: Office) -> None:
    office.sign_in()
    office.act("pause", place="web:page")
    assert office.desk.queue().paused_places
    office.act("resume", place="web:page")
    assert not office.desk.queue().paused_places


@pytest.mark.parametrize(
    ("name", "form"),
    [("cancel", {"job": "x"}), ("cancel", {"job": "9" * 30}), ("ban", {"person": "ada"}), ("fly", {})],
)
def test_a_form_that_makes_no_sense_is_refused_in_words(
    office: Office, name: str, form: dict[str, str]
) -> None:
    office.sign_in()
    assert 'role="alert"' in office.act(name, **form)
    assert not office.desk.audit(None)


def test_it_speaks_turkish_and_asks_nobody_outside(office: Office) -> None:
    office.sign_in()
    office.make()
    answer = office.browser.get("/operator/language/tr")
    assert "Kuyruk" in answer.text
    assert 'lang="tr"' in answer.text
    assert not re.findall(r"(?:src|href|action)=\"(?!/operator)", answer.text)
    assert "<script" not in answer.text


def test_a_plot_shows_the_newest_and_says_its_meaning() -> None:
    plot = bars([float(number) for number in range(100)], 'a "meaning"')
    assert plot.count("<rect") == 60
    assert "<title>99 s</title>" in plot
    assert "<title>39 s</title>" not in plot
    assert "a &#34;meaning&#34;" in plot
    assert "<rect" not in bars([], "nothing")
