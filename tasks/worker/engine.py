"""The engine that makes real pictures: `leffa`, with its models kept loaded under a memory bound.

The only module of `tasks` that knows `leffa`, and it does so lazily: only the worker's child ever imports
PyTorch, since a process that has touched CUDA must not fork.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from tasks import metrics
from tasks.records import Control, Scalar
from tasks.worker.order import EngineFault, OnProgress, Order, OrderRefused, Progress

if TYPE_CHECKING:
    from PIL import Image

    from leffa.dressing import Options, Result
    from leffa.errors import LeffaError
    from leffa.pipeline import LeffaPipeline, OnStep, Step
    from leffa.preprocessing.preprocessor import Preprocessed, Preprocessor
    from leffa.presets import Preset

MINI = "mini"
_GB = 1_000_000_000
_PREVIEW_SIDE = 192  # pixels of a preview's longer side
# Options of an order and what each may be; the desk keeps them unread.
_OPTIONS: dict[str, tuple[type, ...]] = {
    "guidance_scale": (int, float),
    "ref_acceleration": (bool,),
    "repaint": (bool,),
    "preprocess_garment": (bool,),
    "mask_rule": (str,),
}
# Larger pictures would be files that no chat takes.
_LARGEST_PNG = 8_000_000  # bytes


class LeffaEngine:
    """Models are loaded when first asked for, and kept; the least used one goes where room is needed."""

    def __init__(self, settings: Settings) -> None:
        from leffa.errors import LeffaError

        metrics.know_codes(_codes_below(LeffaError))
        self._weights = settings.weights
        self._device_name = settings.device
        self._dtype_name = None if settings.dtype == "auto" else settings.dtype
        self._bound = int(settings.worker_memory_gb * _GB)
        self._pipes: OrderedDict[str, tuple[LeffaPipeline, Preset]] = OrderedDict()
        self._eyes: Preprocessor | None = None

    def warm(self) -> None:
        """Load try-on's first model."""
        try:
            with _typed_faults():
                self.load("viton_hd")
        except OrderRefused as refused:
            # Nobody asked: it is a setting that is wrong, such as the device.
            raise EngineFault(refused.code, str(refused)) from None

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        """A PNG, or where that is large, a JPEG, at the size of the photo."""
        from leffa.pictures import decode

        on_progress(Progress(0, order.steps))
        with _typed_faults():
            options = _options(order)
            source, reference = decode(order.source), decode(order.reference)
            mask = None if order.mask is None else _mask(order.mask, source)
            pipe, preset = self.load(order.model)
            seen = self._see(source, order, preset)
            on_progress(Progress(0, order.steps))
            if order.look:
                return _look(preset, source, seen, options)
            result = _paint(order, pipe, preset, source, reference, seen, options, _steps(on_progress), mask)
            if order.on_insight is not None:
                _give_insight(order.on_insight, pipe, result, seen)
            return _file(result)

    def models(self) -> Sequence[str]:
        from leffa.errors import WeightsError
        from leffa.presets import MINIS, PUBLISHED
        from leffa.weights import find_preset
        from leffa.weights.folder import find_files

        if self._weights == MINI:
            return sorted(MINIS)
        there = []
        for name, published in PUBLISHED.items():
            with suppress(WeightsError):
                find_files(Path(self._weights), find_preset(self._weights, published.model).model)
                there.append(name)
        return there

    def memory(self) -> Mapping[str, int]:
        from torch import cuda

        # Asked for from another thread, too.
        used = {"models": sum(_bytes(pipe) for pipe, _ in list(self._pipes.values()))}
        if cuda.is_initialized():  # type: ignore[no-untyped-call]
            used["gpu"] = cuda.memory_reserved()
        return used

    def _see(self, photo: Image.Image, order: Order, preset: Preset) -> Preprocessed:
        """Where the person is. Nothing that was seen of a face or a body outlives the job."""
        from leffa.seeing import make_preprocessor

        if self._eyes is None:
            self._eyes = make_preprocessor(self._weights, device=self._device())
        rule = order.options.get("mask_rule") or preset.mask_rule
        try:
            return self._eyes(
                photo,
                order.control.value,
                preset.model,
                order.garment_type or "upper_body",
                mask_rule=str(rule),
            )
        finally:
            self._eyes.forget()

    def load(self, model: str) -> tuple[LeffaPipeline, Preset]:
        """A model by its name (`viton_hd`, ...), from what is kept if it is there.

        Raises `OrderRefused` for one that is not, `LeffaError`s of its weights.
        """
        from leffa.cli.device import choose_dtype
        from leffa.pipeline import LeffaPipeline
        from leffa.presets import MINIS, PUBLISHED
        from leffa.weights import find_preset, load_model

        if model not in PUBLISHED:
            raise OrderRefused("model_unknown", "no model has this name")
        if model not in self._pipes:
            if self._weights == MINI and model not in MINIS:
                raise OrderRefused("model_unavailable", "there is no mini model of this name")
            preset = find_preset(self._weights, PUBLISHED[model].model)
            device = self._device()
            loaded = load_model(self._weights, preset, choose_dtype(self._dtype_name, device), device)
            self._pipes[model] = (LeffaPipeline(loaded), preset)
            self._make_room()
        self._pipes.move_to_end(model)
        return self._pipes[model]

    def _make_room(self) -> None:
        """The newest model stays, however large it is."""
        from torch import cuda

        while len(self._pipes) > 1 and self.memory()["models"] > self._bound:
            self._pipes.popitem(last=False)
            if cuda.is_initialized():  # type: ignore[no-untyped-call]
                cuda.empty_cache()

    def _device(self) -> Any:
        from leffa.cli.device import choose_device

        return choose_device(self._device_name)


