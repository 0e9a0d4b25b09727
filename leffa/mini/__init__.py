"""The mini model: Leffa's architecture, small, in this repository, trained on synthetic people.

It makes `leffa tryon` work with nothing downloaded. `provenance.json` beside the weights says how they
were made; `python -m leffa.training.mini` (VAE) and `leffa train mini_try_on` (UNets) make them again.
`drawn_people` is the network that sees the people in plain pictures, made by `python -m leffa.training.seer`.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
