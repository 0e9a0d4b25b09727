"""The command that makes the mini model: `python -m leffa.training.mini --out FOLDER`.

Stages: render the examples, compute the VAE's encoder, train its decoder, train the UNets. What they yield is
kept in `--work` and not made again; decoder and UNets may be trained at the same time by two calls with
`--stage`. By `torchrun --nproc-per-node 2 -m leffa.training.mini ...` two processes train the UNets together.
The seeds of the training pictures and of the held-out ones (`leffa.evaluation`) do not overlap.
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
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from leffa.errors import MaskEmpty
from leffa.model import LeffaModel
from leffa.presets import MINI
from leffa.training.decoder import to_pixels, train_decoder
from leffa.training.denoiser import CORRESPONDENCE_WEIGHT, Latents, train_denoiser
from leffa.training.examples import Example, make_example
from leffa.training.parallel import first_alone, joined, rank, size
from leffa.training.patch_encoder import (
    PatchCode,
    encode_patches,
    fit_patch_code,
    read_patch_code,
    set_patch_encoder,
)
from leffa.weights import load_model

FIRST_TRAINING_SEED = 1_000_000
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
UNET_CONFIG = {
    "_class_name": "UNet2DConditionModel",
    "act_fn": "silu",
    # The number of heads by level, whatever the key says: heads of 32 and more channels.
    "attention_head_dim": [2, 3, 4],
    "block_out_channels": [48, 96, 128],
    "cross_attention_dim": 8,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 9,
    "layers_per_block": 1,
    "norm_eps": 1e-5,
    "norm_num_groups": 8,
    "out_channels": LATENT_CHANNELS,
    "sample_size": 32,
    "up_block_types": ["CrossAttnUpBlock2D"] * 3,
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
    with joined():
        _make(options)


def _make(options: argparse.Namespace) -> None:
    with first_alone():
        examples = _render(options.work / "examples.npz", options.pairs, options.processes)
    pictures = np.concatenate([examples.target, examples.garment])
    if options.resume is None:
        model = LeffaModel(VAE_CONFIG, UNET_CONFIG, SCHEDULER_CONFIG)
        model.drop_unused()
        code = _compute_encoder(model, pictures, options.seed)
    else:
        model = load_model(options.resume, MINI)
        code = read_patch_code(model.vae)
    done: dict[str, int] = {}
    if options.stage != "unets" and options.decoder_steps > 0:
        with first_alone():
            done["decoder"] = _stage(
                model.vae, options.work / "vae", lambda: _fit_decoder(model, pictures, options)
            )
    if options.stage != "decoder":
        latents = _encode(model, code, examples)
        unets = nn.ModuleDict({"unet_encoder": model.unet_encoder, "unet": model.unet})

        def keep(steps: int) -> None:
            """What is learned so far, as a model to look at and to `--resume`."""
            if options.stage == "all" and rank() == 0:
                _save(model, options, len(examples.mask), {**done, "unets": steps})

        done["unets"] = _stage(
            unets, options.work / "unets", lambda: _fit_denoiser(model, latents, options, keep)
        )
    if options.stage == "all" and rank() == 0:
        _save(model, options, len(examples.mask), done)


def _stage(module: nn.Module, path: Path, train: Callable[[], int]) -> int:
    """Train `module`, or take what an earlier call left at `path`. The number of steps that were done."""
    weights, steps = path.with_suffix(".safetensors"), path.with_suffix(".steps")
    if not weights.exists():
        done = train()
        if rank() > 0:
            return done
        steps.write_text(str(done), encoding="utf-8")
        save_file({key: value.contiguous() for key, value in module.state_dict().items()}, weights)
    module.load_state_dict(load_file(weights))
    return int(steps.read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leffa.training.mini", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write configurations and weights to"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what the stages hand on")
    parser.add_argument("--pairs", type=int, default=8000, help="synthetic training pairs")
    parser.add_argument("--processes", type=int, default=2, help="processes that render")
    parser.add_argument(
        "--stage", choices=("all", "decoder", "unets"), default="all", help="do this part only"
    )
    parser.add_argument("--resume", type=Path, help="go on from these weights, an --out of an earlier call")
    parser.add_argument("--decoder-steps", type=int, default=8000, help="0: leave the decoder as it is")
    parser.add_argument("--decoder-learning-rate", type=float, default=2e-3)
    parser.add_argument("--steps", type=int, default=6000, help="steps of the UNets")
    parser.add_argument("--minutes", type=float, default=None, help="end the UNets' training in this time")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument(
        "--correspondence-weight",
        type=float,
        default=CORRESPONDENCE_WEIGHT,
        help="lower once attention is sharp",
    )
    parser.add_argument("--ema-decay", type=float, default=0.998)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _render(path: Path, pairs: int, processes: int) -> Example:
    """All training examples, each field `[N, h, w, ...]`."""
    if not path.exists():
        seeds = range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + pairs)
        with get_context("spawn").Pool(processes) as pool:
            drawn = pool.imap(_try_example, seeds, chunksize=8)
            kept = [example for example in tqdm(drawn, "examples", pairs) if example is not None]
        fields = {
            name: np.stack([getattr(one, name) for one in kept]) for name in Example.__dataclass_fields__
        }
        np.savez(path, allow_pickle=False, **fields)
    with np.load(path, allow_pickle=False) as stored:
        return Example(**{name: stored[name] for name in Example.__dataclass_fields__})


def _try_example(seed: int) -> Example | None:
    try:
        return make_example(seed)
    except MaskEmpty:
        return None


def _compute_encoder(model: LeffaModel, pictures: NDArray[np.uint8], seed: int) -> PatchCode:
    """Principal components of some of the pictures; latents get a standard deviation of 1."""
    model.vae.requires_grad_(False)
    chosen = np.random.default_rng(seed).choice(len(pictures), min(1000, len(pictures)), replace=False)
    code = fit_patch_code(pictures[chosen], LATENT_CHANNELS)
    set_patch_encoder(model.vae, code)
    spread = encode_patches(code, pictures[chosen]).std().item()
    model.vae.register_to_config(scaling_factor=round(1.0 / spread, 5))
    return code


def _fit_decoder(model: LeffaModel, pictures: NDArray[np.uint8], options: argparse.Namespace) -> int:
    model.vae.decoder.requires_grad_(True)
    model.vae.post_quant_conv.requires_grad_(True)
    with _progress("decoder", options.decoder_steps) as report:
        train_decoder(
            model.vae,
            pictures,
            steps=options.decoder_steps,
            learning_rate=options.decoder_learning_rate,
            seed=options.seed,
            report=report,
        )
    return int(options.decoder_steps)


def _encode(model: LeffaModel, code: PatchCode, examples: Example) -> Latents:
    """What the UNets train on, in half precision; the posterior's mean (its spread is tiny)."""
    scale: float = model.vae.config.scaling_factor
    factor = model.vae_scale_factor

    def encode(pictures: NDArray[np.uint8]) -> Tensor:
        batches = np.array_split(pictures, len(pictures) // 100 + 1)
        return torch.cat([(encode_patches(code, batch) * scale).half() for batch in batches])

    # Mid-grey under the mask: 127.5 in the pictures' levels, 0 for the network (128 is 0.004).
    masked = np.where(examples.mask[..., None] == 1, np.uint8(128), examples.source)
    return Latents(
        target=encode(examples.target),
        masked=encode(masked),
        reference=encode(examples.garment),
        mask=torch.from_numpy(examples.mask[:, None, ::factor, ::factor]).half(),
        flow=torch.from_numpy(examples.flow),
        densepose=to_pixels(examples.densepose[:, ::factor, ::factor]).half(),
    )


def _fit_denoiser(
    model: LeffaModel, latents: Latents, options: argparse.Namespace, keep: Callable[[int], None]
) -> int:
    with _progress("UNets", options.steps) as report:
        return train_denoiser(
            model,
            latents,
            steps=options.steps,
            minutes=options.minutes,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            ema_decay=options.ema_decay,
            seed=options.seed,
            report=report,
            keep=keep,
            correspondence_weight=options.correspondence_weight,
            dtype=getattr(torch, options.dtype),
        )


def _save(model: LeffaModel, options: argparse.Namespace, examples: int, done: dict[str, int]) -> None:
    """The published layout, half precision, without the weights that no forward pass uses."""
    base = options.out / MINI.base
    configs = {
        "vae/config.json": {**VAE_CONFIG, "scaling_factor": model.vae.config.scaling_factor},
        "unet/config.json": UNET_CONFIG,
        "scheduler/scheduler_config.json": SCHEDULER_CONFIG,
    }
    for name, config in configs.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    weights = {key: value.detach().half().contiguous() for key, value in model.state_dict().items()}
    save_file(weights, options.out / f"{MINI.checkpoint}.safetensors")
    provenance = {
        "made_by": "python -m leffa.training.mini",
        "options": {key: value for key, value in vars(options).items() if key not in _FOLDERS},
        "joined_processes": size(),
        "training_seeds": [FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + options.pairs - 1],
        "examples": examples,
        "steps_done": done,
        "parameters": {part: _count(getattr(model, part)) for part in ("vae", "unet_encoder", "unet")},
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
    with tqdm(total=steps, desc=name, mininterval=10, disable=rank() > 0) as bar:

        def report(step: int, loss: float) -> None:
            nonlocal average
            average += (loss - average) * max(0.01, 1 / (step + 1))
            bar.set_postfix(loss=f"{average:.4f}", refresh=False)
            bar.update()

        yield report


if __name__ == "__main__":
    main()
