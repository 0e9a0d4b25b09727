"""The card beside the form: how the picture gets on, and what was made of it. Small pieces of HTML."""

from __future__ import annotations

import base64
from html import escape

from bot.core.progress import Answer, News, answer_text
from bot.core.tongue import Tongue
from tasks.records import Job


def idle(tongue: Tongue) -> str:
    """Before anything was asked for."""
    return _card("idle", _line(tongue.say("Your picture will be here.")))


def checking(tongue: Tongue) -> str:
    """While the photos are taken in."""
    return _card("busy", _line(tongue.say("Looking at your photos ..."), strong=True) + _bar(None))


def working(tongue: Tongue, news: News) -> str:
    """While it waits and is made."""
    if news.cancelling:
        return _card("busy", _line(tongue.say("Stopping ..."), strong=True) + _bar(None))
    if not news.running:
        return _card("busy", _line(_place(tongue, news), strong=True) + _bar(None) + _ready(tongue, news))
    percent = min(100, 100 * news.step // max(1, news.steps))
    words = tongue.say("Making your picture: step {step} of {steps}.", step=news.step, steps=news.steps)
    preview = _preview(tongue, news.preview) if news.preview else ""
    return _card("busy", _line(words, strong=True) + _bar(percent) + _ready(tongue, news) + preview)


def refused(text: str) -> str:
    """Why there is none."""
    return _card("refused", _line(text))


def told(text: str) -> str:
    """Something that is done."""
    return _card("idle", _line(text))


def finished(tongue: Tongue, job: Job, picture: bytes) -> str:
    """The caption, which says that a machine made it."""
    return _card("done", _line(answer_text(tongue, Answer(job, picture))))


def link(tongue: Tongue, query: str) -> str:
    """To these settings, for whoever gets it."""
    words = escape(tongue.say("A link to these settings"))
    return f'<p><a class="g-link" href="./{escape(query)}">{words}</a></p>'


def _place(tongue: Tongue, news: News) -> str:
    if news.position == 0:
        return tongue.say("Your picture is next.")
    return tongue.count(
        "One picture comes before yours.", "{number} pictures come before yours.", news.position
    )


def _ready(tongue: Tongue, news: News) -> str:
    if news.ready_at is None:
        return ""
    return _line(tongue.say("Ready about {when}.", when=news.ready_at))


def _preview(tongue: Tongue, preview: bytes) -> str:
    data = base64.b64encode(preview).decode()
    alt = escape(tongue.say("The picture as far as it is"))
    return f'<img class="g-preview" alt="{alt}" src="data:image/jpeg;base64,{data}">'


def _line(text: str, *, strong: bool = False) -> str:
    tag = "strong" if strong else "span"
    return "".join(f"<p><{tag}>{escape(line)}</{tag}></p>" for line in text.split("\n"))


def _bar(percent: int | None) -> str:
    """`None`: nobody can say."""
    if percent is None:
        return '<progress class="g-bar"></progress>'
    return f'<progress class="g-bar" max="100" value="{percent}">{percent} %</progress>'


def _card(kind: str, inside: str) -> str:
    return f'<div class="g-card g-{kind}" role="status" aria-live="polite">{inside}</div>'
