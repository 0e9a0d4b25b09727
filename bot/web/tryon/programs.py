"""The same for programs: named endpoints for `gradio_client`, with their own quota, consent and errors."""

from __future__ import annotations

from bot.core.tongue import Tongue
from bot.web.house import House


def add_endpoints(house: House, tongue: Tongue) -> None:
    """Within a `gr.Blocks`."""
