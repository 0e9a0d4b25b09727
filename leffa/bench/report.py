"""What the bench found, as Markdown that also reads well in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from leffa.bench.flops import Cost, FlopReport
from leffa.bench.timing import TimingReport
from leffa.reference_cache import MOST_CACHE_BYTES

_INTRODUCTION = """\
# What a picture costs

Written by `leffa bench --write docs/bench.md`. *Published* is the way of the published code: both halves of
the guidance go through the whole reference UNet at every step, and the generative UNet has twice the
queries that it needs. *Ours* gives the same output. One picture at a time, guidance 2.5 unless a case
says otherwise.

- *first picture of the process*: nothing is remembered.
- *new garment*: the unconditional half, which depends on no picture, is remembered from an earlier one.
- *cached garment*: so is the garment, from an earlier picture with it."""

_OPERATIONS = """\
## Operations

Counted on tensors without memory, at full size, in 10^12 floating-point operations (TF); a multiply-add is
two. A picture has its VAE passes, too. With reference acceleration the reference UNet runs once for the
whole picture, and a step is the mean of all. What is remembered must fit into the cache: see its price."""

_TIME = """\
## Time and memory

Both ways in one process, taking turns, with the same random weights; medians. Peak memory is that of a
process of its own for each way: on CUDA what PyTorch allocated, on CPU the whole resident process."""

_NO_GPU = """\
No GPU has been measured yet. Where there is one, `leffa bench --full` measures the full-size try-on model in
float16 at 1024x768 with 30 steps: eager, channels-last, compiled, and with CUDA graphs."""


def render_flops(report: FlopReport) -> str:
    """The table of cases, what the passes cost, and the price of the cache."""
    rows: list[list[str]] = []
    listed: list[Cost] = []
    for cost in report.cases:
        if cost.published not in listed:
            listed.append(cost.published)
            name = "published, accelerated" if cost.case.acceleration else "published"
            rows.append([name, *_cost_cells(cost.published, cost.published)])
        rows.append([cost.case.name, *_cost_cells(cost.ours, cost.published)])
    header = ["way or case", "TF/step", "of published", "TF/picture", "of published"]
    passes, cache = report.passes, report.cache
    both = 2 * cache.schedule
    lines = [
        f"**{report.model}**, {report.height}x{report.width}, {report.steps} steps",
        "",
        _table(header, rows),
        "",
        "Passes in TF:",
        f"VAE encoding {_tera(passes.encode)}, decoding {_tera(passes.decode)}.",
        f"Published, both halves: reference UNet {_tera(passes.published_reference)},",
        f"generative UNet {_tera(passes.published_generative)}.",
        f"Ours, each half: reference UNet with keys and values {_tera(passes.reference)},",
        f"generative UNet {_tera(passes.generative)}.",
        "",
        f"Price of the cache in float16: {cache.timestep / 1e6:.1f} MB per reference and timestep,",
        f"{cache.schedule / 1e9:.2f} GB per reference for all {report.steps} (accelerated: one is enough).",
        f"One garment and the unconditional half need {both / 1e9:.2f} GB. By default the cache may take",
        f"a third of a GPU's memory, {MOST_CACHE_BYTES / 1e9:.2f} GB at most.",
        "What does not fit is computed again.",
    ]
    return "\n".join(lines)


def render_timing(report: TimingReport) -> str:
    """The table of ways, and how far apart their outputs are."""
    setting = report.setting
    rows = [
        [
            timing.way if timing.way == "published" else f"ours, {timing.way}",
            f"{timing.step_seconds:.3f}",
            f"{timing.step_speedup:.2f}x",
            f"{timing.picture_seconds:.2f}",
            f"{timing.picture_speedup:.2f}x",
            "not measured" if timing.peak_bytes is None else f"{timing.peak_bytes / 1e9:.2f}",
        ]
        for timing in report.ways
    ]
    header = ["way", "s/step", "speed-up", "s/picture", "speed-up", "peak memory, GB"]
    lines = [
        f"**{report.machine}, {setting.variant}**: {setting.height}x{setting.width}, {setting.steps} steps, "
        f"{setting.dtype}, {setting.repetitions} repetitions, torch {report.torch}",
        "",
        _table(header, rows),
        "",
        f"Largest difference of the outputs: {report.latent_difference:.1e} of the largest final latent; "
        f"{report.picture_difference} of 255 levels in the pictures.",
    ]
    return "\n".join(lines)


def render_page(counts: Sequence[FlopReport], timings: Sequence[TimingReport]) -> str:
    """The whole page: counts, timings, and how to measure a GPU where none was."""
    parts = [_INTRODUCTION, _OPERATIONS, *map(render_flops, counts), _TIME, *map(render_timing, timings)]
    if not any(timing.setting.device.startswith("cuda") for timing in timings):
        parts.append(_NO_GPU)
    return "\n\n".join(parts) + "\n"


def _cost_cells(cost: Cost, published: Cost) -> list[str]:
    step, picture = cost.share_of(published)
    return [f"{cost.step / 1e12:.3f}", f"{step:.1%}", f"{cost.picture / 1e12:.1f}", f"{picture:.1%}"]


def _tera(operations: int) -> str:
    return f"{operations / 1e12:.3f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        return f"| {' | '.join(padded)} |"

    rule = f"|{'-' * (widths[0] + 2)}|{'|'.join('-' * (width + 1) + ':' for width in widths[1:])}|"
    return "\n".join([line(header), rule, *map(line, rows)])
