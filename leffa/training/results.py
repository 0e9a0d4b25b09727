"""What a training leaves to look at and to use: a weights folder, losses line by line, TensorBoard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from leffa.presets import Preset
from leffa.training.config import TrainConfig
from leffa.training.start import configs
from leffa.weights.files import Unwatched, write_json
from leffa.weights.preset_file import write_preset
from leffa.weights.tensorfile import write_tensors


def write_model(
    folder: Path,
    config: TrainConfig,
    preset: Preset,
    vae: nn.Module,
    unets: Mapping[str, Tensor],
    facts: dict[str, Any],
) -> None:
    """A weights folder in the published layout, which `--weights` and `load_model` take.

    unets: by name, `unet.*` and `unet_encoder.*`. facts: what `provenance.json` adds to the configuration.
    """
    written = configs(config.model)
    base = folder / preset.base
    for part, name in (
        ("vae", "config.json"),
        ("unet", "config.json"),
        ("scheduler", "scheduler_config.json"),
    ):
        (base / part).mkdir(parents=True, exist_ok=True)
        write_json(base / part / name, written[f"{part}_config"])
    weights = {f"vae.{name}": tensor.cpu() for name, tensor in vae.state_dict().items()} | dict(unets)
    dtype = getattr(torch, config.run.model_dtype)
    write_tensors(folder / f"{preset.checkpoint}.safetensors", weights.items, dtype, {}, Unwatched())
    write_preset(folder, preset)
    write_json(
        folder / "provenance.json",
        {
            "made_by": "leffa train",
            "config": _without_places(config.as_json()),
            "date": datetime.now(UTC).date().isoformat(),
            "torch": torch.__version__.split("+")[0],
            "diffusers": diffusers.__version__,
        }
        | facts,
    )


def _without_places(config: dict[str, Any]) -> dict[str, Any]:
    """Folders are this machine's business."""
    for table, keys in (("data", ("root",)), ("model", ("weights", "vae"))):
        for key in keys:
            if config[table][key]:
                config[table][key] = Path(config[table][key]).name
    return config


class Journal:
    """`losses.jsonl`, a line a step, and the same with pictures in TensorBoard's files beside it.

    What an interrupted training had written after the state that it goes on from is taken back.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """step: that are done already."""
        path = folder / "losses.jsonl"
        kept = []
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
                # The last line of a killed process may be half a line.
                if line.endswith("\n") and json.loads(line)["step"] <= step:
                    kept.append(line)
        part = path.with_name(path.name + ".part")
        part.write_text("".join(kept), encoding="utf-8")
        part.replace(path)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """step: counted from 1 over all stages."""
        self._file.write(json.dumps({"step": step} | dict(values)) + "\n")
        for name, value in values.items():
            self._board.add_scalar(name, value, step)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """To TensorBoard only."""
        for name, value in values.items():
            self._board.add_scalar(name, value, step)

    def picture(self, step: int, name: str, picture: Image.Image) -> None:
        self._board.add_image(name, np.asarray(picture), step, dataformats="HWC")
        self._board.flush()

    def close(self) -> None:
        self._file.close()
        self._board.close()
