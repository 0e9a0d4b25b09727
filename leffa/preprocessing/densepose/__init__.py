"""DensePose R-CNN R50-FPN s1x: people in a photo, the part of the body at each pixel, and control pictures.

`predictor` is the whole way; `network` and `weights` the network and how the published file gets into it;
`boxes` and `detection` find people; `charts` and `pictures` turn what was found into label maps and pictures.
"""

from leffa.preprocessing.densepose.charts import PersonChart, whole
from leffa.preprocessing.densepose.pictures import mask_path_labels, predict_iuv, predict_seg
from leffa.preprocessing.densepose.predictor import DensePose, Detections
from leffa.preprocessing.densepose.weights import convert_state

__all__ = [
    "DensePose",
    "Detections",
    "PersonChart",
    "convert_state",
    "mask_path_labels",
    "predict_iuv",
    "predict_seg",
    "whole",
]
