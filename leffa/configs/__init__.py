"""Configurations of the published models at full size, in their layout `<base>/{unet,vae,scheduler}`.

No weights: with these files the models can be built on the meta device and counted, or filled with random
weights and timed. Leftovers of training in the published files (moving-average settings) are left out.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
# Sample configurations of `leffa train`, by name.
TRAIN = FOLDER / "train"
