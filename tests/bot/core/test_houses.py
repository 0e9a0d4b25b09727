"""What communities decide, by several moderators at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.houses import House, Houses
from tasks.records import CommunityChanges
from tests.bot.kit import in_loop
from tests.tasks.kit import ADA, BEN, Office


@in_loop
async def test_moderators_who_change_settings_at_once_do_not_lose_each_others_changes(office: Office) -> None:
    """Each as another process would, with a memory of its own."""
    names = [f"channel-{number}" for number in range(4)]

    async def add(name: str) -> None:
        def turn(house: House) -> House:
            return replace(house, channels=(*house.channels, name))

        await Houses(office.desk).change(BEN.person, ADA.place, turn, {})

    await asyncio.gather(*[add(name) for name in names])
    house = await Houses(office.desk).of(ADA.place)
    assert set(house.channels) == set(names)
    assert len(office.desk.audit("discord", ADA.place)) == len(names)


@in_loop
async def test_a_limit_of_the_desks_is_read_with_the_rest_and_not_kept_twice(office: Office) -> None:
    houses = Houses(office.desk)
    limits = CommunityChanges(result_hours=2)
    await houses.change(BEN.person, ADA.place, lambda house: replace(house, language="tr"), limits)
    house = await houses.of(ADA.place)
    assert (house.language, house.result_hours) == ("tr", 2)
    community = office.desk.community(ADA.place)
    assert community is not None
    assert "result_hours" not in community.settings
