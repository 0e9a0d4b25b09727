"""A model small enough to run in a blink: SD 1.5's configuration files with few channels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from leffa import configs
from leffa.presets import SD15_BASE

SMALLER: dict[str, dict[str, Any]] = {
    "unet/config.json": {
        "block_out_channels": [16, 24, 32, 32],
        "cross_attention_dim": 8,
        "layers_per_block": 1,
        "norm_num_groups": 4,
    },
    "vae/config.json": {"block_out_channels": [8, 8, 8, 8], "layers_per_block": 1, "norm_num_groups": 4},
    "scheduler/scheduler_config.json": {},
}


def write_small_base(folder: Path) -> Path:
    for name, changes in SMALLER.items():
        config = json.loads((configs.FOLDER / SD15_BASE / name).read_text(encoding="utf-8"))
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(json.dumps(config | changes), encoding="utf-8")
    return folder
