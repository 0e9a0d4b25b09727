"""The form for another go with other settings: a keyboard that edits itself. Each button carries the whole
form as it is once it is pressed, so a form lives on after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.asking import STEPS, Asking, Change, seed_of
from bot.core.member_texts import TYPE_NAMES
from bot.core.tongue import N_, Tongue
from bot.telegram.address import Address
from bot.telegram.making import settle
from tasks.records import GARMENT_TYPES, GarmentType, Job

if TYPE_CHECKING:
    from bot.telegram.turn import Turn

PATTERN = r"\d{1,18}:[0-2x][01][01]\d:\d{1,3}:\d{1,3}(:go)?"
_STEPS = (20, STEPS, 50)
# In tenths, as all of the form is of digits.
_GUIDANCE, _GUIDANCES = 25, (15, 25, 50)
_NAMES = {"viton_hd": "VITON-HD", "dress_code": "DressCode", "deep_fashion": "DeepFashion"}


@dataclass(frozen=True)
class Form:
    """`garment`: which of `GARMENT_TYPES`, in try-on. `model`: 0 for the garment type's usual one, else which
    of those that there are. `guidance` in tenths."""

    garment: int | None
    repaint: bool
    new_seed: bool
    model: int
    steps: int
    guidance: int

    @classmethod
    def of(cls, job: Job, models: tuple[str, ...]) -> Form:
        """As the picture was made, but for its seed."""
        request = job.request
        guidance = request.options.get("guidance_scale")
        return cls(
            garment=None if request.garment_type is None else GARMENT_TYPES.index(request.garment_type),
            repaint=bool(request.options.get("repaint")),
            new_seed=True,
            model=models.index(request.model) + 1 if request.model in models else 0,
            steps=request.steps,
            guidance=_GUIDANCE if not isinstance(guidance, int | float) else round(10 * guidance),
        )

    @classmethod
    def read(cls, choices: str, steps: str, guidance: str) -> Form:
        """What `written` gave, in its parts."""
        garment, repaint, new_seed, model = tuple(choices)
        return cls(
            garment=None if garment == "x" else int(garment),
            repaint=repaint == "1",
            new_seed=new_seed == "1",
            model=int(model),
            steps=int(steps),
            guidance=int(guidance),
        )

    def written(self) -> str:
        garment = "x" if self.garment is None else self.garment
        return f"{garment}{self.repaint:d}{self.new_seed:d}{self.model}:{self.steps}:{self.guidance}"

    @property
    def garment_type(self) -> GarmentType | None:
        return None if self.garment is None else GARMENT_TYPES[self.garment]


async def show(turn: Turn, job: Job) -> None:
    """In a message of its own."""
    await _check(turn, job)
    models = turn.client.asking.models(job.request.control)
    await turn.reply(*_shown(turn, job, Form.of(job, models)))


async def press(turn: Turn, job_id: str, choices: str, steps: str, guidance: str, go: str = "") -> None:
    """The form as it is now; `go`: make it. Then the form's message becomes the picture's, and however often
    it is pressed, it is one."""
    client = turn.client
    job = await client.affairs.job(int(job_id))
    await _check(turn, job)
    form = Form.read(choices, steps, guidance)
    if not go:
        await turn.rewrite(*_shown(turn, job, form))
        return
    own = turn.message.message_id
    turn.placeholder = own
    await turn.rewrite(turn.tongue.say("Looking at your photos ..."))
    address = Address(turn.chat.id, own, own, turn.tongue.language, shared=not turn.private)
    change = Change(
        seed=None if form.new_seed else seed_of(job),
        garment_type=form.garment_type,
        repaint=form.repaint,
        guidance_scale=form.guidance / 10,
        steps=form.steps,
        model=_model(client.asking, job, form),
    )
    request_id = f"form:{turn.chat.id}:{own}"
    await settle(turn, await client.asking.once_more(turn.asker, request_id, job.id, change, address.kept()))


async def _check(turn: Turn, job: Job) -> None:
    await turn.client.affairs.own_job(turn.person, job.id)
    await turn.client.affairs.check_inputs(job)


def _model(asking: Asking, job: Job, form: Form) -> str | None:
    """The chosen one, or the usual one; `None` where there is nothing to choose."""
    control = job.request.control
    models = asking.models(control)
    if len(models) < 2:
        return None
    return (
        models[form.model - 1]
        if 0 < form.model <= len(models)
        else asking.usual_model(control, form.garment_type)
    )


def _shown(turn: Turn, job: Job, form: Form) -> tuple[str, InlineKeyboardMarkup]:
    tongue, asking = turn.tongue, turn.client.asking
    models = asking.models(job.request.control)
    if (model := _model(asking, job, form)) is not None:
        form = replace(form, model=models.index(model) + 1)
    rows = [[_button(job, form, label, after) for label, after in row] for row in _rows(tongue, form, models)]
    go = InlineKeyboardButton(tongue.say("Make it"), callback_data=f"s:{job.id}:{form.written()}:go")
    hints = {
        N_("Repaint"): N_("Keeps your photo outside the garment exactly as it is."),
        N_("Guidance"): N_("How closely the garment is followed; 2.5 is best for most."),
    }
    lines = [f"{tongue.say(name)}: {tongue.say(hint)}" for name, hint in hints.items()]
    title = f"**{tongue.say('Once more, with settings')}** ({job.id})"
    return "\n".join([title, *lines]), InlineKeyboardMarkup([*rows, [go]])


def _rows(tongue: Tongue, form: Form, models: tuple[str, ...]) -> Iterator[list[tuple[str, Form]]]:
    """What each button says, and what the form is after it."""
    if form.garment is not None:
        # Another kind of garment may need another model.
        yield [
            (
                tongue.say(TYPE_NAMES[kind]),
                form if number == form.garment else replace(form, garment=number, model=0),
            )
            for number, kind in enumerate(GARMENT_TYPES)
        ]
    yield [
        (f"{tongue.say('Repaint')}: {tongue.say(word)}", replace(form, repaint=on))
        for word, on in ((N_("On"), True), (N_("Off"), False))
    ]
    yield [
        (f"{steps} · {tongue.say('Steps')}", replace(form, steps=steps))
        for steps in sorted({*_STEPS, form.steps})
    ]
    yield [
        (f"{guidance / 10:g} · {tongue.say('Guidance')}", replace(form, guidance=guidance))
        for guidance in sorted({*_GUIDANCES, form.guidance})
    ]
    yield [
        (tongue.say("Another seed"), replace(form, new_seed=True)),
        (tongue.say("The same seed"), replace(form, new_seed=False)),
    ]
    if len(models) > 1:
        yield [(_NAMES[name], replace(form, model=number)) for number, name in enumerate(models, 1)]


def _button(job: Job, form: Form, label: str, after: Form) -> InlineKeyboardButton:
    label = f"✓ {label}" if after == form else label
    return InlineKeyboardButton(label, callback_data=f"s:{job.id}:{after.written()}")
