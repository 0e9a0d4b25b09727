"""The command that makes the mini model's VAE: `python -m leffa.training.mini --out FOLDER --work FOLDER`.

It renders drawn people, computes the VAE's encoder and trains its decoder. The UNets are trained beside it
by `leffa train mini_try_on --set model.weights=FOLDER`, whose folder is the mini model. The seeds of the
training pictures and of the held-out ones (`leffa.evaluation`) do not overlap.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn
from tqdm import tqdm

from leffa.errors import MaskEmpty
from leffa.presets import MINI
from leffa.training.config import FIRST_TRAINING_SEED
from leffa.training.decoder import train_decoder
from leffa.training.examples import Example, make_example
from leffa.training.patch_encoder import encode_patches, fit_patch_code, set_patch_encoder
from leffa.training.start import load_vae

LATENT_CHANNELS = 12
_FOLDERS = ("out", "work", "resume")

VAE_CONFIG = {
    "_class_name": "AutoencoderKL",
    "act_fn": "silu",
    "block_out_channels": [24, 48, 64],
    "down_block_types": ["DownEncoderBlock2D"] * 3,
    "in_channels": 3,
    "latent_channels": LATENT_CHANNELS,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "out_channels": 3,
    "sample_size": 128,
    "up_block_types": ["UpDecoderBlock2D"] * 3,
}
SCHEDULER_CONFIG = {
    "_class_name": "DDPMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    # Velocity learns what the picture is made of in far fewer steps than noise does.
    "prediction_type": "v_prediction",
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    pictures = _render(options.work / "vae-pictures.npy", options.pairs, options.processes)
    vae = AutoencoderKL.from_config(VAE_CONFIG).requires_grad_(False)
    if options.resume is None:
        _compute_encoder(vae, pictures, options.seed)
    else:
        path = options.resume / MINI.base / "vae" / "config.json"
        vae.register_to_config(scaling_factor=json.loads(path.read_text(encoding="utf-8"))["scaling_factor"])
        load_vae(vae, options.resume / f"{MINI.checkpoint}.safetensors")
    _fit_decoder(vae, pictures, options)
    _save(vae, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leffa.training.mini", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write configurations and weights to"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for the rendered pictures")
    parser.add_argument("--pairs", type=int, default=8000, help="synthetic training pairs")
    parser.add_argument("--processes", type=int, default=2, help="processes that render")
    parser.add_argument("--resume", type=Path, help="train the decoder of an earlier --out on")
    parser.add_argument("--decoder-steps", type=int, default=8000)
    parser.add_argument("--decoder-learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _render(path: Path, pairs: int, processes: int) -> NDArray[np.uint8]:
    """Targets, then garments, of all training examples, `[N, h, w, 3]`."""
    if not path.exists():
        seeds = range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + pairs)
        with get_context("spawn").Pool(processes) as pool:
            drawn = pool.imap(_try_example, seeds, chunksize=8)
            kept = [example for example in tqdm(drawn, "examples", pairs) if example is not None]
        pictures = [one.target for one in kept] + [one.garment for one in kept]
        np.save(path, np.stack(pictures), allow_pickle=False)
    stored: NDArray[np.uint8] = np.load(path, allow_pickle=False)
    return stored


def _try_example(seed: int) -> Example | None:
    try:
        return make_example(seed)
    except MaskEmpty:
        return None


def _compute_encoder(vae: AutoencoderKL, pictures: NDArray[np.uint8], seed: int) -> None:
    """Principal components of some of the pictures; latents get a standard deviation of 1."""
    chosen = np.random.default_rng(seed).choice(len(pictures), min(1000, len(pictures)), replace=False)
    code = fit_patch_code(pictures[chosen], LATENT_CHANNELS)
    set_patch_encoder(vae, code)
    spread = encode_patches(code, pictures[chosen]).std().item()
    vae.register_to_config(scaling_factor=round(1.0 / spread, 5))


def _fit_decoder(vae: AutoencoderKL, pictures: NDArray[np.uint8], options: argparse.Namespace) -> None:
    vae.decoder.requires_grad_(True)
    vae.post_quant_conv.requires_grad_(True)
    with _progress("decoder", options.decoder_steps) as report:
        train_decoder(
            vae,
            pictures,
            steps=options.decoder_steps,
            learning_rate=options.decoder_learning_rate,
            seed=options.seed,
            report=report,
        )


def _save(vae: AutoencoderKL, options: argparse.Namespace) -> None:
    """The published layout, half precision, without UNets."""
    base = options.out / MINI.base
    configs = {
        "vae/config.json": {**VAE_CONFIG, "scaling_factor": vae.config.scaling_factor},
        "scheduler/scheduler_config.json": SCHEDULER_CONFIG,
    }
    for name, config in configs.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    weights = {f"vae.{key}": value.detach().half().contiguous() for key, value in vae.state_dict().items()}
    save_file(weights, options.out / f"{MINI.checkpoint}.safetensors")
    provenance = {
        "made_by": "python -m leffa.training.mini",
        "options": {key: value for key, value in vars(options).items() if key not in _FOLDERS},
        "training_seeds": [FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + options.pairs - 1],
        "parameters": {"vae": _count(vae)},
        "data": "synthetic people drawn by leffa.synthetic; no photo and no published weight was used",
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__.split("+")[0],
        "diffusers": diffusers.__version__,
    }
    if options.resume is not None:
        earlier = (options.resume / "provenance.json").read_text(encoding="utf-8")
        provenance["went_on_from"] = json.loads(earlier)
    text = json.dumps(provenance, indent=2) + "\n"
    (options.out / "provenance.json").write_text(text, encoding="utf-8")


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@contextmanager
def _progress(name: str, steps: int) -> Iterator[Callable[[int, float], None]]:
    """A progress bar with the loss as a moving average."""
    average = 0.0
    with tqdm(total=steps, desc=name, mininterval=10) as bar:

        def report(step: int, loss: float) -> None:
            nonlocal average
            average += (loss - average) * max(0.01, 1 / (step + 1))
            bar.set_postfix(loss=f"{average:.4f}", refresh=False)
            bar.update()

        yield report


if __name__ == "__main__":
    main()
