"""Stylised people with exact ground truth, drawn by seed: pictures we may show, train and test on."""

from leffa.synthetic.pairs import sample_garment, sample_pair, sample_person, sample_pose_pair
from leffa.synthetic.records import GARMENT_TYPES, SIZE, Pair, PosePair, RenderedGarment, RenderedPerson

__all__ = [
    "GARMENT_TYPES",
    "SIZE",
    "Pair",
    "PosePair",
    "RenderedGarment",
    "RenderedPerson",
    "sample_garment",
    "sample_pair",
    "sample_person",
    "sample_pose_pair",
]
