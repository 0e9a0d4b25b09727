"""Every error that `leffa` raises on purpose, as a small tree with stable codes.

A front end maps `error.code` to a sentence in the member's language; the text of the
exception is for the operator and the command line, one line, without a traceback.
A code never changes its meaning; a new case gets a new code.
"""

from __future__ import annotations

from typing import ClassVar


class LeffaError(Exception):
    """Root of the tree. `code` is stable, `str(error)` is one line for people."""

    code: ClassVar[str] = "leffa"


class PictureError(LeffaError):
    """A picture from outside cannot be used."""

    code = "picture"


class PictureUnreadable(PictureError):
    """The bytes are no picture in an accepted format, or are damaged."""

    code = "picture_unreadable"


class PictureTruncated(PictureError):
    """The picture ends before its last row."""

    code = "picture_truncated"


class PictureTooLarge(PictureError):
    """More bytes or pixels than accepted; found before anything is decoded."""

    code = "picture_too_large"


class PictureTooSmall(PictureError):
    """Too few pixels along one side to work on."""

    code = "picture_too_small"


class GarmentNotFound(PictureError):
    """No garment could be told from the background of the garment photo."""

    code = "garment_not_found"


class PersonError(LeffaError):
    """The photo is a picture, but not one of a person that can be worked on."""

    code = "person"


class PersonNotFound(PersonError):
    """Nobody was found in the photo."""

    code = "person_not_found"


class PersonTooSmall(PersonError):
    """The person takes up too few pixels."""

    code = "person_too_small"


class PhotoTooDark(PersonError):
    """The person can hardly be told from the dark."""

    code = "photo_too_dark"


class BackView(PersonError):
    """The person is seen from behind."""

    code = "back_view"


class MaskError(LeffaError):
    """No usable mask can be made from these label maps and keypoints."""

    code = "mask"


class MaskEmpty(MaskError):
    """The rule found nothing to repaint (no person, or no such garment in the frame)."""

    code = "mask_empty"


class MapsInvalid(LeffaError):
    """A person's label maps or keypoints have the wrong shape, type or range."""

    code = "maps_invalid"


class MapsMissing(LeffaError):
    """The file of label maps that was named is not there."""

    code = "maps_missing"


class OptionInvalid(LeffaError):
    """An argument is out of its range or contradicts another one."""

    code = "option_invalid"


class WeightsError(LeffaError):
    """A weights file or folder cannot be used."""

    code = "weights"


class WeightsMissing(WeightsError):
    """A file of the published layout is not there."""

    code = "weights_missing"


class WeightsUnsafe(WeightsError):
    """The file holds more than tensors; nothing of it was executed."""

    code = "weights_unsafe"


class WeightsUnreadable(WeightsError):
    """The file is damaged or of a format we do not read."""

    code = "weights_unreadable"


class WeightsMismatch(WeightsError):
    """Missing, unexpected or misshapen keys; the message names them."""

    code = "weights_mismatch"


class PackageMissing(LeffaError):
    """An optional Python package is not installed; the message says how to get it."""

    code = "package_missing"


class WeightsUnavailable(WeightsError):
    """The repository cannot be reached, or does not have what is asked of it."""

    code = "weights_unavailable"


class WeightsCorrupt(WeightsError):
    """The bytes are not the ones that were published or recorded."""

    code = "weights_corrupt"


class WeightsBusy(WeightsError):
    """Another process is changing this weights folder."""

    code = "weights_busy"


class DiskFull(WeightsError):
    """Not enough room for what is to be written; what is there was left alone."""

    code = "disk_full"


class LicenceNotAccepted(LeffaError):
    """Terms of use were not accepted yet; nothing was fetched."""

    code = "licence_not_accepted"


class Cancelled(LeffaError):
    """A step callback asked to stop; no picture was made."""

    code = "cancelled"


class DataError(LeffaError):
    """A data set's folder cannot be used."""

    code = "data"


class DataMissing(DataError):
    """A file of the data set's layout is not there; the message names it."""

    code = "data_missing"


class DataUnreadable(DataError):
    """A file of the data set is damaged or not what the layout says; the message names it."""

    code = "data_unreadable"


class ConfigInvalid(LeffaError):
    """A training's configuration has an unknown key or a value that cannot be; the message names it."""

    code = "config_invalid"


class RunError(LeffaError):
    """A training's run folder cannot be gone on with: of another configuration, or damaged."""

    code = "run"
