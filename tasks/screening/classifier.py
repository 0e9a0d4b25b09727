"""A classifier of pictures that says whether one is safe for everybody to see. In the worker only.

Its weights are a folder as `transformers` saves them (`config.json`, `model.safetensors`,
`preprocessor_config.json`). Nothing is downloaded, no code of the folder is run, no pickle read.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from config.settings import Settings
from tasks import metrics
from tasks.errors import BlockedByClassifier, ClassifierUnusable, Moment
from tasks.records import Place
from tasks.reports import Community
from tasks.screening.pixels import decode_small

if TYPE_CHECKING:
    from PIL import Image

FILES = ("config.json", "model.safetensors", "preprocessor_config.json")
# In a community's own settings: its threshold for every moment, from 0 to 1.
COMMUNITY_SETTING = "nsfw_threshold"
# Classifiers look at 224 to 448 pixels; a larger copy keeps what they scale down smooth.
_SIDE = 768


class Communities(Protocol):
    """What communities have set: the desk."""

    def community(self, place: Place) -> Community | None:
        """`None` for one that was never seen."""


def check_there(settings: Settings) -> Path | None:
    """The weights' folder, by its files' names only; `None` where no classifier is wanted.

    Raises `ClassifierUnusable` where it is not as it should be, or none is set although this is production.
    """
    folder = settings.nsfw_weights
    if folder is None:
        if settings.production:
            raise ClassifierUnusable(
                "GIYDIR_PRODUCTION is on, and there is no classifier of pictures: set GIYDIR_NSFW_WEIGHTS"
            )
        return None
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ClassifierUnusable(f"{folder} lacks {', '.join(missing)}")
    if find_spec("transformers") is None:
        raise ClassifierUnusable("transformers is not installed: pip install 'ai-giydir[safety]'")
    return folder


class Classifier:
    """Runs on the CPU, in the thread that made it."""

    def __init__(self, folder: Path, settings: Settings, communities: Communities) -> None:
        """Loads the model. Raises `ClassifierUnusable`."""
        self._settings = settings
        self._communities = communities
        self._processor, self._model = _load(folder)
        self._unsafe = _unsafe_labels(self._model.config, settings.nsfw_labels)

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        """Raises `BlockedByClassifier`, which does not tell the score: it would say how to get below it."""
        small = decode_small(picture, _SIDE)
        assert small is not None
        score = self.score(small)
        metrics.nsfw_scored(moment, score)
        if score >= self._threshold(moment, place):
            raise BlockedByClassifier(moment)

    def score(self, picture: Image.Image) -> float:
        """The probability of all unsafe labels together, 0 to 1."""
        import torch

        inputs = self._processor(images=picture, return_tensors="pt")
        with torch.inference_mode():
            probabilities = self._model(**inputs).logits[0].float().softmax(-1)
        score = float(probabilities[self._unsafe].sum())
        if not 0 <= score <= 1.001:
            raise ClassifierUnusable("the classifier gives no probabilities: are its weights whole?")
        return min(score, 1.0)

    def _threshold(self, moment: Moment, place: Place | None) -> float:
        """The community's own, no higher than the operator lets any be; or else the operator's."""
        community = None if place is None else self._communities.community(place)
        own = None if community is None else community.settings.get(COMMUNITY_SETTING)
        if isinstance(own, int | float) and not isinstance(own, bool) and 0 <= own <= 1:
            return min(float(own), self._settings.nsfw_threshold_highest)
        thresholds: dict[Moment, float] = {
            "person": self._settings.nsfw_threshold_person,
            "garment": self._settings.nsfw_threshold_garment,
            "result": self._settings.nsfw_threshold_result,
        }
        return thresholds[moment]


def _load(folder: Path) -> tuple[Any, Any]:
    """Whatever a folder of somebody else's holds, a wrong one is told, and stops the worker's service."""
    from transformers import AutoImageProcessor, AutoModelForImageClassification
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # The backend that needs no torchvision.
        processor = AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
            folder, backend="pil", local_files_only=True, trust_remote_code=False
        )
        model = AutoModelForImageClassification.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except Exception as error:
        raise ClassifierUnusable(f"{folder} cannot be loaded: {type(error).__name__}") from error
    return processor, model.eval()


def _unsafe_labels(config: Any, wanted: str) -> list[int]:
    if config.problem_type == "multi_label_classification":
        raise ClassifierUnusable("the classifier must choose one label, and this one may give several")
    words = {word.strip().lower() for word in wanted.split(",")}
    found = [int(index) for index, label in config.id2label.items() if label.lower() in words]
    if not found or len(found) == len(config.id2label):
        labels = ", ".join(config.id2label.values())
        raise ClassifierUnusable(f"GIYDIR_NSFW_LABELS must name some of the classifier's labels: {labels}")
    return found
