"""`docs/operations.md` tells of every metric, and of none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from tasks import metrics
from tasks.health.standing import Standing
from tasks.records import Figures

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


def _served() -> set[str]:
    metrics.watch_memory(lambda: {"models": 1, "gpu": 1})
    try:
        families = [
            *metrics.REGISTRY.collect(),
            *Standing(Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, False, 0)).collect(),
        ]
    finally:
        metrics.watch_memory(dict)
    return {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in families
        if family.name.startswith("giydir_")
    }


def test_every_metric_is_in_the_table_and_every_name_in_the_table_is_a_metric() -> None:
    told = re.findall(r"^\| `(giydir_\w+)(?:\{[\w,]+\})?` \|", PAGE.read_text(), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == _served()


def test_names_are_served_by_one_registry_only() -> None:
    desk = CollectorRegistry()
    desk.register(Standing(None))
    served = {family.name for family in metrics.REGISTRY.collect()}
    assert not served & {family.name for family in desk.collect()}
