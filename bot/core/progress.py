"""What the message says while a picture is in the making, and when it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.asking import seed_of
from bot.core.refusals import refusal
from bot.core.tongue import Tongue
from tasks.records import Job, JobState

_WIDTH = 12  # blocks of the bar
_DONE, _LEFT = "▰", "▱"


@dataclass(frozen=True)
class News:
    """How a job that has not ended stands. `position`: jobs that start before it; `ready_at`: an estimate.

    `preview` is a small JPEG of the picture as far as it can be told.
    """

    running: bool
    cancelling: bool = False
    position: int = 0
    ready_at: datetime | None = None
    step: int = 0
    steps: int = 1
    preview: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """How a job ended: `picture` if there is one to show, else `code` says why there is none.

    `missing`: of an outfit's first garment, why the second one is not on the picture.
    """

    job: Job
    picture: bytes | None = field(default=None, repr=False)
    code: str | None = None
    missing: str | None = None


def bar(step: int, steps: int) -> str:
    """Full blocks for the steps that are done."""
    done = min(_WIDTH, max(0, step) * _WIDTH // max(1, steps))
    return _DONE * done + _LEFT * (_WIDTH - done)


def news_text(tongue: Tongue, news: News) -> str:
    """One or two lines for the placeholder."""
    if news.cancelling:
        return tongue.say("Stopping ...")
    if news.running:
        percent = min(100, 100 * news.step // max(1, news.steps))
        return tongue.say("Making your picture.") + f"\n{bar(news.step, news.steps)} {percent} %"
    if news.position == 0:
        place = tongue.say("Your picture is next.")
    else:
        place = tongue.count(
            "One picture comes before yours.", "{number} pictures come before yours.", news.position
        )
    if news.ready_at is None:
        return place
    return place + "\n" + tongue.say("Ready about {when}.", when=news.ready_at)


def answer_text(tongue: Tongue, answer: Answer) -> str:
    """What stands with the picture, or instead of it."""
    job = answer.job
    if answer.picture is not None:
        seed = seed_of(job)
        # It must say so itself: a caption is read by people, the file's metadata by machines.
        text = tongue.say("Made by AI from your photos. Seed {seed}.", seed="-" if seed is None else seed)
        if answer.missing is not None:
            why = refusal(tongue, answer.missing, reference=f"job {job.id}")
            text += "\n" + tongue.say("The second garment is not on it:") + f" {why}"
        return text
    if job.state is JobState.CANCELLED:
        return tongue.say("Cancelled. It cost you nothing.")
    code = answer.code or "desk"
    text = refusal(tongue, code, reference=f"job {job.id}")
    if job.state is not JobState.FAILED:
        return text
    free = tongue.say("It cost you nothing.")
    return f"{text} {free}"
