"""What the Leffa loss costs, its two computations side by side: `python -m leffa.bench.loss`.

Forward and backward of one picture, float32, random queries and keys of the shapes that the published try-on
model has (8 heads; SD 1.5). Each row is a process of its own; its memory is the peak resident size above
what the process held before the loss, its time that of the processor. The explicit way is not started
where it would not fit.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor

from leffa.loss import QueryKey, leffa_loss
from leffa.loss.flow import explicit_map

HEADS = 8
SIZES = ((256, 192), (384, 288), (512, 384), (768, 576), (1024, 768))
# Self-attentions of SD 1.5 at 1/32 of the picture or finer, in order: pixels per token, channels per head.
_LEVELS = {8: 40, 16: 80, 32: 160}
LAYERS = tuple(
    (stride, _LEVELS[stride]) for stride in (8, 8, 16, 16, 32, 32, 32, 32, 32, 16, 16, 16, 8, 8, 8)
)
# Until the backward pass: logits and softmax. At its worst moment: the gradients of both beside them.
_MAPS_KEPT = 2
_GRADIENTS = 2
_BUDGET_SHARE = 0.8
_STATUS, _MACHINE = Path("/proc/self/status"), Path("/proc/meminfo")
_GIGABYTE = 1e9


@dataclass(frozen=True)
class Case:
    """layers: (pixels per token, channels per head) of each; height, width: of the picture."""

    height: int
    width: int
    layers: tuple[tuple[int, int], ...]
    explicit: bool

    def tokens(self, stride: int) -> int:
        return self.height // stride * (self.width // stride)

    @property
    def map_bytes(self) -> int:
        """What the explicit way needs at least."""
        maps = sorted(4 * HEADS * self.tokens(stride) ** 2 for stride, _ in self.layers)
        return _MAPS_KEPT * sum(maps) + _GRADIENTS * maps[-1]


@dataclass(frozen=True)
class Cost:
    """seconds: of one processor; None where the case was not started, because it needs `bytes` at least."""

    case: Case
    bytes: int
    seconds: float | None
    loss: float | None = None
    gradient: float | None = None


def measure(case: Case) -> Cost:
    """In this process, which should be a fresh one. gradient: the norm of all gradients."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    pairs = []
    for stride, dim in case.layers:
        shape = (1, HEADS, case.tokens(stride), dim)
        query, key = (torch.randn(shape, generator=generator).requires_grad_() for _ in range(2))
        pairs.append(QueryKey(query, key))
    images = [torch.rand(1, 3, case.height, case.width, generator=generator) * 2 - 1 for _ in range(2)]
    mask = torch.ones(1, 1, case.height, case.width)
    # So that what the first use of the kernels takes is in neither.
    small = QueryKey(*(x[:, :, : 8 * 6].detach().requires_grad_() for x in pairs[0]))
    _run([small], images, mask, explicit=case.explicit)
    before, begun = _kilobytes(_STATUS, "VmRSS") * 1024, time.process_time()
    loss = _run(pairs, images, mask, explicit=case.explicit)
    seconds = time.process_time() - begun
    grads = [x.grad for pair in pairs for x in pair if x.grad is not None]
    norm = torch.stack([grad.square().sum() for grad in grads]).sum().sqrt()
    peak = _kilobytes(_STATUS, "VmHWM") * 1024
    return Cost(case, peak - before, seconds, loss.item(), norm.item())


def compare(height: int, width: int, layers: tuple[tuple[int, int], ...], budget: int) -> list[Cost]:
    """Both ways, the explicit one only if it fits into `budget` bytes."""
    return [measure_apart(Case(height, width, layers, explicit), budget) for explicit in (True, False)]


def measure_apart(case: Case, budget: int) -> Cost:
    """In a process of its own; not started where the maps would take more than `budget` bytes."""
    if case.explicit and case.map_bytes > budget:
        return Cost(case, case.map_bytes, None)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, case).result()


def render(costs: list[Cost]) -> str:
    """As a Markdown table."""
    lines = [
        "| picture | layers | n of the finest | explicit map | | without the map | |",
        "|---|---|---|---|---|---|---|",
    ]
    for explicit, linear in zip(costs[::2], costs[1::2], strict=True):
        case = explicit.case
        finest = max(case.tokens(stride) for stride, _ in case.layers)
        shape = f"{case.height}x{case.width} | {len(case.layers)} | {finest}"
        lines.append(f"| {shape} | {_cells(explicit)} | {_cells(linear)} |")
    return "\n".join(lines)


def _cells(cost: Cost) -> str:
    if cost.seconds is None:
        return f"needs {cost.bytes / 1e9:.1f} GB at least | not started"
    size = f"{cost.bytes / 1e9:.2f} GB" if cost.bytes >= 1e8 else f"{cost.bytes / 1e6:.0f} MB"
    return f"{size} | {cost.seconds:.1f} s"


def _run(pairs: list[QueryKey], images: list[Tensor], mask: Tensor, *, explicit: bool) -> Tensor:
    maps = [explicit_map(pair) for pair in pairs] if explicit else pairs
    loss = leffa_loss(maps, images[0], images[1], mask)
    torch.autograd.backward(loss)
    return loss.detach()


def _kilobytes(file: Path, name: str) -> int:
    """A field that Linux counts in kilobytes."""
    (line,) = (line for line in file.read_text(encoding="ascii").splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="leffa.bench.loss", description=__doc__)
    parser.add_argument("--budget", type=float, help="GB that may be used [default: 80 %% of what is free]")
    parser.add_argument("--all-layers", action="store_true", help="also all 15 layers together at 1024x768")
    parser.add_argument("--json", type=Path, help="also write what was measured to this file")
    chosen = parser.parse_args(arguments)
    free = _kilobytes(_MACHINE, "MemAvailable") * 1024 * _BUDGET_SHARE
    budget = int(free if chosen.budget is None else chosen.budget * _GIGABYTE)
    costs = [cost for height, width in SIZES for cost in compare(height, width, LAYERS[:1], budget)]
    if chosen.all_layers:
        costs += compare(1024, 768, LAYERS, budget)
    print(f"budget {budget / 1e9:.1f} GB, one thread, torch {torch.__version__}\n")
    print(render(costs))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(cost) for cost in costs], indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
