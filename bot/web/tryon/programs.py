"""The same for programs: named endpoints for `gradio_client`, with the same consent, quota, screens and
errors.

A program is a visitor: the client keeps the cookie that it is given with the first answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from gradio.events import api

from bot.core.crossing import aside
from bot.core.member_texts import appealed_text
from bot.core.notices import notice_text
from bot.core.progress import News
from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon.choices import Choices, changed, usual
from bot.web.tryon.making import Made, Maker
from bot.web.tryon.terms import terms_items
from bot.web.tryon.values import file_value, path_of
from tasks.errors import ConsentMissing, DeskError
from tasks.records import Control, Job

_MANY = 500  # calls that may wait for their pictures at once
_MOST = 100  # jobs of a list


def add_endpoints(house: House, tongue: Tongue) -> None:
    """Within a `gr.Blocks`: `/terms`, `/agree`, `/tryon`, `/pose`, `/mask`, `/jobs`, `/picture`, `/cancel`,
    `/quota`, `/notices`, `/object`."""
    programs = _Programs(house, tongue)
    for plain in (
        programs.terms,
        programs.agree,
        programs.jobs,
        programs.cancel,
        programs.quota,
        programs.notices,
        programs.object,
    ):
        api(plain, api_name=plain.__name__)
    # Files go through components, which nobody sees.
    with gr.Column(visible=False):
        for control in Control:
            _add_making(programs, control, usual(control, house.settings.weights))
        person, kind, found = gr.Image(type="filepath"), gr.Textbox("upper_body"), gr.Image(type="filepath")
        gr.Button().click(
            programs.mask,
            [person, kind],
            [found],
            api_name="mask",
            preprocess=False,
            postprocess=False,
            concurrency_limit=_MANY,
        )
        picture, number = gr.Image(type="filepath"), gr.Number(precision=0)
        gr.Button().click(
            programs.picture, [number], [picture], api_name="picture", preprocess=False, postprocess=False
        )


def _add_making(programs: _Programs, control: Control, base: Choices) -> None:
    tryon = control is Control.TRYON
    fields: list[Any] = [gr.Image(type="filepath", label="person")]
    fields.append(gr.Image(type="filepath", label="garment" if tryon else "target"))
    if tryon:
        fields.append(gr.Textbox(base.garment_type, label="garment_type"))
    fields += [
        gr.Textbox("", label="model"),
        gr.Number(base.steps, precision=0, label="steps"),
        gr.Number(base.guidance_scale, label="guidance_scale"),
        gr.Number(-1, precision=0, label="seed"),
        gr.Checkbox(base.ref_acceleration, label="ref_acceleration"),
    ]
    if tryon:
        fields += [
            gr.Checkbox(base.repaint, label="repaint"),
            gr.Checkbox(base.preprocess_garment, label="preprocess_garment"),
            gr.Image(None, type="filepath", label="mask"),
        ]
    gr.Button().click(
        programs.tryon if tryon else programs.pose,
        fields,
        [gr.Image(type="filepath"), gr.JSON()],
        api_name=control.value,
        preprocess=False,
        postprocess=False,
        concurrency_limit=_MANY,
    )


class _Programs:
    """Errors are sentences with their codes in brackets: `... [quota_exceeded]`."""

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)

    async def terms(self, request: gr.Request) -> dict[str, Any]:
        """What is agreed to before the first picture, and whether you have: version, items, agreed."""
        settings = self._house.settings
        agreed = await self._house.asking.consented(self._maker.visitor(request).person)
        items = terms_items(self._tongue, settings)
        return {"version": settings.consent_version, "items": items, "agreed": agreed}

    async def agree(self, version: str, request: gr.Request) -> bool:
        """Agree to the terms of this version, which must be the one in force."""
        if version != self._house.settings.consent_version:
            raise self._error(ConsentMissing("another version is in force"))
        await self._house.affairs.agree(self._maker.visitor(request).person)
        return True

    async def quota(self, request: gr.Request) -> dict[str, Any]:
        """How many pictures are left: left, limit, used, resets_at."""
        quota = await self._house.affairs.quota(self._maker.visitor(request).asker)
        resets_at = None if quota.resets_at is None else quota.resets_at.isoformat()
        return {"left": quota.left, "limit": quota.limit, "used": quota.used, "resets_at": resets_at}

    async def jobs(self, limit: int, request: gr.Request) -> list[dict[str, Any]]:
        """Your newest pictures, at most 100: job, state, step, steps, error."""
        most = max(1, min(limit, _MOST))
        found = await self._house.affairs.history(self._maker.visitor(request).person, most)
        return [_told(job) for job in found]

    async def cancel(self, job: int, request: gr.Request) -> dict[str, Any]:
        """Cancel a job of your own; it costs nothing."""
        try:
            return _told(await self._house.affairs.cancel(self._maker.visitor(request).person, job))
        except DeskError as error:
            raise self._error(error) from None

    async def notices(self, read: bool, request: gr.Request) -> list[dict[str, Any]]:
        """What moderators decided about your pictures: job, verdict, may_object, text. With `read` you are
        not told of these again."""
        person = self._maker.visitor(request).person
        found = await self._house.letters.unread(person)
        if read:
            await self._house.letters.read(person, [one.id for one in found])
        return [
            {
                "job": one.job.id,
                "verdict": one.verdict.value,
                "may_object": one.may_appeal,
                "text": notice_text(self._tongue, one.verdict, one.job.id, may_appeal=one.may_appeal),
            }
            for one in found
        ]

    async def object(self, job: int, words: str, request: gr.Request) -> str:
        """Say in 1 to 300 characters, once, why moderators should not have removed a picture of yours."""
        try:
            await self._house.complaints.appeal(self._maker.visitor(request).person, job, words)
        except DeskError as error:
            raise self._error(error) from None
        return appealed_text(self._tongue)

    async def picture(self, job: Any, request: gr.Request) -> Any:
        """A finished picture of your own."""
        try:
            found = await self._house.affairs.own_job(self._maker.visitor(request).person, int(job or 0))
        except DeskError as error:
            raise self._error(error) from None
        made = await self._maker.made(found)
        if made.path is None:
            raise gr.Error(made.text, print_exception=False)
        return file_value(made.path)

    async def tryon(
        self,
        request: gr.Request,
        person: Any,
        garment: Any,
        garment_type: str = "upper_body",
        model: str = "",
        steps: int = 30,
        guidance_scale: float = 2.5,
        seed: int = -1,
        ref_acceleration: bool = False,
        repaint: bool = False,
        preprocess_garment: bool = False,
        mask: Any = None,
    ) -> AsyncIterator[Any]:
        """See `person` in `garment`; a seed below 0 is any; `mask` is white where to repaint. How it gets on,
        and at last the picture."""
        said = {
            "garment_type": garment_type,
            "model": model,
            "steps": steps,
            "guidance_scale": guidance_scale,
            "seed": seed,
            "ref_acceleration": ref_acceleration,
            "repaint": repaint,
            "preprocess_garment": preprocess_garment,
        }
        async for told in self._make(request, Control.TRYON, said, person, garment, mask):
            yield told

    async def pose(
        self,
        request: gr.Request,
        person: Any,
        target: Any,
        model: str = "",
        steps: int = 30,
        guidance_scale: float = 2.5,
        seed: int = -1,
        ref_acceleration: bool = False,
    ) -> AsyncIterator[Any]:
        """See `person` in the pose of `target`; as `tryon`."""
        said = {
            "model": model,
            "steps": steps,
            "guidance_scale": guidance_scale,
            "seed": seed,
            "ref_acceleration": ref_acceleration,
        }
        async for told in self._make(request, Control.POSE, said, target, person):
            yield told

    async def mask(
        self, request: gr.Request, person: Any, garment_type: str = "upper_body"
    ) -> AsyncIterator[Any]:
        """What would be repainted of `person`: white on black, of the photo's size; free."""
        base = usual(Control.TRYON, self._house.settings.weights)
        try:
            visitor = self._maker.visitor(request)
            choices = changed(base, {"garment_type": garment_type})
            job = await self._maker.look(visitor, choices, path_of(person))
        except DeskError as error:
            raise self._error(error) from None
        async for news in self._maker.follow(job):
            if not isinstance(news, Made):
                continue
            if news.picture is None:
                raise gr.Error(f"{news.text} [{news.job.error_code}]", print_exception=False)
            path = await aside(self._house.shelf.put, visitor.person, news.picture, "mask")
            yield file_value(path)

    async def _make(
        self,
        request: gr.Request,
        control: Control,
        said: dict[str, Any],
        source: Any,
        reference: Any,
        mask: Any = None,
    ) -> AsyncIterator[Any]:
        base = usual(control, self._house.settings.weights)
        if isinstance(said["seed"], int | float) and said["seed"] < 0:
            said["seed"] = None
        try:
            choices = changed(base, {name: value for name, value in said.items() if value != ""})
            visitor, drawn = self._maker.visitor(request), None
            if (path := path_of(mask)) is not None:
                drawn = await aside(self._house.shelf.read, visitor.person, path)
            job = await self._maker.ask(visitor, choices, path_of(source), path_of(reference), drawn)
        except DeskError as error:
            raise self._error(error) from None
        async for news in self._maker.follow(job):
            if isinstance(news, Made):
                if news.path is None:
                    raise gr.Error(
                        f"{news.text} [{news.job.error_code or news.job.state}]", print_exception=False
                    )
                yield file_value(news.path), {**_told(news.job), "text": news.text}
            else:
                yield None, await self._getting_on(job.id, news)

    async def _getting_on(self, job_id: int, news: News) -> dict[str, Any]:
        told = _told(await aside(self._house.desk.job, job_id))
        ready_at = None if news.ready_at is None else news.ready_at.isoformat()
        return {**told, "step": news.step, "position": news.position, "ready_at": ready_at}

    def _error(self, error: DeskError) -> gr.Error:
        return gr.Error(f"{self._maker.refusal(error)} [{error.code}]", print_exception=False)


def _told(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "state": job.state.value,
        "step": job.step,
        "steps": job.request.steps,
        "seed": job.request.options.get("seed"),
        "error": job.error_code,
    }
