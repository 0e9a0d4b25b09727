"""An engine around another one: it shows nothing that was not screened, and gives nothing away unsigned."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from config.settings import Settings
from tasks import metrics
from tasks.desk import Desk
from tasks.errors import (
    MOMENTS,
    Blocked,
    BlockedByClassifier,
    BlockedByList,
    CertificateInvalid,
    ClassifierUnusable,
    DeskError,
    Moment,
    PictureNotSigned,
    PictureTooLarge,
    PictureTooSmall,
    PictureUnreadable,
    SettingMissing,
)
from tasks.logs import get_logger
from tasks.provenance.notary import Made, Notary
from tasks.records import Control
from tasks.screening.classifier import Classifier, check_there
from tasks.screening.pixels import check_size
from tasks.screening.screen import Screen, screen_of
from tasks.worker.engine import LeffaEngine, model_and_terms
from tasks.worker.order import Engine, EngineFault, OnProgress, Order, OrderRefused, Progress

log = get_logger()

# After a preview was screened, none is for so many times as long: a slow classifier must not slow the work.
_REST = 10

# Which of a job's pictures the two photos of an order are.
_MOMENTS: Mapping[Control, tuple[Moment, Moment]] = {
    Control.TRYON: ("person", "garment"),
    Control.POSE: ("person", "person"),
}
JOB_CODES = frozenset(
    kind(moment).job_code for kind in (BlockedByList, BlockedByClassifier) for moment in MOMENTS
)


class Truthful:
    """Screens the photos, has the picture made, screens it, signs it. What is blocked ends the job, free."""

    def __init__(
        self,
        engine: Engine,
        make_screen: Callable[[], Screen],
        notary: Notary,
        describe: Callable[[str], tuple[str, str]],
    ) -> None:
        """make_screen: called once, but again after it failed. describe: a model's true name, and its terms;
        may raise `OrderRefused`."""
        self._engine = engine
        self._make_screen = make_screen
        self._notary = notary
        self._describe = describe
        self._screen: Screen | None = None

    @classmethod
    def open(cls, settings: Settings) -> Truthful:
        """Around Leffa, with the screens, the list and the certificate that the settings name."""
        metrics.know_codes(JOB_CODES)
        if settings.nsfw_weights is None:
            log.warning("no_classifier", reason="GIYDIR_NSFW_WEIGHTS is not set: nobody looks at pictures")
        desk = Desk.open(settings)

        def make_screen() -> Screen:
            folder = check_there(settings)
            classifier = None if folder is None else Classifier(folder, settings, desk)
            return screen_of(settings, desk, classifier)

        return cls(
            LeffaEngine(settings),
            make_screen,
            Notary.open(settings),
            lambda model: model_and_terms(settings.weights, model),
        )

    def warm(self) -> None:
        """Load the classifier, look at the certificate, then load the model."""
        with _as_the_shift_knows_it():
            self._ready_screen()
            self._notary.certificate()
        self._engine.warm()

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        """A picture that was screened, with its manifest."""
        on_progress(Progress(0, order.steps))
        model, terms = self._describe(order.model)
        with _as_the_shift_knows_it():
            screen = self._ready_screen()
            photos = (order.source, order.reference)
            for photo, moment in zip(photos, _MOMENTS[order.control], strict=True):
                screen.check(photo, moment, order.place)
            if order.mask is not None:
                # A drawing; its bytes are as little to be trusted as any.
                check_size(order.mask)
        picture = self._engine.make(order, _screened(on_progress, screen, order))
        if order.look:
            return picture  # A mask shows nobody.
        with _as_the_shift_knows_it():
            screen.check(picture, "result", order.place)
            return self._notary.sign(picture, made=Made(order.control.value, model, terms))

    def models(self) -> Sequence[str]:
        return self._engine.models()

    def memory(self) -> Mapping[str, int]:
        return self._engine.memory()

    def _ready_screen(self) -> Screen:
        if self._screen is None:
            self._screen = self._make_screen()
        return self._screen


def _screened(on_progress: OnProgress, screen: Screen, order: Order) -> OnProgress:
    """A preview is shown to people too, so it is screened as the result is, if it is asked for; one that is
    blocked, or cannot be screened, is left out. Only the result decides about the job: a preview may be
    misread."""
    not_before = 0.0

    def told(progress: Progress) -> None:
        show = progress.preview
        if show is None:
            on_progress(progress)
            return

        def show_screened() -> bytes | None:
            nonlocal not_before
            began = time.monotonic()
            if began < not_before or (preview := show()) is None:
                return None
            try:
                screen.check(preview, "result", order.place)
            except DeskError:
                return None
            finally:
                not_before = time.monotonic() + _REST * (time.monotonic() - began)
            return preview

        on_progress(replace(progress, preview=show_screened))

    return told


@contextmanager
def _as_the_shift_knows_it() -> Iterator[None]:
    try:
        yield
    except Blocked as blocked:
        raise OrderRefused(blocked.job_code, str(blocked)) from None
    except (PictureTooLarge, PictureTooSmall, PictureUnreadable) as error:
        raise OrderRefused(error.code, str(error)) from None
    except (CertificateInvalid, ClassifierUnusable, PictureNotSigned, SettingMissing) as error:
        raise EngineFault(error.code, str(error)) from error
