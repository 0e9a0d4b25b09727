"""One kind of picture: its form, its buttons, and the card with its result."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from bot.core.crossing import aside
from bot.core.progress import News
from bot.core.tongue import N_, Tongue
from bot.web.house import House
from bot.web.samples import Sample, samples_for
from bot.web.tryon import card
from bot.web.tryon.choices import (
    LEAST_SCALE,
    MOST_SCALE,
    MOST_STEPS,
    Choices,
    changed,
    from_json,
    of_job,
    usual,
)
from bot.web.tryon.making import Made, Maker
from bot.web.tryon.masking import MaskBox
from bot.web.tryon.values import file_value, path_of
from tasks.errors import DeskError
from tasks.records import Control, Job

_HEIGHT = 340
_MANY = 500  # pictures that may be followed at once
# What is shown, in this order: card, result, caption's column, cancel button, job, settings.
Shown = tuple[Any, ...]


class Panel:
    """Built within a `gr.Blocks`."""

    def __init__(self, house: House, tongue: Tongue, control: Control) -> None:
        self._house = house
        self._tongue = tongue
        self.control = control
        self._maker = Maker(house, tongue)
        self._usual = usual(control, house.settings.weights)
        self._samples = samples_for(control)
        self._trays: list[tuple[Any, Any, list[Sample]]] = []
        self.job = gr.State(None)
        with gr.Row(equal_height=False):
            with gr.Column(scale=6, min_width=320):
                self._lack = gr.HTML("", visible=False, padding=False)
                self._photos()
                self._options()
                self._mask = MaskBox(house, tongue) if control is Control.TRYON else None
                with gr.Row():
                    self.go = gr.Button(
                        self._go_word(),
                        variant="primary",
                        elem_id=f"g-go-{control.value}",
                        scale=3,
                    )
                    self.stop = gr.Button(
                        tongue.say("Cancel"), visible=False, elem_id=f"g-stop-{control.value}", scale=1
                    )
            with gr.Column(scale=5, min_width=320, elem_classes="g-result"):
                self._result()
        self._wire()

    @property
    def fields(self) -> list[Any]:
        """The settings' components, as `Choices` has them after its `control`."""
        kind = [self.garment_type] if self.control is Control.TRYON else []
        more = [self.repaint, self.cut_out] if self.control is Control.TRYON else []
        numbers = [self.steps, self.scale, self.seed, self.any_seed]
        return [*kind, self.model, *numbers, self.acceleration, self.insight, *more]

    @property
    def photos(self) -> list[Any]:
        """Source and reference."""
        return [self.source, self.reference]

    @property
    def shown(self) -> list[Any]:
        insight = [self.insight_box, self.insight_pictures]
        return [self.card, self.slider, self.after, self.stop, self.job, self.settings, self.link, *insight]

    @property
    def means(self) -> list[Any]:
        """What says whether such pictures can be made."""
        return [self._lack, self.go]

    async def look_for_means(self) -> list[Any]:
        """For `means`: where workers are there, and none has the weights, the page says so."""
        lacks = await self._house.asking.lacks(self.control)
        told = card.refused(self._without_model()) if lacks else ""
        return [gr.update(value=told, visible=lacks), gr.update(interactive=not lacks)]

    def filled(self, choices: Choices) -> list[Any]:
        """What the fields hold for these settings."""
        tryon = self.control is Control.TRYON
        kind = [choices.garment_type] if tryon else []
        more = [choices.repaint, choices.preprocess_garment] if tryon else []
        seed = [0 if choices.seed is None else choices.seed, choices.seed is None]
        models = self._models()
        model = choices.model if choices.model in models else ""
        scale = choices.guidance_scale
        return [*kind, model, choices.steps, scale, *seed, choices.ref_acceleration, choices.insight, *more]

    def read(self, values: list[Any]) -> Choices:
        """The settings that the fields hold. Raises `OptionInvalid`, `SeedInvalid`."""
        rest = list(values)
        kind = rest.pop(0) if self.control is Control.TRYON else None
        model, steps, scale, seed, any_seed, acceleration, insight, *more = rest
        repaint, cut_out = more or (False, False)
        said = {
            "garment_type": kind,
            "model": model,
            "steps": steps,
            "guidance_scale": scale,
            "seed": None if any_seed else seed,
            "ref_acceleration": acceleration,
            "insight": insight,
            "repaint": repaint,
            "preprocess_garment": cut_out,
        }
        given = {name: value for name, value in said.items() if value not in (None, "")}
        return changed(Choices(self.control, self._usual.garment_type), given)

    async def resume(self, request: gr.Request) -> AsyncIterator[Shown]:
        """A page that is opened again shows what is in the making."""
        visitor = self._maker.visitor(request)
        jobs = await self._house.affairs.history(visitor.person, 10)
        going_on = [
            job
            for job in jobs
            if job.ended_at is None and job.request.control is self.control and not job.request.look
        ]
        if not going_on:
            yield (gr.skip(),) * len(self.shown)
            return
        async for shown in self._follow(going_on[-1], None):
            yield shown

    async def _make(self, request: gr.Request, *values: Any) -> AsyncIterator[Shown]:
        source, reference, *rest = values
        drawing, use = (rest.pop(), rest.pop()) if self._mask is not None else (None, False)
        yield self._while(card.checking(self._tongue), None)
        paths = path_of(source), path_of(reference)
        try:
            visitor = self._maker.visitor(request)
            mask = None
            if self._mask is not None and use:
                mask = await aside(self._mask.read, visitor, paths[0], drawing)
            job = await self._maker.ask(visitor, self.read(rest), *paths, mask)
        except DeskError as error:
            yield self._ended(card.refused(self._maker.refusal(error)), None)
            return
        before = paths[0] if self.control is Control.TRYON else paths[1]
        async for shown in self._follow(job, before):
            yield shown

    async def _look(self, request: gr.Request, source: Any, *fields: Any) -> AsyncIterator[Shown]:
        assert self._mask is not None
        try:
            visitor = self._maker.visitor(request)
            async for shown in self._mask.look(visitor, self.read(list(fields)), path_of(source)):
                yield shown
        except DeskError as error:
            yield card.refused(self._maker.refusal(error)), gr.skip(), gr.skip()

    async def _follow(self, job: Job, before: str | None) -> AsyncIterator[Shown]:
        async for news in self._maker.follow(job):
            if isinstance(news, News):
                yield self._while(card.working(self._tongue, news), job.id)
            else:
                yield await self._finished(news, before)

    def _while(self, text: str, job_id: int | None) -> Shown:
        hidden, skip = gr.update(visible=False), gr.skip()
        return text, skip, hidden, gr.update(visible=job_id is not None), job_id, skip, skip, hidden, skip

    def _ended(self, text: str, job_id: int | None) -> Shown:
        hidden, skip = gr.update(visible=False), gr.skip()
        return text, skip, hidden, hidden, job_id, skip, skip, hidden, skip

    async def _finished(self, made: Made, before: str | None) -> Shown:
        if made.path is None or made.picture is None:
            return self._ended(card.refused(made.text), None)
        text = card.finished(self._tongue, made.job, made.picture)
        after = file_value(made.path)
        both = [file_value(before) if before else after, after]
        choices = of_job(made.job)
        link = card.link(self._tongue, choices.link())
        shown, stop = gr.update(visible=True), gr.update(visible=False)
        insight = await self._insight(made.job)
        there = gr.update(visible=bool(insight))
        return text, both, shown, stop, made.job.id, choices.to_json(), link, there, insight

    async def _insight(self, job: Job) -> list[Any]:
        """The pictures of its making, with what they show."""
        say = self._tongue.say
        words = {"densepose": "DensePose", "flow": say("Attention"), "keypoints": say("Joints")}
        if self.control is Control.TRYON:
            # In pose transfer all is repainted.
            words["mask"] = say("Mask")
        found = []
        for name, word in words.items():
            if (key := job.pictures.get(name)) is not None:
                path = await aside(self._house.shelf.known, key, f"giydir-{job.id}-{name}")
                found.append({"image": file_value(path), "caption": word})
        return found

    def _in_words(self, of_tryon: str, of_pose: str) -> str:
        return self._tongue.say(of_tryon if self.control is Control.TRYON else of_pose)

    async def _cancel(self, job_id: Any, request: gr.Request) -> None:
        if not isinstance(job_id, int):
            return
        try:
            await self._house.affairs.cancel(self._maker.visitor(request).person, job_id)
        except DeskError as error:
            self._maker.warn(error)

    async def _apply(self, text: str, *now: Any) -> list[Any]:
        try:
            return self.filled(from_json(text, self.read(list(now))))
        except DeskError as error:
            self._maker.warn(error)
            return [gr.skip() for _ in self.fields]

    async def _note(self, request: gr.Request, photo: Any) -> None:
        if (path := path_of(photo)) is not None and request.session_hash is not None:
            self._house.forms.note(request.session_hash, self._maker.visitor(request).person, path)

    def _picker(self, samples: list[Sample]) -> Any:
        async def pick(index: int, request: gr.Request) -> Any:
            sample, kind = samples[index], samples[index].garment_type
            try:
                person = self._maker.visitor(request).person
                path = await aside(self._house.shelf.put, person, sample.path.read_bytes(), sample.name)
            except DeskError as error:
                self._maker.warn(error)
                return gr.skip() if kind is None else [gr.skip(), gr.skip()]
            return file_value(path) if kind is None else [file_value(path), kind]

        return pick

    def _photos(self) -> None:
        say = self._tongue.say
        # Whoever the picture is of comes first; what is source and reference is the model's affair.
        shown = [(0, say("Person")), (1, say("Garment"))]
        if self.control is Control.POSE:
            shown = [(1, say("Person")), (0, say("Pose"))]
        boxes = {}
        with gr.Row():
            for number, label in shown:
                with gr.Column(min_width=150):
                    boxes[number] = self._photo(label, number)
        self.source, self.reference = boxes[0], boxes[1]

    def _photo(self, label: str, number: int) -> gr.Image:
        say = self._tongue.say
        box = gr.Image(
            label=label,
            type="filepath",
            sources=["upload", "webcam", "clipboard"],
            height=_HEIGHT,
            buttons=[],
            elem_id=f"g-{self.control.value}-{number}",
            placeholder=say("Drop a photo here, or press to choose one"),
        )
        samples = self._samples[number]
        tray = gr.Dataset(
            label=say("Examples"),
            components=[gr.Image(visible=False, type="filepath")],
            samples=[[str(sample.path)] for sample in samples],
            type="index",
            elem_classes="g-samples",
        )
        self._trays.append((tray, box, samples))
        return box

    def _options(self) -> None:
        say, usual = self._tongue.say, self._usual
        if self.control is Control.TRYON:
            self.garment_type = gr.Radio(
                [
                    (say("Top"), "upper_body"),
                    (say("Trousers or skirt"), "lower_body"),
                    (say("Dress"), "dresses"),
                ],
                value=usual.garment_type,
                label=say("Kind of garment"),
            )
        with gr.Accordion(say("Advanced settings"), open=False, elem_id=f"g-more-{self.control.value}"):
            self.model = gr.Dropdown(
                [(say("What suits best"), ""), *((model, model) for model in self._models())],
                value="",
                label=say("Model"),
            )
            self.steps = gr.Slider(1, MOST_STEPS, usual.steps, step=1, label=say("Steps"))
            self.scale = gr.Slider(
                LEAST_SCALE, MOST_SCALE, usual.guidance_scale, step=0.1, label=say("Guidance scale")
            )
            with gr.Row():
                self.any_seed = gr.Checkbox(True, label=say("Any seed"), min_width=120)
                self.seed = gr.Number(0, precision=0, minimum=0, label=say("Seed"), visible=False)
            self.acceleration = gr.Checkbox(
                usual.ref_acceleration,
                label=say("Reference acceleration"),
                info=self._in_words(
                    N_("Look at the garment once instead of at every step: faster, a little less exact."),
                    N_("Look at the person once instead of at every step: faster, a little less exact."),
                ),
            )
            self.insight = gr.Checkbox(
                usual.insight,
                label=say("Show how it is made"),
                info=self._in_words(
                    N_("Mask, DensePose, joints and attention are kept beside the picture."),
                    N_("DensePose, joints and attention are kept beside the picture."),
                ),
            )
            if self.control is Control.TRYON:
                self.repaint = gr.Checkbox(
                    usual.repaint,
                    label=say("Repaint"),
                    info=say("Keep your photo outside the garment exactly as it is."),
                )
                self.cut_out = gr.Checkbox(
                    usual.preprocess_garment,
                    label=say("Cut the garment out"),
                    info=say("Centre it, without its background, before it is put on."),
                )

    def _result(self) -> None:
        say = self._tongue.say
        self.card = gr.HTML(card.idle(self._tongue), elem_id=f"g-card-{self.control.value}")
        with gr.Column(visible=False) as self.after:
            self.slider = gr.ImageSlider(
                label=say("Before and after"),
                type="filepath",
                interactive=False,
                buttons=["download", "fullscreen"],
                elem_id=f"g-result-{self.control.value}",
                max_height=640,
            )
        with gr.Accordion(say("How it was made"), open=True, visible=False) as self.insight_box:
            gr.Markdown(
                self._in_words(
                    N_(
                        "The mask is what is repainted. DensePose shows where which part of the body is,"
                        " attention which part of the garment goes where, in the same colours."
                    ),
                    N_(
                        "DensePose shows where which part of the body is, attention which part of the"
                        " person's photo goes where, in the same colours."
                    ),
                )
            )
            self.insight_pictures = gr.Gallery(
                show_label=False,
                columns=2,
                height="auto",
                object_fit="contain",
                type="filepath",
                interactive=False,
                buttons=["download", "fullscreen"],
                elem_id=f"g-insight-{self.control.value}",
            )
        with gr.Accordion(say("Settings as a link or JSON"), open=False):
            self.link = gr.HTML("")
            self.settings = gr.Code(
                self._usual.to_json(), language="json", label=say("Settings"), interactive=True, lines=6
            )
            self.apply = gr.Button(say("Use these settings"), size="sm")

    def _wire(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        raw: dict[str, Any] = {**quiet, "preprocess": False, "postprocess": False}
        for photo in self.photos:
            photo.change(self._note, [photo], None, **raw)
        for tray, box, samples in self._trays:
            kind = [] if samples[0].garment_type is None else [self.garment_type]
            tray.click(self._picker(samples), [tray], [box, *kind], postprocess=False, **quiet)
        self.any_seed.change(lambda chosen: gr.update(visible=not chosen), self.any_seed, self.seed, **quiet)
        mask = [] if self._mask is None else [self._mask.use, self._mask.editor]
        asked = [*self.photos, *self.fields, *mask]
        self.go.click(self._make, asked, self.shown, concurrency_limit=_MANY, **raw)
        if self._mask is not None:
            shown = [self._mask.card, self._mask.editor, self._mask.use]
            looked = [self.source, *self.fields]
            self._mask.find.click(self._look, looked, shown, concurrency_limit=_MANY, **raw)
            self.source.change(self._mask.without, None, shown, **raw)
        self.stop.click(self._cancel, [self.job], None, **quiet)
        self.apply.click(self._apply, [self.settings, *self.fields], self.fields, **raw)

    def _models(self) -> tuple[str, ...]:
        return self._house.asking.models(self.control)

    def _without_model(self) -> str:
        return self._tongue.say(
            "Nothing here can make such pictures yet: that needs weights that are not installed. Whoever runs"
            " this page can add them."
        )

    def _go_word(self) -> str:
        say = self._tongue.say
        return say("Try it on") if self.control is Control.TRYON else say("Change the pose")
