"""A community, its people and a worker, in the words in which scenarios are written."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.progress import Answer, News, answer_text, news_text
from bot.core.terms import consent_choices
from tasks.errors import UnknownPerson
from tasks.records import Asker, GarmentType, Job, Person
from tasks.store.store import Store
from tests.bot.kit import Worker
from tests.bot.scenarios.platform import Platform, Seen
from tests.bot.scenarios.words import Say, fits
from tests.bot.telegram.kit import ME, SHIRT
from tests.standins.files import File
from tests.tasks.kit import Office

# Two who ask, and two who moderate; the second of these is the first one's peer.
ADA, BEN, MOD, PEER = "ada", "ben", "mod", "peer"


class Stage:
    """What is done is done at once; `hears` and `until` wait for what comes of it."""

    def __init__(
        self,
        platform: Platform,
        office: Office,
        store: Store,
        worker: Worker,
        language: str,
        restarts: Callable[[Callable[[], object]], None],
    ) -> None:
        self._restarts = restarts
        self.desk = office.desk
        self.settings = office.settings
        self.store = store
        self.worker = worker
        self.language = language
        self.platform = platform
        self.community = platform.community()
        self.tongue = self.community.tongue(language)
        self.people: dict[str, Person] = {}
        self._before: dict[str, set[Seen]] = {}
        for who in (ADA, BEN, MOD, PEER):
            self.joins(who, language, moderator=who in (MOD, PEER))

    # Who is there.

    def joins(self, who: str, language: str, *, moderator: bool = False) -> None:
        self.people[who] = self.community.joins(who, language, moderator=moderator)

    def agreed(self, *people: str, keep: bool = True) -> None:
        """They agreed to the terms before, and, unless said else, have their photos kept for another go."""
        for who in people:
            self.desk.give_consent(self.people[who], keep_inputs=keep)

    def asker(self, who: str) -> Asker:
        place = self.community.place
        return Asker(place.platform, place.community, self.people[who].user)

    # What they do.

    def asks(self, who: str, person: File | None = ME, garment: File = SHIRT) -> None:
        self._now()
        self.community.asks(who, person, garment)

    def asks_alone(self, who: str) -> None:
        self._now()
        self.community.asks_alone(who, ME, SHIRT)

    def asks_for_pose(self, who: str, pose: File) -> None:
        self._now()
        self.community.asks_for_pose(who, ME, pose)

    def presses(self, who: str, label: str, **values: object) -> None:
        """The newest button with this on it that they can see."""
        text = self.tongue.say(label, **values)
        seen = self._with(who, text)
        self._now()
        self.community.presses(who, seen, text)

    def agrees(self, who: str, answer: str = "yes") -> None:
        """What they press under the terms."""
        label = dict(consent_choices(self.tongue, self.settings))[answer]  # type: ignore[index]
        seen = self._with(who, label)
        self._now()
        self.community.presses(who, seen, label)

    def picks_type(self, who: str, garment_type: GarmentType) -> None:
        seen = self._with(who, self.tongue.say("Again"))
        self._now()
        self.community.picks_type(who, seen, garment_type, self.language)

    def reports(self, who: str) -> None:
        label = self.tongue.say("Report ...")
        seen = self._with(who, label)
        self._now()
        self.community.reports(who, seen, label)

    def objects(self, who: str, job: Job, words: str) -> None:
        label = self.tongue.say("Object ...")
        seen = self._with(who, label)
        self._now()
        self.community.objects(who, seen, label, job.id, words)

    def keeps_garment(self, who: str, name: str) -> None:
        label = self.tongue.say("Save garment ...")
        seen = self._with(who, label)
        self._now()
        self.community.keeps_garment(who, seen, label, name)

    def says(self, who: str, command: str, number: int | None = None) -> None:
        self._now()
        self.community.says(who, command, number)

    def saves_photo(self, who: str, photo: File = ME) -> None:
        self._now()
        self.community.saves_photo(who, photo)

    def hangs(self, who: str, name: str, garment: File = SHIRT) -> None:
        self._now()
        self.community.hangs(who, name, garment)

    def wears(self, who: str, name: str, person: File | None = ME) -> None:
        self._now()
        self.community.wears(who, name, person)

    def takes_out(self, who: str, name: str) -> None:
        self._now()
        self.community.takes_out(who, name)

    def orders(self, who: str, order: str, about: str | None = None, **values: str | int | None) -> None:
        self._now()
        self.community.orders(who, order, about, values)

    # What the others do.

    def makes(self) -> Job:
        """A worker makes the next picture."""
        self._now()
        job = self.worker.make()
        self.platform.wake()
        return job

    def cannot_make(self, code: str) -> Job:
        """A worker finds that the next picture cannot be made."""
        self._now()
        job = self.worker.refuse(code)
        self.platform.wake()
        return job

    def restarts(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """The bot's process ends, and another takes its place. `meanwhile`: while no bot is there."""
        self._now()
        self._restarts(meanwhile)

    # What they see.

    def hears(self, who: str, expected: Say, *, public: bool | None = None) -> Seen:
        """What came or changed since the last thing that was done, and says so. `public`: whether others see
        it too."""
        words = expected(self.tongue)

        def look() -> Seen | None:
            fresh = [one for one in self.community.sees(who) if one not in self._before[who]]
            fitting = [one for one in fresh if fits(words, one.text)]
            return next((one for one in fitting if public in (None, one.public)), None)

        try:
            return self.platform.wait(look, f"{who}: {words!r}")
        except AssertionError as nothing:
            raise AssertionError(f"{nothing}; seen: {self.look(who)}") from None

    def hears_how_it_ended(self, who: str, job: Job, code: str | None = None) -> Seen:
        """The picture, or why there is none."""
        ended = self.desk.job(job.id)
        picture = None if code or ended.result_key is None else b"a picture"
        return self.hears(who, lambda tongue: answer_text(tongue, Answer(ended, picture, code)))

    def hears_of_job(self, who: str) -> Job:
        """Their picture is next in the queue; the job."""
        self.hears(who, lambda tongue: news_text(tongue, News(running=False)))
        return self.job(who)

    def asks_and_waits(self, who: str) -> Job:
        """Until the picture is there."""
        self.asks(who)
        self.hears_of_job(who)
        job = self.makes()
        self.hears_how_it_ended(who, job)
        return job

    def goes(self, who: str, seen: Seen) -> None:
        """A message is not seen any more."""
        self.until(lambda: seen.key not in [one.key for one in self.community.sees(who)], f"{seen} to go")

    def until(self, look: Callable[[], object], what: str) -> None:
        self.platform.wait(lambda: look() or None, what)

    def look(self, who: str) -> list[Seen]:
        return self.platform.wait(lambda: (self.community.sees(who),), "a look")[0]

    def pictures(self) -> list[Seen]:
        """What all of the community see of pictures."""
        return [one for one in self.look(BEN) if one.public and one.files]

    # What is known.

    def job(self, who: str) -> Job:
        """Their newest."""
        return self.desk.history(self.people[who])[0]

    def jobs(self, who: str) -> int:
        try:
            return len(self.desk.history(self.people[who]))
        except UnknownPerson:
            return 0

    def wait_for_jobs(self, who: str, count: int) -> Job:
        self.until(lambda: self.jobs(who) >= count, f"{count} jobs of {who}'s")
        return self.job(who)

    def stored(self, who: str) -> set[str]:
        """The keys of all that is kept of theirs."""
        try:
            account = self.desk.known_account(self.people[who])
        except UnknownPerson:
            return set()
        return {one.key for one in self.store.stored(account)}

    def left(self, who: str) -> int:
        """Of their quota."""
        return self.desk.quota(self.asker(who)).left

    def actions(self) -> list[str]:
        """What moderators did here, newest first."""
        return [row.action for row in self.desk.audit(self.platform.name, self.community.place)]

    def ends(self) -> None:
        """Nothing of it is left in the queue for the next scenario."""
        for job in self.desk.unfinished(self.platform.name):
            self.desk.cancel(job.id, job.asker.person)
        self.platform.wake()
        self.until(lambda: not self.desk.undelivered(self.platform.name), "the last answers")

    def _with(self, who: str, label: str) -> Seen:
        def look() -> Seen | None:
            having = [one for one in self.community.sees(who) if label in one.labels]
            return having[-1] if having else None

        try:
            return self.platform.wait(look, f"{who}: a button {label!r}")
        except AssertionError as nothing:
            raise AssertionError(f"{nothing}; seen: {self.look(who)}") from None

    def _now(self) -> None:
        """From here on, what comes is new."""
        seen = self.platform.wait(
            lambda: {who: set(self.community.sees(who)) for who in self.people}, "a look"
        )
        self._before = seen


__all__ = ["ADA", "BEN", "ME", "MOD", "PEER", "SHIRT", "Stage"]
