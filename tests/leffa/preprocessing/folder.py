"""A weights folder in the published layout, every file in its published form, with random weights.

The preprocessing networks have one size only and are whole; the Leffa model is a tiny one.
"""

from __future__ import annotations

import json
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

from leffa.model import LeffaModel
from leffa.presets import DRESS_CODE, SD15_BASE, VITON_HD
from tests.leffa.preprocessing.recipe import DATA, make_weights
from tests.leffa.published import BASES
from tests.leffa.published import DATA as DIFFUSION

# The smallest model of the published kind: one head, because attention at 768x1024 costs by the head.
TINY_UNET = {"block_out_channels": [8, 8, 8, 8], "attention_head_dim": 1, "layers_per_block": 1}
TINY_UNET |= {"norm_num_groups": 4, "cross_attention_dim": 8}
TINY_VAE = {"block_out_channels": [4, 4, 4, 4], "layers_per_block": 1, "norm_num_groups": 2}


def write_networks(folder: Path) -> None:
    """DensePose, the SCHP pair and OpenPose: 0.9 GB. DensePose finds few large boxes with these biases."""
    with np.load(DATA / "densepose" / "e2e.npz") as recorded:
        biases = {f"roi_heads.box_predictor.{name}.bias": recorded[f"{name}_bias"] for name in BIASED}
    densepose = {name: tensor.numpy() for name, tensor in make_weights("densepose").items()} | biases
    path = _made(folder / "densepose" / "model_final_162be9.pkl")
    path.write_bytes(pickle.dumps({"model": densepose, "__author__": "recorded"}, protocol=2))
    for network, name in (
        ("schp_atr", "exp-schp-201908301523-atr.pth"),
        ("schp_lip", "exp-schp-201908261155-lip.pth"),
    ):
        state = OrderedDict((f"module.{key}", tensor) for key, tensor in make_weights(network).items())
        path = _made(folder / "schp" / name)
        torch.save({"state_dict": state}, path, _use_new_zipfile_serialization=False)
    torch.save(make_weights("openpose"), _made(folder / "openpose" / "body_pose_model.pth"))


BIASED = ("cls_score", "bbox_pred")


def write_leffa(folder: Path) -> None:
    """`virtual_tryon.pth` and `virtual_tryon_dc.pth` with their configurations."""
    base = folder / SD15_BASE
    for part, name, tiny in (
        ("unet", "config.json", TINY_UNET),
        ("vae", "config.json", TINY_VAE),
        ("scheduler", "scheduler_config.json", {}),
    ):
        config = json.loads((DIFFUSION / "sd15" / BASES["sd15"] / part / name).read_text())
        _made(base / part / name).write_text(json.dumps(config | tiny))
    torch.manual_seed(0)
    model = LeffaModel.from_base(base)
    for preset in (VITON_HD, DRESS_CODE):
        torch.save(model.state_dict(), folder / f"{preset.checkpoint}.pth")


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
