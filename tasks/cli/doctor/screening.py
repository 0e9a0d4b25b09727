"""Whether pictures are looked at: the classifier's files are there; they are not loaded."""

from __future__ import annotations

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning
from tasks.errors import ClassifierUnusable
from tasks.screening.classifier import check_there

PART = "screening"
_ADVICE = "GIYDIR_NSFW_WEIGHTS: docs/safety.md says which folder"


def check(settings: Settings) -> list[Finding]:
    """The classifier; without one, workers serve nobody in production, and screen nothing elsewhere."""
    try:
        folder = check_there(settings)
    except ClassifierUnusable as error:
        return [problem(PART, str(error), _ADVICE)]
    if folder is None:
        said = "no classifier: nobody looks whether pictures are fit for everybody to see"
        return [warning(PART, said, f"{_ADVICE}; with strangers, GIYDIR_PRODUCTION=true too")]
    mode = "production" if settings.production else "not in production mode"
    return [ok(PART, f"a classifier in {folder}; {mode}")]
