"""One stage: networks, optimizer and moving average, one step after the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from diffusers.training_utils import EMAModel
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from leffa.errors import ConfigInvalid
from leffa.model import LeffaModel
from leffa.training.config import Stage, TrainConfig
from leffa.training.objective import Batch, Objective
from leffa.training.states import State, Tensors

# Where a falling learning rate ends, as a share of the highest.
FINAL_SHARE = 0.05
_EMA_POWER = 0.75


class StageTraining:
    """`model`'s UNets under training, wrapped as `accelerator` is set up: alone, or in several processes."""

    def __init__(
        self, config: TrainConfig, stage: Stage, model: LeffaModel, accelerator: Accelerator
    ) -> None:
        """Raises `ConfigInvalid` where the batch cannot be shared by so many processes."""
        passes = stage.batch_size / (stage.pass_size * accelerator.num_processes)
        if passes != int(passes):
            raise ConfigInvalid(
                f"a batch of {stage.batch_size} cannot be shared by {accelerator.num_processes} processes "
                f"in passes of {stage.pass_size}"
            )
        self.passes = int(passes)
        self._config, self._stage, self._accelerator = config, stage, accelerator
        objective = Objective(
            model,
            config.leffa,
            leffa_weight=config.leffa.weight if stage.leffa else 0.0,
            correspondence_weight=stage.correspondence,
        )
        if config.run.gradient_checkpointing:
            for unet in (model.unet, model.unet_encoder):
                unet.enable_gradient_checkpointing()
        if accelerator.num_processes == 1:
            objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster convolutions
        optimizer = torch.optim.AdamW(
            objective.parameters(),
            stage.learning_rate,
            betas=config.optimizer.betas,
            weight_decay=config.optimizer.weight_decay,
            fused=True,
        )
        self._wrapped: nn.Module
        self._wrapped, self._optimizer = accelerator.prepare(objective, optimizer)
        self.parameters: dict[str, nn.Parameter] = dict(
            accelerator.unwrap_model(self._wrapped).named_parameters()
        )
        self._average = EMAModel(
            self.parameters.values(),
            decay=config.optimizer.ema_decay,
            use_ema_warmup=config.optimizer.ema_warmup,
            power=_EMA_POWER,
            foreach=True,
        )

    def step(self, number: int, batches: Iterator[Batch]) -> Tensor:
        """One step of the optimizer. The four `Losses` of this process's samples, and the gradient's norm.

        number: of this step in the stage, from 0.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._stage, number)
        means = torch.zeros(4, device=self._accelerator.device)
        for count, batch in enumerate(batches, 1):
            last = count == self.passes
            with nullcontext() if last else self._accelerator.no_sync(self._wrapped):
                losses = self._wrapped(batch)
                self._accelerator.backward(losses.total / self.passes)
            means += torch.stack([loss.detach().float() for loss in losses]) / self.passes
        norm = self._accelerator.clip_grad_norm_(self._wrapped.parameters(), self._config.optimizer.clip_norm)
        if isinstance(norm, DTensor):
            norm = norm.full_tensor()
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        if not self._accelerator.optimizer_step_was_skipped:
            self._average.step(self.parameters.values())
        return torch.cat([means, norm.detach().float().reshape(1).to(means.device)])

    def average(self) -> dict[str, Tensor]:
        """The moving average, whole and on the CPU; every process must ask."""
        return _whole(dict(zip(self.parameters, self._average.shadow_params, strict=True)))

    def parts(self) -> tuple[dict[str, Tensors], dict[str, Any]]:
        """What a state holds, whole and on the CPU, and the numbers beside it; every process must ask."""
        moments = {name: self._optimizer.state[one] for name, one in self.parameters.items()}
        steps = {int(moment["step"]) for moment in moments.values()}
        (step,) = steps
        numbers: dict[str, Any] = {"optimizer_step": step, "average_step": self._average.optimization_step}
        if self._accelerator.scaler is not None:
            numbers["scaler"] = self._accelerator.scaler.state_dict()
        return {
            "weights": _whole(self.parameters),
            "average": self.average(),
            "first": _whole({name: moment["exp_avg"] for name, moment in moments.items()}),
            "second": _whole({name: moment["exp_avg_sq"] for name, moment in moments.items()}),
        }, numbers

    @torch.no_grad()
    def resume(self, state: State) -> None:
        """Be as when `state` was written. Raises `RunError`."""
        numbers = state.where.numbers
        _fill(self.parameters, state.read("weights"))
        _fill(dict(zip(self.parameters, self._average.shadow_params, strict=True)), state.read("average"))
        self._average.optimization_step = numbers["average_step"]
        for part, key in (("first", "exp_avg"), ("second", "exp_avg_sq")):
            moments = {name: torch.zeros_like(one) for name, one in self.parameters.items()}
            _fill(moments, state.read(part))
            for name, one in self.parameters.items():
                self._optimizer.state[one][key] = moments[name]
                self._optimizer.state[one]["step"] = torch.tensor(
                    float(numbers["optimizer_step"]), device=one.device
                )
        if self._accelerator.scaler is not None:
            self._accelerator.scaler.load_state_dict(numbers["scaler"])


def learning_rate(stage: Stage, step: int) -> float:
    """Of step `step` (from 0) of the stage: rises over the warm-up, then stays or falls along a cosine."""
    rate = stage.learning_rate * min(1.0, (step + 1) / (stage.warmup_steps + 1))
    if stage.decay == "constant":
        return rate
    return rate * (FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * step / stage.steps)))


def load_weights(model: LeffaModel, weights: Tensors) -> None:
    """Put `unet.*` and `unet_encoder.*` into a model on the CPU."""
    with torch.no_grad():
        _fill({name: one for name, one in model.named_parameters() if name in weights}, weights)


def _whole(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach()
        found[name] = (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).float().cpu()
    return found


def _fill(tensors: Mapping[str, Tensor], values: Tensors) -> None:
    for name, tensor in tensors.items():
        value = values[name]
        if isinstance(tensor, DTensor):
            value = distribute_tensor(value.to(tensor.device), tensor.device_mesh, tensor.placements)
        tensor.detach().copy_(value)
