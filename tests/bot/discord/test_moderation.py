"""What moderators do on Discord, and what nobody else can."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.records import Asker, Place
from tasks.store.store import Store
from tests.bot.discord.kit import GARMENT, PERSON, Server, server
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def said(result: Any) -> str:
    """The one answer, which only the caller sees."""
    told = result.response
    assert told is not None
    assert told.ephemeral
    return str(told.content)


def asker(here: Server, actor: Any) -> Asker:
    return Asker("discord", str(here.guild.id), str(actor.id))


async def mod(here: Server, command: str, **options: Any) -> str:
    return said(await here.mod.slash(here.channel, f"mod {command}", **options))


async def show_mod_to(here: Server, role: Any) -> None:
    """As a server's admin can, whatever we would like."""
    commands = await here.client.tree.fetch_commands()
    (command,) = [command for command in commands if command.name == "mod"]
    here.guild.set_command_permissions(command, {role: True})


@in_loop
async def test_the_record_says_from_what_to_what_and_nothing_that_stayed(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        await mod(here, "settings", cooldown=30)
        await mod(here, "settings", cooldown=60, language="tr")
        newest, oldest = (await mod(here, "audit")).splitlines()
        assert "**changed the settings** `seconds between two requests: 30 → 60, language: tr`" in newest
        assert "`seconds between two requests: 30`" in oldest


@in_loop
async def test_limits_of_a_member_and_of_a_role(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        fans = here.guild.create_role("Fans")
        fan = here.guild.add_member(here.env.create_user("fan"), roles=[fans])
        await mod(here, "quota set", user=here.ada, limit=3)
        assert office.desk.quota(asker(here, here.ada)).limit == 3
        await mod(here, "quota set", user=here.ada)
        assert office.desk.quota(asker(here, here.ada)).limit == 100
        assert "may make 200 pictures" in await mod(here, "quota role", role=fans, limit=200)
        their = Asker("discord", str(here.guild.id), str(fan.id), (str(fans.id),))
        assert office.desk.quota(their).limit == 200


@in_loop
async def test_settings_are_changed_shown_and_set_back(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        await mod(
            here, "settings", **{"member-limit": 4, "time-zone": "Europe/Istanbul", "window": "rolling"}
        )
        place = Place("discord", str(here.guild.id))
        community = office.desk.community(place)
        assert community is not None
        assert (community.member_limit, community.time_zone, community.quota_window) == (
            4,
            "Europe/Istanbul",
            "rolling",
        )
        shown = await mod(here, "settings")
        assert "Pictures a day for each member: 4" in shown
        assert "Time zone: Europe/Istanbul" in shown
        office.desk.configure(None, place, {"settings": {"somebody_elses": 7}})
        here.client.houses._known.clear()
        await mod(here, "settings", threshold=0.4)
        community = office.desk.community(place)
        assert community is not None
        assert community.settings["nsfw_threshold"] == 0.4
        assert community.settings["somebody_elses"] == 7, "what is not ours stays"
        assert "Classifier blocks from (0 to 1): 0.4" in await mod(here, "settings")
        await mod(here, "settings", default="member_limit")
        assert "Pictures a day for each member: as the operator set it" in await mod(here, "settings")
        assert "do not fit" not in await mod(here, "settings", cooldown=30)
        assert "values does not fit" in await mod(here, "settings", **{"time-zone": "Middle Earth"})


@in_loop
async def test_time_zones_are_offered_while_one_types(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        offered = await here.mod.autocomplete(here.channel, "mod settings", "time-zone", "istan")
        assert [choice["value"] for choice in offered] == ["Asia/Istanbul", "Europe/Istanbul"]
        everything = await here.mod.autocomplete(here.channel, "mod settings", "time-zone", "")
        assert len(everything) == 25


@in_loop
async def test_pictures_are_made_in_named_channels_only(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        studio = here.guild.create_text_channel("studio")
        await mod(here, "settings", channel=studio)
        refused = await here.tryon()
        assert "other channels" in refused.followups[0].content
        await here.ada.slash(studio, "tryon", person=PERSON, garment=GARMENT)
        assert len(studio.history()) == 1
        await mod(here, "settings", channel=studio)
        await here.tryon()
        assert len(here.channel.history()) == 1


@in_loop
async def test_acts_are_told_in_the_log_channel(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        log = here.guild.create_text_channel("log")
        await mod(here, "settings", **{"log-channel": log})
        await mod(here, "quota grant", user=here.ada, pictures=1)
        assert [message.content for message in log.history()] == [
            f"{here.mod.mention}: The settings are changed. (#1)",
            f"{here.mod.mention}: {here.ada.mention} got one picture. (#2)",
        ]


@in_loop
async def test_a_named_role_moderates_without_any_right_on_discord(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        helpers = here.guild.create_role("Helpers")
        helper = here.guild.add_member(here.env.create_user("helper"), roles=[helpers])
        await show_mod_to(here, helpers)
        await mod(here, "settings", **{"moderator-role": helpers})
        granted = await helper.slash(here.channel, "mod quota grant", user=here.ada, pictures=1)
        assert "got one picture" in said(granted)


MOD_COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("quota show", {"user": "ben"}),
    ("quota set", {"user": "ben", "limit": 1}),
    ("quota grant", {"user": "ben", "pictures": 1}),
    ("quota reset", {"user": "ben"}),
    ("quota role", {"role": "everyone", "limit": 9}),
    ("ban", {"user": "ben"}),
    ("unban", {"user": "ben"}),
    ("bans", {}),
    ("jobs list", {}),
    ("jobs cancel", {"number": 1}),
    ("jobs remove", {"number": 1}),
    ("settings", {}),
    ("settings", {"cooldown": 9}),
    ("pause", {}),
    ("resume", {}),
    ("audit", {}),
    ("undo", {"number": 1}),
]


@in_loop
async def test_whoever_is_shown_the_commands_without_being_a_moderator_is_refused_by_each(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        await show_mod_to(here, here.guild.default_role)
        for command, options in MOD_COMMANDS:
            known = {"ben": here.ben, "everyone": here.guild.default_role}
            chosen = {name: known.get(value, value) for name, value in options.items()}
            answer = await here.ada.slash(here.channel, f"mod {command}", **chosen)
            assert said(answer) == "Only moderators may do that. Ask one of them.", command
        assert not office.desk.audit("discord")


@pytest.mark.parametrize("command", ["quota set", "quota grant", "quota reset", "ban", "unban"])
@in_loop
async def test_nobody_acts_on_peers_on_those_above_or_on_themselves(
    office: Office, store: Store, worker: Worker, command: str
) -> None:
    async with server(office, store, worker) as here:
        mods = here.guild.roles["Mods"]
        chiefs = here.guild.create_role("Chiefs", position=9)
        peer = here.guild.add_member(here.env.create_user("peer"), roles=[mods])
        chief = here.guild.add_member(here.env.create_user("chief"), roles=[chiefs])
        options = {"pictures": 1} if command == "quota grant" else {}
        for target in (peer, chief, here.mod, here.guild.owner):
            answer = await mod(here, command, user=target, **options)
            assert answer == "You can do that only to members whose rank is below yours.", target
        assert not office.desk.audit("discord")


@in_loop
async def test_what_is_of_another_server_is_neither_seen_nor_undone(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        elsewhere = Asker("discord", "999", str(here.ada.id))
        act = office.desk.grant(None, elsewhere, 5, "event")
        assert await mod(here, "undo", number=act) == (
            "There is no act with this number. Look it up in the record."
        )
        assert await mod(here, "audit") == "Nothing was done yet."
        office.welcome(elsewhere)
        job = office.submit(elsewhere)
        assert "somebody else's" in await mod(here, "jobs remove", number=job.id)
