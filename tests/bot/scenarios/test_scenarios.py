"""One table of scenarios on every platform, so that none falls behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from tests.bot.scenarios.house import PLATFORMS, House
from tests.bot.scenarios.platform import Community
from tests.bot.scenarios.stage import Stage
from tests.bot.scenarios.table import OTHERWISE, TABLE, Scenario

_PLAYED = [(scenario, language) for scenario in TABLE for language in scenario.languages]


@pytest.fixture
def stage(house: House, language: str) -> Iterator[Stage]:
    """A new community; at its end nothing of it is left in the queue for the next one."""
    stage = house.stage(language)
    yield stage
    stage.ends()


@pytest.mark.parametrize(
    ("scenario", "language"), _PLAYED, ids=[f"{one.name}-{language}" for one, language in _PLAYED]
)
def test_on_each_platform(stage: Stage, scenario: Scenario, language: str) -> None:
    scenario.play(stage)


def test_a_front_end_without_the_scenarios_is_not_forgotten() -> None:
    there = {file.parent.name for file in Path(bot.__path__[0]).glob("*/front.py")} - {"core"}
    assert set(PLATFORMS) == there
    assert len(TABLE) >= 45, "none is taken out"


def test_what_a_platform_does_otherwise_is_named_and_nothing_else() -> None:
    for platform, act in OTHERWISE:
        assert platform in PLATFORMS
        assert act in vars(Community)
