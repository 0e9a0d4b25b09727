"""Every scenario, each of which holds on every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from tests.bot.scenarios import affairs, making, moderating, troubles
from tests.bot.scenarios.stage import Stage

Play = Callable[[Stage], None]

ENGLISH, BOTH = ("en",), ("en", "tr")


@dataclass(frozen=True)
class Scenario:
    """`play` is called by its name. `languages`: what its people speak, one after the other."""

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


def _table(module: ModuleType, *told: Play) -> tuple[Scenario, ...]:
    """All of a module's, in the order in which they stand there. `told`: those that are about what is said,
    in both languages."""
    plays = [one for name, one in vars(module).items() if _is_play(module, name, one)]
    assert set(told) <= set(plays)
    return tuple(Scenario(one, BOTH if one in told else ENGLISH) for one in plays)


def _is_play(module: ModuleType, name: str, one: object) -> bool:
    return callable(one) and not name.startswith("_") and getattr(one, "__module__", "") == module.__name__


TABLE: tuple[Scenario, ...] = (
    *_table(
        making,
        making.a_picture_is_made_once_the_terms_are_agreed_to,
        making.nothing_is_kept_of_whoever_does_not_agree,
        making.a_waiting_picture_is_cancelled_and_costs_nothing,
        making.what_was_made_is_listed_and_shown_again_to_its_owner,
    ),
    *_table(
        troubles,
        troubles.a_photo_on_which_nobody_is_found_says_so,
        troubles.a_file_that_is_no_photo_is_not_taken_in,
        troubles.whoever_has_used_up_their_pictures_hears_when_there_are_new_ones,
    ),
    *_table(
        affairs,
        affairs.help_names_what_there_is,
        affairs.consent_is_given_taken_back_and_given_again,
        affairs.a_wardrobe_is_filled_worn_and_emptied,
        affairs.whoever_wants_it_is_forgotten,
    ),
    *_table(
        moderating,
        moderating.whoever_is_banned_is_shut_out_until_that_is_lifted,
        moderating.every_act_is_recorded_and_can_be_undone,
        moderating.a_reported_picture_that_is_removed_is_gone_and_its_owner_objects_once,
    ),
)
