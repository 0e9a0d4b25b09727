"""What happens when a button of a job is pressed. Each checks first whose job it is.

Only its owner may make a picture again or look at its photos. Moderators may stop and delete what is of
members below them.
"""

from __future__ import annotations

import io

import discord

from bot.core.asking import Change, seed_of
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, acknowledge
from bot.discord.speech import tongue_of
from tasks.records import GarmentType, Job


async def cancel(interaction: Interaction, job_id: int) -> None:
    """Stop it. The message is brought up to date by the delivery."""
    await interaction.response.defer()
    client, person = interaction.client, person_of(interaction.user)
    job = await client.affairs.job(job_id)
    if job.asker.person == person:
        await client.affairs.cancel(person, job_id)
    else:
        await client.rights.check_over_owner(interaction, job)
        await client.moderating.cancel_job(person, job_id)
    client.delivery.wake()


async def again(interaction: Interaction, job_id: int) -> None:
    """The same with a new seed."""
    await _once_more(interaction, await _own(interaction, job_id), Change())


async def toggle_repaint(interaction: Interaction, job_id: int) -> None:
    """The same seed, with the other way of putting the picture together."""
    job = await _own(interaction, job_id)
    repaint = not job.request.options.get("repaint")
    await _once_more(interaction, job, Change(seed=seed_of(job), repaint=repaint))


async def change_type(interaction: Interaction, job_id: int, garment_type: GarmentType) -> None:
    """The same seed, with another garment type."""
    job = await _own(interaction, job_id)
    await _once_more(interaction, job, Change(seed=seed_of(job), garment_type=garment_type))


async def settings(interaction: Interaction, job_id: int) -> None:
    """A form first, with the settings as they were."""
    from bot.discord.buttons.form import SettingsForm

    job = await _own(interaction, job_id)
    await interaction.client.affairs.check_inputs(job)
    tongue = tongue_of(interaction)
    await interaction.response.send_modal(SettingsForm(tongue, job))


async def change(interaction: Interaction, job_id: int, wanted: Change) -> None:
    """What the form asked for."""
    await _once_more(interaction, await _own(interaction, job_id), wanted)


async def compare(interaction: Interaction, job_id: int) -> None:
    """Person, garment and picture side by side, for the owner's eyes only."""
    job = await _own(interaction, job_id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    affairs, tongue = interaction.client.affairs, tongue_of(interaction)
    person, *garments = await affairs.inputs(job)
    named = [
        ("person", person),
        *(("garment", one) for one in garments),
        ("picture", await affairs.picture(job)),
    ]
    files = [
        discord.File(io.BytesIO(data), filename=f"{number}-{name}{_ending(data)}")
        for number, (name, data) in enumerate(named, start=1)
    ]
    text = tongue.say("Your photo, the garment, and the picture that was made by AI.")
    await interaction.followup.send(text, files=files, ephemeral=True)


async def original_size(interaction: Interaction, job_id: int) -> None:
    """The file as it was made."""
    job = await _own(interaction, job_id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    picture = await interaction.client.affairs.picture(job)
    tongue = tongue_of(interaction)
    file = discord.File(io.BytesIO(picture), filename=f"giydir-{job.id}-original{_ending(picture)}")
    await interaction.followup.send(tongue.say("The file as it was made."), file=file, ephemeral=True)


async def delete(interaction: Interaction, job_id: int) -> None:
    """Message and picture go, for good."""
    await interaction.response.defer()
    client, person = interaction.client, person_of(interaction.user)
    job = await client.affairs.job(job_id)
    if job.asker.person == person:
        await client.affairs.delete_picture(person, job_id)
    else:
        await client.rights.check_over_owner(interaction, job)
        await client.moderating.remove_job(person, job_id)
        client.notices.wake()
    await interaction.delete_original_response()
    if interaction.message is not None and str(interaction.message.id) != job.request.address["message"]:
        # Pressed under a copy.
        await client.post.take_down(job)


async def save_garment(interaction: Interaction, job_id: int) -> None:
    """Into the owner's wardrobe; a form asks for its name."""
    from bot.discord.buttons.keepsakes import GarmentNameForm

    job = await _own(interaction, job_id)
    await interaction.client.affairs.check_inputs(job)
    await interaction.response.send_modal(GarmentNameForm(tongue_of(interaction), job))


async def report(interaction: Interaction, job_id: int) -> None:
    """Whoever sees a picture may report it; a form asks why."""
    from bot.discord.buttons.complaints import ReportForm

    await interaction.response.send_modal(ReportForm(tongue_of(interaction), job_id))


async def appeal(interaction: Interaction, job_id: int) -> None:
    """The owner of a removed picture objects; a form asks why."""
    from bot.discord.buttons.complaints import AppealForm

    await interaction.client.complaints.check_appeal(person_of(interaction.user), job_id)
    await interaction.response.send_modal(AppealForm(tongue_of(interaction), job_id))


async def _own(interaction: Interaction, job_id: int) -> Job:
    return await interaction.client.affairs.own_job(person_of(interaction.user), job_id)


async def _once_more(interaction: Interaction, job: Job, wanted: Change) -> None:
    client = interaction.client
    private = bool(job.request.address.get("private"))
    address = await acknowledge(interaction, private=private)
    await client.affairs.check_inputs(job)
    await client.asking.once_more(asker_of(interaction), str(interaction.id), job.id, wanted, address.kept())
    client.delivery.wake()


def _ending(data: bytes) -> str:
    endings = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp", b"GIF8": ".gif"}
    return next((ending for start, ending in endings.items() if data.startswith(start)), ".bin")
