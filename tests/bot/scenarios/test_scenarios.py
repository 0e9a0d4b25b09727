"""One table of scenarios on every platform, so that none falls behind."""

from __future__ import annotations

import pytest

from tests.bot.scenarios.house import House
from tests.bot.scenarios.table import TABLE, Scenario

_PLAYED = [(scenario, language) for scenario in TABLE for language in scenario.languages]


@pytest.mark.parametrize(
    ("scenario", "language"), _PLAYED, ids=[f"{one.name}-{language}" for one, language in _PLAYED]
)
def test_on_each_platform(house: House, scenario: Scenario, language: str) -> None:
    stage = house.stage(language)
    scenario.play(stage)
    stage.ends()
