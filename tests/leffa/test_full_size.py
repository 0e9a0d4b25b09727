"""The models at their published size, on tensors without memory: every shape of one step fits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from leffa import configs
from leffa.model import LeffaModel
from leffa.presets import DEEP_FASHION, VITON_HD, Preset


@pytest.mark.slow
@pytest.mark.parametrize("preset", [VITON_HD, DEEP_FASHION], ids=lambda preset: preset.model)
def test_one_step_of_a_picture_at_768x1024(preset: Preset) -> None:
    with torch.device("meta"):
        model = LeffaModel.from_base(Path(configs.FOLDER) / preset.base)
        model.drop_unused()
        pixels, condition = torch.empty(1, 3, 1024, 768), torch.empty(2, 4, 128, 96)
        mean, _ = model.encode(pixels)
        references = torch.cat([torch.zeros_like(mean), mean])
        known = model.project_reference(model.reference_features(references, 500))
        noise = model.predict_noise(torch.cat([references, references, condition], dim=1), 500, known)
        decoded = model.decode(mean)

    assert mean.shape == (1, 4, 128, 96)
    assert noise.shape == (2, 4, 128, 96)
    assert decoded.shape == pixels.shape
