"""Every scenario, each of which holds on every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from tests.bot.scenarios import affairs, making, moderating, troubles
from tests.bot.scenarios.stage import Stage

Play = Callable[[Stage], None]

ENGLISH, TURKISH = ("en",), ("tr",)
BOTH = ENGLISH + TURKISH


@dataclass(frozen=True)
class Scenario:
    """`play` is told by its name. `languages`: what people speak; both, where what it is about is said."""

    play: Play
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.play.__name__


# What a platform does in another way, for a reason. A scenario is played there all the same: this says what
# its driver does instead.
OTHERWISE: Mapping[tuple[str, str], str] = {
    ("telegram", "reports"): "no words are asked for: there are no forms, and a group would read them",
    ("telegram", "objects"): "the words are a command's in the private chat, there are no forms",
    ("telegram", "keeps_garment"): "the garment is named by its type and number, there are no forms",
    ("telegram", "picks_type"): "a question with a button for each type, there are no menus",
}


def _table(module: ModuleType, *english: Play) -> tuple[Scenario, ...]:
    """All of a module's, in the order in which they stand there; these in English only, the others in both
    languages."""
    plays = [one for name, one in vars(module).items() if _is_play(module, name, one)]
    assert set(english) <= set(plays)
    return tuple(Scenario(one, ENGLISH if one in english else BOTH) for one in plays)


def _is_play(module: ModuleType, name: str, one: object) -> bool:
    return callable(one) and not name.startswith("_") and getattr(one, "__module__", "") == module.__name__


TABLE: tuple[Scenario, ...] = (
    *_table(making),
    *_table(troubles),
    *_table(affairs),
    *_table(moderating),
)
