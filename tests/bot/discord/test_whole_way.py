"""From a phone's photo to the picture in the channel, with every process there is. See docs/discord.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tasks.db.engine import open_engine, reading
from tasks.db.work import ledger
from tasks.desk import Desk
from tasks.records import JobState
from tasks.store.store import Store
from tests.bot.whole import Phone, check_marks, check_picture, everything
from tests.standins.discord.server import running_discord


@pytest.mark.slow
def test_a_phones_photo_becomes_a_picture_in_the_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone()
    with running_discord() as discord:
        ada = discord.add_member(discord.add_guild(), "ada")
        environment = {
            "DISCORD_TOKEN": discord.token,
            "GIYDIR_DISCORD_API_URL": discord.api_url,
            "GIYDIR_DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        with everything(
            tmp_path, discord, environment, lambda: discord.gateway.connected and discord.commands()
        ) as stack:
            terms = ada.slash("/tryon", person=phone.photo, garment=phone.garment).followup(within=60)
            placeholder = ada.press(terms, "I agree").followup(within=60)
            seen: set[str] = set()

            def ended() -> bool:
                seen.add(placeholder.content.splitlines()[0])
                return placeholder.content.startswith("Made by AI")

            discord.wait(ended, 600, "the picture")
            monkeypatch.chdir(tmp_path)
            desk, store = Desk.open(stack.settings), Store.open(stack.settings)
            discord.wait(lambda: desk.job(1).delivered_at, 30, "the end")
            job = desk.job(1)
            discord.wait(lambda: [one.key for one in store.stored()] == [job.result_key], 30, "inputs gone")
            desk.close()
            engine = open_engine(stack.settings.database_url.get_secret_value())
            with reading(engine) as connection:
                kinds = [row.kind for row in connection.execute(select(ledger.c.kind).order_by(ledger.c.id))]
            engine.dispose()

    assert job.state is JobState.SUCCEEDED
    assert kinds == ["reserve", "settle"]
    assert "Making your picture." in seen
    (result,) = placeholder.attachments
    assert [one for one in ada.sees_in(ada.member.guild.general) if one.attachments] == [placeholder]
    check_marks(result.data, phone)
    check_picture(result.data, phone)
