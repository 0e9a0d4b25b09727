"""The front ends that are installed and have what they need, such as a token.

They are packages above this one, so they are found by name: each registers, in the entry-point group
`giydir.front_ends`, a function that takes the settings and returns its command, or `None`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

from config.settings import Settings
from tasks.stack.parts import giydir
from tasks.stack.supervisor import Part

GROUP = "giydir.front_ends"
FrontEnd = Callable[[Settings], Sequence[str] | None]
_STOP_SECONDS = 20.0


def front_end_parts(settings: Settings) -> list[Part]:
    """One part for each front end that can run."""
    parts = []
    for entry in entry_points(group=GROUP):
        command_of: FrontEnd = entry.load()
        if (arguments := command_of(settings)) is not None:
            parts.append(Part(entry.name, giydir(*arguments), stop_seconds=_STOP_SECONDS))
    return parts
