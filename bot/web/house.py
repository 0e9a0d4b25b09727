"""What every part of the page needs, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.affairs import Affairs
from bot.core.asking import Asking
from bot.core.complaints import Complaints
from bot.core.notices import Letters
from bot.web.following import Following
from bot.web.forms import Forms
from bot.web.shelf import Shelf
from bot.web.speech import Speech
from bot.web.visitors import Visitors
from config.settings import Settings
from tasks.desk import Desk
from tasks.store.store import Store


@dataclass(frozen=True)
class House:
    """`prefix`: what a reverse proxy puts before every path (`/giydir`, or nothing)."""

    settings: Settings
    desk: Desk
    store: Store
    asking: Asking
    affairs: Affairs
    complaints: Complaints
    letters: Letters
    shelf: Shelf
    forms: Forms
    following: Following
    speech: Speech
    visitors: Visitors
    prefix: str