def _codes_below(kind: type[LeffaError]) -> set[str]:
    return {kind.code}.union(*map(_codes_below, kind.__subclasses__()))


def model_and_terms(weights: str, model: str) -> tuple[str, str]:
    """What really makes an order's pictures, and on which terms it may be used; a few words each.

    Raises `OrderRefused` for a model that nobody knows.
    """
    from leffa.presets import PUBLISHED
    from leffa.weights.licences import licence_of

    if model not in PUBLISHED:
        raise OrderRefused("model_unknown", "no model has this name")
    if weights == MINI:
        return MINI, "MIT"
    return model, licence_of(PUBLISHED[model].model).name


def _paint(
    order: Order,
    pipe: LeffaPipeline,
    preset: Preset,
    source: Image.Image,
    reference: Image.Image,
    seen: Preprocessed,
    options: Options,
    on_step: OnStep,
    mask: Image.Image | None,
) -> Result:
    from leffa.dressing import transfer_pose, try_on

    if order.control is Control.POSE:
        # The reference is the person here, and the source the one whose pose is taken.
        return transfer_pose(pipe, preset, reference, source, seen.maps, options, on_step, seen_in=seen.frame)
    return try_on(pipe, preset, source, seen.maps, reference, options, on_step, seen_in=seen.frame, mask=mask)


def _mask(file: bytes, photo: Image.Image) -> Image.Image:
    """A drawn mask, of the photo's size: browsers draw on a smaller copy."""
    from PIL import Image

    from leffa.pictures import decode, flatten

    return flatten(decode(file)).convert("L").resize(photo.size, Image.Resampling.BILINEAR)


def _look(preset: Preset, photo: Image.Image, seen: Preprocessed, options: Options) -> bytes:
    """The mask that would be taken, as a PNG of the photo's size."""
    from leffa.dressing import find_mask

    file = io.BytesIO()
    find_mask(preset, photo.size, seen.maps, options, seen_in=seen.frame).save(file, "PNG")
    return file.getvalue()


def _give_insight(
    give: Callable[[str, bytes], None], pipe: LeffaPipeline, result: Result, seen: Preprocessed
) -> None:
    from leffa.insight import insight
    from leffa.marking import encode_marked

    for name, picture in insight(pipe.model, result, seen).items():
        give(name, encode_marked(picture, "PNG"))


def _options(order: Order) -> Options:
    from leffa.dressing import Options

    for name, value in order.options.items():
        if name not in _OPTIONS or not (value is None or _fits(value, _OPTIONS[name])):
            raise OrderRefused("option_invalid", "an option is unknown, or of the wrong kind")
    chosen: dict[str, Any] = {name: value for name, value in order.options.items() if value is not None}
    return Options(
        garment_type=order.garment_type or "upper_body",
        num_inference_steps=order.steps,
        seed=order.seed,
        **chosen,
    )


def _fits(value: Scalar, kinds: tuple[type, ...]) -> bool:
    return type(value) in kinds  # exactly: a bool is an int to isinstance


def _steps(on_progress: OnProgress) -> OnStep:
    def on_step(step: Step) -> None:
        show = step.preview
        preview = None if show is None else (lambda: _preview(show()[0]))
        on_progress(Progress(step.index + 1, step.total, preview))

    return on_step


def _preview(small: Image.Image) -> bytes:
    from PIL import Image

    scale = _PREVIEW_SIDE / max(small.size)
    size = (round(small.width * scale), round(small.height * scale))
    file = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=80)
    return file.getvalue()


def _file(result: Result) -> bytes:
    from leffa.marking import encode_marked

    comment = f"seed {result.seed}"
    png = encode_marked(result.image, "PNG", comment=comment)
    return png if len(png) <= _LARGEST_PNG else encode_marked(result.image, "JPEG", comment=comment)


def _bytes(pipe: LeffaPipeline) -> int:
    model = sum(value.numel() * value.element_size() for value in pipe.model.state_dict().values())
    return int(model) + pipe.reference_cache.used_bytes


@contextmanager
def _typed_faults() -> Iterator[None]:
    """What is wrong with the order, the member hears; what is wrong here is a matter of another attempt."""
    from torch import OutOfMemoryError, cuda

    from leffa.errors import LeffaError, MaskError, OptionInvalid, PersonError, PictureError

    try:
        yield
    except (PictureError, PersonError, MaskError, OptionInvalid) as error:
        raise OrderRefused(error.code, str(error)) from None
    except LeffaError as error:
        raise EngineFault(error.code, str(error)) from error
    except (OutOfMemoryError, MemoryError) as error:
        # Attempts to come find room again.
        cuda.empty_cache()
        raise EngineFault("out_of_memory", "no memory left for this picture") from error
