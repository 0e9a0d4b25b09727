"""A member asks for a picture: photos into the store, the request to the desk."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.crossing import aside
from bot.core.errors import SeedInvalid
from bot.core.intake import open_screen
from config.settings import Settings
from tasks import metrics
from tasks.desk import Desk
from tasks.errors import (
    ConsentMissing,
    ModelUnavailable,
    Moment,
    NotOwner,
    OptionInvalid,
    Refused,
    WrongState,
)
from tasks.logs import get_logger
from tasks.records import GARMENT_TYPES, Asker, Control, GarmentType, Job, Person, Request, Scalar, Submitted
from tasks.screening.pixels import check_size
from tasks.store.store import Store

log = get_logger()

MAX_SEED = 2**31 - 1
STEPS = 30  # of a picture, where nobody said else
# Which published model makes what; the mini model is one for all.
_MODELS: dict[GarmentType, str] = {
    "upper_body": "viton_hd",
    "lower_body": "dress_code",
    "dresses": "dress_code",
}
_POSE_MODEL = "deep_fashion"
_MINI = "mini"
# In a job's address, where the desk does not look: of the garment that is to follow, and the job before.
_SECOND_TYPE, _ROLES = "second_type", "roles"
_FIRST = "first_job"


@dataclass(frozen=True)
class Second:
    """Another garment, put on after the first: an outfit is two jobs, and two pictures of the quota."""

    photo: bytes = field(repr=False)
    garment_type: GarmentType


@dataclass(frozen=True)
class Wish:
    """One picture that is wished for. `source` is repainted, `reference` gives the look: the garment in
    try-on; in pose transfer the person, and `source` whoever shows the pose. Both are files as they came.
    `steps` and `model` are the usual ones where they are `None`. `mask`: the member's own, a picture that is
    white where to repaint. `look`: only find the mask, free; the garment is not looked at.
    """

    control: Control
    source: bytes = field(repr=False)
    reference: bytes = field(repr=False)
    garment_type: GarmentType | None = None
    options: Mapping[str, Scalar] = field(default_factory=dict)
    parent_id: int | None = None
    second: Second | None = None
    steps: int | None = None
    model: str | None = None
    mask: bytes | None = field(default=None, repr=False)
    look: bool = False


@dataclass(frozen=True)
class Change:
    """What is to be different when a picture is made once more; `None` keeps it. The seed is always new."""

    seed: int | None = None
    garment_type: GarmentType | None = None
    repaint: bool | None = None
    guidance_scale: float | None = None
    steps: int | None = None
    model: str | None = None


class Asking:
    """What front ends call, from the event loop."""

    def __init__(self, desk: Desk, store: Store, settings: Settings) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._screen = open_screen(settings, desk)

    async def consented(self, person: Person) -> bool:
        """Whether they agreed to the terms in force. Without that, none of their photos is taken in."""
        return await aside(self._consented, person)

    async def ask(
        self, asker: Asker, request_id: str, wish: Wish, address: Mapping[str, Scalar]
    ) -> Submitted:
        """Ask for it. `request_id` is the platform's id of the event, `address` where the answer goes.

        Raises `PictureUnreadable` and the like, `Blocked`, a `Refused` of the desk, `StoreUnavailable`,
        `SeedInvalid`, `ModelUnavailable`.
        """
        return await aside(self._ask, asker, request_id, wish, address)

    async def once_more(
        self, asker: Asker, request_id: str, job_id: int, change: Change, address: Mapping[str, Scalar]
    ) -> Submitted:
        """The same picture with something different. Raises what `ask` does, and `UnknownJob`, `NotOwner`,
        and `PictureMissing` where the photos are not kept any longer."""
        return await aside(self._once_more, asker, request_id, job_id, change, address)

    async def swapped(
        self,
        asker: Asker,
        request_id: str,
        job_id: int,
        order: Sequence[int],
        address: Mapping[str, Scalar],
    ) -> Submitted:
        """The same with its photos changed over, since they were taken for each other. `order`: of the
        photos as they are (source, reference, and an outfit's second garment), which one comes where. A job
        that has not ended is cancelled for it. Raises what `once_more` does."""
        return await aside(self._swapped, asker, request_id, job_id, order, address)

    async def put_on_second(self, job: Job) -> Submitted:
        """The outfit's second garment, on the picture with the first; the same again is the same job.

        Raises a `Refused` of the desk, `PictureMissing` and the like.
        """
        return await aside(self._put_on_second, job)

    def _consented(self, person: Person) -> bool:
        return consented(self._desk, self._settings, person)

    def _ask(self, asker: Asker, request_id: str, wish: Wish, address: Mapping[str, Scalar]) -> Submitted:
        if not self._consented(asker.person):
            raise ConsentMissing("no consent yet: no photo is taken in")
        second = wish.second
        worn: Moment = "garment" if wish.control is Control.TRYON else "person"
        self._screen.check(wish.source, "person", asker.place)
        self._screen.check(wish.reference, worn, asker.place)
        if second is not None:
            self._check_there(self.usual_model(Control.TRYON, second.garment_type))
            self._screen.check(second.photo, "garment", asker.place)
        if wish.mask is not None:
            check_size(wish.mask)
        model = self._chosen_model(wish)
        self._check_there(model)
        options = {**wish.options, "seed": _seed(wish.options.get("seed"))}
        owner = self._desk.account(asker.person)
        later_key = None
        if second is not None:
            later_key = self._store.put(owner, second.photo)
            address = {
                **address,
                _SECOND_TYPE: second.garment_type,
                _ROLES: " ".join(asker.roles),
            }
        request = Request(
            request_id=request_id,
            control=wish.control,
            model=model,
            source_key=self._store.put(owner, wish.source),
            reference_key=self._store.put(owner, wish.reference),
            garment_type=wish.garment_type,
            steps=STEPS if wish.steps is None else wish.steps,
            options=options,
            address=address,
            parent_id=wish.parent_id,
            mask_key=None if wish.mask is None else self._store.put(owner, wish.mask),
            look=wish.look,
            later_key=later_key,
        )
        return self._submit(asker, request)

    def _submit(self, asker: Asker, request: Request) -> Submitted:
        try:
            return self._desk.submit(asker, request)
        except Refused as refused:
            metrics.refused(refused.code)
            raise

    def _once_more(
        self,
        asker: Asker,
        request_id: str,
        job_id: int,
        change: Change,
        address: Mapping[str, Scalar],
    ) -> Submitted:
        wish = self._wish_again(asker, self._desk.job(job_id))
        return self._ask(asker, request_id, _changed(wish, change), address)

    def _swapped(
        self,
        asker: Asker,
        request_id: str,
        job_id: int,
        order: Sequence[int],
        address: Mapping[str, Scalar],
    ) -> Submitted:
        job = self._desk.job(job_id)
        wish = self._wish_again(asker, job)
        photos = [wish.source, wish.reference]
        if job.request.later_key is not None:
            photos.append(self._store.get(self._desk.account(asker.person), job.request.later_key))
        photos = [photos[number] for number in order]
        if job.ended_at is None:
            try:
                self._desk.cancel(job_id, asker.person)
            except WrongState:
                log.info("ended_meanwhile", job=job_id)
        second = None if len(photos) < 3 else Second(photos[2], second_type(job))
        wish = replace(wish, source=photos[0], reference=photos[1], second=second)
        return self._ask(asker, request_id, wish, address)

    def _wish_again(self, asker: Asker, job: Job) -> Wish:
        if job.asker.person != asker.person:
            raise NotOwner("the picture is somebody else's")
        owner = self._desk.account(asker.person)
        before = job.request
        # Put again, so that they stay from now on: what is old may be deleted at any moment.
        return Wish(
            control=before.control,
            source=self._store.get(owner, before.source_key),
            reference=self._store.get(owner, before.reference_key),
            garment_type=before.garment_type,
            options=before.options,
            parent_id=job.id,
            steps=before.steps,
            model=before.model,
        )

    def _put_on_second(self, job: Job) -> Submitted:
        address, first = dict(job.request.address), job.request
        garment_type = second_type(job)
        del address[_SECOND_TYPE]
        roles = tuple(str(address.pop(_ROLES)).split())
        owner = self._desk.account(job.asker.person)
        assert job.result_key is not None
        assert first.later_key is not None
        # Put again, so that they stay from now on: what is old may be deleted at any moment.
        request = Request(
            request_id=f"{first.request_id}:2",
            control=Control.TRYON,
            model=self.usual_model(Control.TRYON, garment_type),
            source_key=self._store.put(owner, self._store.get(owner, job.result_key)),
            reference_key=self._store.put(owner, self._store.get(owner, first.later_key)),
            garment_type=garment_type,
            steps=first.steps,
            options=first.options,
            address={**address, _FIRST: job.id},
            parent_id=job.id,
        )
        return self._submit(replace(job.asker, roles=roles), request)

    def models(self, control: Control) -> tuple[str, ...]:
        """The models that there are for it; the mini model for try-on is one for all garments."""
        if control is Control.POSE:
            return (_POSE_MODEL,)
        return ("viton_hd",) if self._settings.weights == _MINI else tuple(dict.fromkeys(_MODELS.values()))

    async def lacks(self, control: Control) -> bool:
        """Whether workers are there, and none has a model for it."""
        there = await aside(self._desk.models_there)
        return there is not None and there.isdisjoint(self.models(control))

    def _check_there(self, model: str) -> None:
        there = self._desk.models_there()
        if there is not None and model not in there:
            raise ModelUnavailable(f"no worker has the weights of {model}")

    def _chosen_model(self, wish: Wish) -> str:
        usual = self.usual_model(wish.control, wish.garment_type)
        if wish.model is None or wish.model == usual:
            return usual
        if wish.model not in self.models(wish.control):
            raise OptionInvalid("no such model makes this kind of picture")
        return wish.model

    def usual_model(self, control: Control, garment_type: GarmentType | None) -> str:
        """Where nobody says which. Raises `OptionInvalid` for try-on without a garment type."""
        if control is Control.POSE:
            return _POSE_MODEL
        if garment_type is None:
            raise OptionInvalid("try-on needs a garment type")
        return "viton_hd" if self._settings.weights == _MINI else _MODELS[garment_type]


def has_second(job: Job) -> bool:
    """Whether another garment is to be put on when this job has its picture."""
    return job.request.later_key is not None


def first_of(job: Job) -> int | None:
    """Of the second garment's job: the job of the first."""
    first = job.request.address.get(_FIRST)
    return first if isinstance(first, int) else None


def second_type(job: Job) -> GarmentType:
    return next(name for name in GARMENT_TYPES if name == job.request.address[_SECOND_TYPE])


def seed_of(job: Job) -> int | None:
    """The seed that a job was made with."""
    seed = job.request.options.get("seed")
    return seed if isinstance(seed, int) else None


def consented(desk: Desk, settings: Settings, person: Person) -> bool:
    """Whether they agreed to the terms in force; asks the database."""
    return desk.has_consented(person, settings.consent_version)


def _changed(wish: Wish, change: Change) -> Wish:
    options = {**wish.options, "seed": change.seed}
    if change.repaint is not None:
        options["repaint"] = change.repaint
    if change.guidance_scale is not None:
        options["guidance_scale"] = change.guidance_scale
    wish = replace(wish, options=options, steps=wish.steps if change.steps is None else change.steps)
    kind = change.garment_type
    if kind is not None and kind != wish.garment_type and wish.control is not Control.POSE:
        # Another kind of garment may need another model.
        wish = replace(wish, garment_type=kind, model=None)
    return wish if change.model is None else replace(wish, model=change.model)


def _seed(asked: Scalar) -> int:
    """The one asked for, or any: it is always set, so that a picture can be made again."""
    if asked is None:
        return secrets.randbelow(MAX_SEED + 1)
    if type(asked) is not int or not 0 <= asked <= MAX_SEED:
        raise SeedInvalid(f"the seed must be 0 to {MAX_SEED}")
    return asked
