"""Light on cloth and skin: rounded sides and soft folds, as a factor around 1."""

from __future__ import annotations

import numpy as np

from leffa.synthetic.strip import F32, Patch


def round_shade(patch: Patch, depth: float = 0.2) -> F32:
    """A cylinder lit from the upper left: darker towards both edges, more so on the right."""
    s: F32 = np.clip(patch.s, -1, 1).astype(np.float32)
    side = np.float32(depth * 0.35) * (s + np.float32(0.25))
    return np.asarray(np.float32(1.03) - np.float32(depth) * s * s * s * s - side, np.float32)


def fold_shade(patch: Patch, phase: float, amount: float, run: float = 1.0) -> F32:
    """Soft folds that run along the piece. `run`: how much they lean."""
    wave = np.sin(np.float32(5.2) * patch.s + np.float32(run * 4.0) * patch.t + np.float32(phase))
    other = np.sin(np.float32(2.3) * patch.s - np.float32(run * 7.5) * patch.t + np.float32(1.7 * phase + 1))
    folds = np.float32(amount) * (wave * np.float32(0.6) + wave * other * np.float32(0.6))
    return np.asarray(folds, np.float32)


def trouser_shade(patch: Patch) -> F32:
    """The hips as one roundness that parts into two legs further down."""
    whole = round_shade(patch)
    leg_s = np.clip((np.abs(patch.s) - np.float32(0.5)) * np.sign(patch.s) * np.float32(2), -1, 1)
    legs = round_shade(Patch(patch.window, patch.cover, leg_s, patch.t))
    parted = np.clip((patch.t - np.float32(0.75)) * np.float32(3.5), 0, 1)
    shade: F32 = whole + (legs - whole) * parted
    return shade
