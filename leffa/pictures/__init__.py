"""Pictures in, pictures out: decoding, fitting, garments, tensors, and the way back."""

from leffa.pictures.background import remove_background
from leffa.pictures.colours import flatten
from leffa.pictures.decode import DEFAULT_LIMITS, Limits, decode
from leffa.pictures.fit import Fit, resize_and_center
from leffa.pictures.garment import preprocess_garment
from leffa.pictures.repaint import repaint
from leffa.pictures.transform import LeffaTransform, ModelInputs, to_pictures

__all__ = [
    "DEFAULT_LIMITS",
    "Fit",
    "LeffaTransform",
    "Limits",
    "ModelInputs",
    "decode",
    "flatten",
    "preprocess_garment",
    "remove_background",
    "repaint",
    "resize_and_center",
    "to_pictures",
]
