"""From two photos to one picture: what a member asks for, in terms of the pipeline.

`try_on` puts a garment on a person; `transfer_pose` puts a person into another one's pose. Both follow the
published demo's recipes (its framing, masks and control pictures) unless the preset says otherwise.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
from PIL import Image

from leffa.control import control_picture, drawn_pose_control
from leffa.errors import OptionInvalid
from leffa.framing import Frame
from leffa.maps import PersonMaps
from leffa.masks import WORK_SIZE as MASK_SIZE
from leffa.masks import mask_for, require_nonempty
from leffa.noise import seeded
from leffa.pictures import flatten, preprocess_garment
from leffa.pipeline import LeffaPipeline, OnStep
from leffa.presets import Preset, Rule

GARMENT_TYPES = ("upper_body", "lower_body", "dresses")
# Around a person, before the mask's rules look at it; a share of the longer side.
BODY_MARGIN = 0.06
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Options:
    """What a request may choose; None takes the preset's default, and a random seed.

    num_inference_steps: 1..999. guidance_scale: >= 0 (published demo: 0.1..5). seed: 0..2^63-1.
    repaint: keep every pixel of the photo outside the mask. preprocess_garment: cut the garment out, by
    its transparency or its background's colour, and centre it. mask_rule: see `leffa.masks`.
    """

    garment_type: str = "upper_body"
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    seed: int | None = None
    ref_acceleration: bool = False
    repaint: bool | None = None
    preprocess_garment: bool = False
    mask_rule: Rule | None = None


@dataclass(frozen=True)
class Inputs:
    """What the pipeline is given, all of the work size; `frame` is the part of the person it shows."""

    frame: Frame
    source: Image.Image
    reference: Image.Image
    mask: Image.Image
    densepose: Image.Image


@dataclass(frozen=True)
class Result:
    """The picture at the size of the photo, and everything on the way to it, of the work size.

    generated: what the model made; source, reference, mask (L), densepose: what it was given.
    """

    image: Image.Image
    generated: Image.Image
    source: Image.Image
    reference: Image.Image
    mask: Image.Image
    densepose: Image.Image
    seed: int


def try_on(
    pipe: LeffaPipeline,
    preset: Preset,
    person: Image.Image,
    maps: PersonMaps,
    garment: Image.Image,
    options: Options,
    on_step: OnStep | None = None,
    *,
    seen_in: Frame | None = None,
    mask: Image.Image | None = None,
) -> Result:
    """`person` wearing `garment`, at the person photo's own size.

    maps: of the person photo's size; or of the part of it that `seen_in` shows, at that frame's work size
    (`leffa.preprocess` gives both). mask: L, of the photo's size, white where to repaint, instead of the one
    that the rule finds (`find_mask`). Raises `OptionInvalid`, `MaskEmpty` (nothing to repaint),
    `GarmentNotFound` (with `preprocess_garment`), `Cancelled`.
    """
    person = flatten(person)
    shown = person if seen_in is None else seen_in.photo(person)
    if mask is not None and mask.size != person.size:
        raise OptionInvalid(f"the mask is of a {mask.size} photo, this one is {person.size}")
    own = mask if mask is None or seen_in is None else seen_in.mask(mask)
    inputs = prepare_try_on(preset, shown, maps, garment, options, own)
    generated, seed = _run(pipe, preset, inputs, options, on_step, keep=True)
    repaint = preset.repaint if options.repaint is None else options.repaint
    image = inputs.frame.put_back(shown, generated, inputs.mask, repaint=repaint)
    if seen_in is not None:
        on_shown = inputs.frame.mask_on_photo(inputs.mask, shown.size)
        image = seen_in.put_back(person, image, on_shown, repaint=repaint)
    return _result(inputs, generated, seed, image)


def find_mask(
    preset: Preset,
    photo_size: tuple[int, int],
    maps: PersonMaps,
    options: Options,
    *,
    seen_in: Frame | None = None,
) -> Image.Image:
    """The mask that `try_on` would take, L, 0 or 255, of the photo's size. Raises `MaskEmpty`."""
    frame, mask = _frame(preset, maps, options, None)
    on_photo = frame.mask_on_photo(mask, maps.size)
    if seen_in is not None:
        on_photo = seen_in.mask_on_photo(on_photo, photo_size)
    return _binary(on_photo)


def prepare_try_on(
    preset: Preset,
    person: Image.Image,
    maps: PersonMaps,
    garment: Image.Image,
    options: Options,
    mask: Image.Image | None = None,
) -> Inputs:
    """What the pipeline is given for `try_on`; same arguments and errors. mask: of the size of `person`."""
    if options.garment_type not in GARMENT_TYPES:
        raise OptionInvalid(f"garment type must be one of {', '.join(GARMENT_TYPES)}")
    if maps.size != person.size:
        raise OptionInvalid(f"the maps are of a {maps.size} photo, this one is {person.size}")
    frame, inside = _frame(preset, maps, options, mask)
    densepose = control_picture(frame.labels(maps.densepose), preset.model)
    cut_out = preprocess_garment(garment) if options.preprocess_garment else flatten(garment)
    return Inputs(frame, frame.photo(person), _fitted(preset, cut_out), inside, densepose)


