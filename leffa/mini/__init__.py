"""The mini models: Leffa's architecture, small, in this repository, trained on synthetic people.

They make `leffa tryon` and `leffa pose` work with nothing downloaded. `provenance.json` (try-on) and
`provenance_pose.json` beside the weights say how they were made; `python -m leffa.training.mini` (VAE),
`leffa train mini_try_on` and `leffa train mini_pose` (UNets) make them again.
`drawn_people` is the network that sees the people in plain pictures, made by `python -m leffa.training.seer`.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
