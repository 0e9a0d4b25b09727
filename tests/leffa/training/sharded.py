"""`leffa` with the networks sharded by PyTorch on a CPU, the whole model as one unit.

accelerate shards (FSDP 2) on GPUs only; this stands in for what it does with a model and an optimizer.
"""

from __future__ import annotations

from typing import Any

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from leffa.cli import main

PROCESSES = 2


def prepare(accelerator: Accelerator, objective: nn.Module, optimizer: torch.optim.AdamW) -> tuple[Any, Any]:
    fully_shard(objective, mesh=init_device_mesh("cpu", (PROCESSES,)))
    options = {key: optimizer.param_groups[0][key] for key in ("lr", "betas", "weight_decay")}
    sharded = torch.optim.AdamW(objective.parameters(), **options)
    return objective, accelerator.prepare_optimizer(sharded)


if __name__ == "__main__":
    Accelerator.prepare = prepare
    Accelerator.unwrap_model = lambda _, model: model
    main(prog_name="leffa")
