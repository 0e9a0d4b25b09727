"""One table of scenarios on every platform, so that none falls behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.scenarios.house import House
from tests.bot.scenarios.stage import Stage
from tests.bot.scenarios.table import TABLE, Scenario

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