def transfer_pose(
    pipe: LeffaPipeline,
    preset: Preset,
    person: Image.Image,
    target: Image.Image,
    target_maps: PersonMaps,
    options: Options,
    on_step: OnStep | None = None,
    *,
    seen_in: Frame | None = None,
) -> Result:
    """`person` in the pose of `target`, at the target photo's size; everything is repainted.

    target_maps: of the target photo's size; or of the part of it that `seen_in` shows, at that frame's work
    size: then the picture shows that part only. Raises `OptionInvalid`, `Cancelled`.
    """
    original = flatten(target)
    target = original if seen_in is None else seen_in.photo(original)
    if target_maps.size != target.size:
        raise OptionInvalid(f"the maps are of a {target_maps.size} photo, this one is {target.size}")
    frame = Frame.whole(target.size, preset.work_size, smooth=preset.smooth)
    mask = Image.new("L", preset.work_size, 255)
    parts, uv = frame.labels(target_maps.densepose), frame.labels(target_maps.densepose_uv)
    densepose = drawn_pose_control(parts) if preset.drawn else control_picture(parts, preset.model, uv)
    inputs = Inputs(frame, frame.photo(target), _fitted(preset, flatten(person)), mask, densepose)
    # The reference is a person here: nothing computed of it outlives the request.
    generated, seed = _run(pipe, preset, inputs, options, on_step, keep=False)
    image = frame.put_back(target, generated, mask, repaint=False)
    return _result(inputs, generated, seed, image if seen_in is None else seen_in.fit.restore(image))


def _frame(
    preset: Preset, maps: PersonMaps, options: Options, own: Image.Image | None
) -> tuple[Frame, Image.Image]:
    """Where to work, and the mask there: `own`, or the one that the rule finds.

    The rules draw with brushes of fixed widths at 384x512: published, on the whole photo. Where the preset
    works closely, they see the person instead, so that a wide photo does not make for fat masks.
    """
    if own is not None:
        return _frame_of(preset, _binary(own))
    rule = options.mask_rule or preset.mask_rule
    if preset.frame_margin is None:
        whole = Frame.whole(maps.size, preset.work_size, smooth=preset.smooth)
        mask = mask_for(whole.maps(maps), options.garment_type, preset.model, rule=rule)
        return whole, require_nonempty(mask)
    person = Image.fromarray(np.where(maps.atr > 0, np.uint8(255), np.uint8(0)))
    seen = Frame.around(person, MASK_SIZE, margin=BODY_MARGIN)
    mask = mask_for(seen.maps(maps), options.garment_type, preset.model, rule=rule)
    return _frame_of(preset, seen.mask_on_photo(mask, maps.size))


def _frame_of(preset: Preset, on_photo: Image.Image) -> tuple[Frame, Image.Image]:
    """Where to work for a mask of the photo's size, and the mask there."""
    if preset.frame_margin is None:
        frame = Frame.whole(on_photo.size, preset.work_size, smooth=preset.smooth)
    else:
        frame = Frame.around(on_photo, preset.work_size, margin=preset.frame_margin, smooth=preset.smooth)
    return frame, require_nonempty(frame.mask(on_photo))


def _binary(mask: Image.Image) -> Image.Image:
    return mask.convert("L").point(lambda value: 255 if value >= 128 else 0)


def _fitted(preset: Preset, picture: Image.Image) -> Image.Image:
    """A whole picture in the work frame, where the person photo may be framed more closely."""
    return Frame.whole(picture.size, preset.work_size, smooth=preset.smooth).photo(picture)


def _result(inputs: Inputs, generated: Image.Image, seed: int, image: Image.Image) -> Result:
    return Result(image, generated, inputs.source, inputs.reference, inputs.mask, inputs.densepose, seed)


def _run(
    pipe: LeffaPipeline,
    preset: Preset,
    inputs: Inputs,
    options: Options,
    on_step: OnStep | None,
    *,
    keep: bool,
) -> tuple[Image.Image, int]:
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    if not 0 <= seed <= MAX_SEED:
        raise OptionInvalid(f"seed must be 0..{MAX_SEED}, got {seed}")
    steps, scale = options.num_inference_steps, options.guidance_scale
    generated = pipe(
        inputs.source,
        inputs.reference,
        inputs.mask,
        inputs.densepose,
        num_inference_steps=preset.num_inference_steps if steps is None else steps,
        guidance_scale=preset.guidance_scale if scale is None else scale,
        ref_acceleration=options.ref_acceleration,
        generator=seeded([seed]),
        keep_reference=keep,
        on_step=on_step,
    )
    return generated, seed
