"""Forms for reports and appeals, and the moderators' list of what waits, with its buttons."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

import discord

from bot.core.member_texts import appealed_text, reported_text
from bot.core.moderator_texts import appeal_lines, reported_lines
from bot.core.tongue import Tongue
from bot.discord.address import Address
from bot.discord.log_channel import tell_house
from bot.discord.people import asker_of, mention, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.records import MAX_TEXT, Job
from tasks.reports import Appeal

# A message has five rows of buttons, and each case takes one.
_MOST_CASES = 5
# Of a message's 2000, with room for what was decided before.
_MOST_LETTERS = 1700


class _WhyForm(discord.ui.Modal):
    """Asks for a few words about a picture."""

    def __init__(self, title: str, question: str, job_id: int) -> None:
        super().__init__(title=title, timeout=15 * 60)
        self._job_id = job_id
        self._why: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="why", style=discord.TextStyle.paragraph, max_length=MAX_TEXT
        )
        self.add_item(discord.ui.Label(text=question, component=self._why))

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        async def answer() -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            text = await self._submit(interaction, self._why.value)
            await interaction.followup.send(text, ephemeral=True)

        await answering(interaction, answer)

    async def _submit(self, interaction: Interaction, why: str) -> str:
        raise NotImplementedError


class ReportForm(_WhyForm):
    """Why should moderators look at this?"""

    def __init__(self, tongue: Tongue, job_id: int) -> None:
        super().__init__(tongue.say("Report this picture"), tongue.say("What is wrong with it?"), job_id)

    async def _submit(self, interaction: Interaction, why: str) -> str:
        client = interaction.client
        filed = await client.complaints.report(person_of(interaction.user), self._job_id, why)
        if not filed.repeated:
            job = await client.affairs.job(self._job_id)
            await tell_house(
                client,
                job.asker.place,
                lambda tongue: tongue.say(
                    "Picture {number} was reported. What waits: /mod reports list.", number=job.id
                ),
            )
        return reported_text(tongue_of(interaction), filed)


class AppealForm(_WhyForm):
    """Why should it not have been removed?"""

    def __init__(self, tongue: Tongue, job_id: int) -> None:
        super().__init__(
            tongue.say("Object to the removal"), tongue.say("Why should it not have been removed?"), job_id
        )

    async def _submit(self, interaction: Interaction, why: str) -> str:
        client = interaction.client
        job = await client.complaints.appeal(person_of(interaction.user), self._job_id, why)
        await tell_house(
            client,
            job.asker.place,
            lambda tongue: tongue.say(
                "The owner of the removed picture {number} objects. What waits: /mod reports list.",
                number=job.id,
            ),
        )
        return appealed_text(tongue_of(interaction))


class Case(StrEnum):
    """What a moderator decides; part of a button's id, so never to be renamed."""

    REMOVE = "remove"
    DISMISS = "dismiss"
    UPHOLD = "uphold"
    GRANT = "grant"
    LIFT = "lift"


class CaseButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"case:(?P<case>{'|'.join(Case)}):(?P<number>[0-9]{{1,18}})",
):
    """A decision. `number`: of the picture for a report, of the appeal for an appeal."""

    def __init__(self, case: Case, number: int, label: str, row: int | None = None) -> None:
        style = discord.ButtonStyle.danger if case is Case.REMOVE else discord.ButtonStyle.secondary
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label, style=style, custom_id=f"case:{case}:{number}", row=row
        )
        super().__init__(button, row=row)
        self._case = case
        self._number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(Case(match["case"]), int(match["number"]), item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._decide(interaction))

    async def _decide(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        client, tongue = interaction.client, tongue_of(interaction)
        await client.rights.check_moderator(interaction)
        about_report = self._case in (Case.REMOVE, Case.DISMISS)
        complaints = client.complaints
        find = client.affairs.job if about_report else complaints.appealed_job
        job = await find(self._number)
        await client.rights.check_over_owner(interaction, job)
        actor = person_of(interaction.user)
        if self._case is Case.REMOVE:
            await complaints.remove_reported(actor, job.id)
            await client.post.take_down(job)
            what = tongue.say("Picture {number} is taken away.", number=job.id)
        elif self._case is Case.DISMISS:
            await complaints.dismiss_reports(actor, job.id)
            what = tongue.say("Picture {number} stays; its reports are closed.", number=job.id)
        else:
            granted = self._case is not Case.UPHOLD
            lift = self._case is Case.LIFT
            await complaints.decide_appeal(actor, self._number, granted=granted, lift_ban=lift)
            if granted:
                what = tongue.say("The owner of picture {number} was right.", number=job.id)
            else:
                what = tongue.say("Picture {number} stays removed.", number=job.id)
        line = f"{interaction.user.mention}: {what}"
        await tell_house(client, job.asker.place, lambda _: line)
        text, view = await docket_shown(interaction)
        await interaction.edit_original_response(content=f"{what}\n\n{text}", view=view)


async def docket_shown(interaction: Interaction) -> tuple[str, discord.ui.View | None]:
    """What waits here, as much as a message holds, with a button for each decision."""
    tongue = tongue_of(interaction)
    docket = await interaction.client.complaints.docket(asker_of(interaction).place)
    waiting = [
        *((appeal_lines(tongue, one, mention), _of_appeal(tongue, one)) for one in docket.appeals),
        *(
            (reported_lines(tongue, one, mention, _link(one.job)), _of_report(tongue, one.job))
            for one in docket.reported
        ),
    ]
    if not waiting:
        return tongue.say("Nothing waits for you."), None
    view = discord.ui.View(timeout=None)
    texts: list[str] = []
    for text, buttons in waiting[:_MOST_CASES]:
        if sum(map(len, texts)) + len(text) > _MOST_LETTERS:
            break
        for case, number, label in buttons:
            view.add_item(CaseButton(case, number, label, len(texts)))
        texts.append(text)
    if more := len(waiting) - len(texts):
        texts.append(tongue.count("One more waits.", "{number} more wait.", more))
    return "\n".join(texts), view


def _of_appeal(tongue: Tongue, one: Appeal) -> list[tuple[Case, int, str]]:
    number = one.job.id
    buttons = [
        (Case.UPHOLD, one.id, tongue.say("{number}: stays removed", number=number)),
        (Case.GRANT, one.id, tongue.say("{number}: give one back", number=number)),
    ]
    if one.banned:
        lift = tongue.say("{number}: give one back, lift the ban", number=number)
        buttons.append((Case.LIFT, one.id, lift))
    return buttons


def _of_report(tongue: Tongue, job: Job) -> list[tuple[Case, int, str]]:
    return [
        (Case.REMOVE, job.id, tongue.say("{number}: remove", number=job.id)),
        (Case.DISMISS, job.id, tongue.say("{number}: leave it", number=job.id)),
    ]


def _link(job: Job) -> str | None:
    """To the picture's message; what only its owner sees has none."""
    address = Address.read(job)
    if address.private:
        return None
    return f"https://discord.com/channels/{job.asker.community}/{address.channel}/{address.message}"
