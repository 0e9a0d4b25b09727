"""From rows of measures to means, differences with confidence intervals, and a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]
# By arm, by training seed, by pair.
Measured = Mapping[str, Sequence[Mapping[int, Row]]]
Summary = dict[str, dict[str, dict[str, Any]]]
# What the models are called: where all began, and the two that the claim is about.
BASE, WITHOUT, WITH = "base", "without", "with"
MEASURES = {
    "end-point error": "lower",
    "SSIM": "higher",
    "perceptual distance": "lower",
    "colour distance": "lower",
    "garment's colour distance": "lower",
    "pattern correlation": "higher",
    "letters and signs": "higher",
}
DRAWS = 5000
# An interval of fewer pairs is not to be trusted.
FEWEST = 20
_SEED = 0


@dataclass(frozen=True)
class Facts:
    """Where the numbers come from.

    middle: end-point error of tokens that all look at the middle of the garment's picture, mean over pairs.
    base, arms: whole configurations of the trainings. command: what makes the page again.
    """

    command: str
    pairs: int
    middle: float
    seeds: int
    denoising_steps: int
    finished: bool
    base: dict[str, Any]
    arms: dict[str, dict[str, Any]]


def bootstrap(values: NDArray[np.float64], draws: int = DRAWS) -> tuple[float, float]:
    """The 95 % interval of the mean of `values`, by drawing as many of them again and again."""
    rng = np.random.default_rng(_SEED)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(draws)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def summarise(measured: Measured, pairs: Sequence[int]) -> Summary:
    """By arm and measure: mean; beside `WITHOUT` also the difference, its interval, and that of each seed.

    A difference is taken pair by pair and seed by seed, averaged over seeds, and the pairs are drawn again;
    so the interval says how far other people would change it, not how far other trainings would.
    """
    summary: Summary = {}
    for arm, seeds in measured.items():
        summary[arm] = {}
        for name in MEASURES:
            known = [
                pair for pair in pairs if all(name in rows[pair] for rows in (*seeds, *measured[WITHOUT]))
            ]
            if not known:
                continue
            mine, other = (
                np.array([[rows[pair][name] for pair in known] for rows in arms])
                for arms in (seeds, measured[WITHOUT])
            )
            found: dict[str, Any] = {"pairs": len(known), "mean": float(mine.mean())}
            if arm != WITHOUT:
                difference = mine - other
                found |= {
                    "difference": float(difference.mean()),
                    "interval": bootstrap(difference.mean(axis=0)),
                    "by_seed": difference.mean(axis=1).tolist(),
                }
            summary[arm][name] = found
    return summary


def render(summary: Summary, facts: Facts, flow_pairs: int) -> str:
    """The page, as Markdown."""
    measures = [name for name in MEASURES if any(name in row for row in summary.values())]
    table = [f"| | {' | '.join(f'{name} ({MEASURES[name]})' for name in measures)} |"]
    table.append(f"|---|{'---|' * len(measures)}")
    for arm, row in summary.items():
        table.append(f"| {arm} | {' | '.join(_mean(row.get(name)) for name in measures)} |")
    differences = [f"| | {' | '.join(measures)} |", table[1]]
    for arm, row in summary.items():
        if any("difference" in found for found in row.values()):
            differences.append(f"| {arm} | {' | '.join(_difference(row.get(name)) for name in measures)} |")
    base, arms = facts.base["stage"][-1], facts.arms
    last, loss = arms[next(iter(arms))]["stage"][-1], arms[WITH]["leffa"]
    return _TEXT.format(
        unfinished="" if facts.finished else "**Unfinished: not every pair has been measured yet.**\n\n",
        base_steps=base["steps"],
        steps=last["steps"],
        batch=last["batch_size"],
        taught=_taught(base["correspondence"]),
        weight=loss["weight"],
        temperature=loss["temperature"],
        limit=loss["timestep_limit"],
        layers=", ".join(loss["layers"]),
        examples=facts.base["data"]["pairs"],
        width=last["size"][0],
        height=last["size"][1],
        pairs=facts.pairs,
        middle=facts.middle,
        seeds=facts.seeds,
        denoising=facts.denoising_steps,
        command=facts.command,
        table="\n".join(table),
        differences="\n".join(differences),
        verdict="\n".join(
            line for arm in facts.arms if arm != WITHOUT for line in _verdict(summary, measures, arm)
        ).strip(),
        columns=", ".join(summary),
        rows=flow_pairs,
    )


def _taught(weight: float) -> str:
    if weight == 0:
        return "and without any direct teaching of attention"
    return (
        f"but with direct teaching of attention by the known truth (weight {weight}),\n"
        "which gives it the rough aim that the paper's long first stages give"
    )


def _mean(found: dict[str, Any] | None) -> str:
    return "" if found is None else f"{found['mean']:.3f}"


def _difference(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    low, high = found["interval"]
    seeds = ", ".join(f"{one:+.4f}" for one in found["by_seed"])
    return f"{found['difference']:+.4f} ({low:+.4f} to {high:+.4f}; {seeds})"


def _share(mean: float, difference: float) -> str:
    """How much a difference is of the mean it is from, without its sign."""
    return f"{abs(difference / mean):.1%}" if mean else f"{abs(difference):.4f}"


def _verdict(summary: Summary, measures: Sequence[str], arm: str) -> list[str]:
    """In words, of each measure: an interval that holds zero says nothing."""
    lines = [f"*{arm}*, beside *without*:", ""]
    for name in measures:
        found = summary[arm].get(name)
        if found is None:
            continue
        low, high = found["interval"]
        if found["pairs"] < FEWEST:
            said = "too few pairs to tell"
        elif low <= 0 <= high:
            said = "no difference that the pairs would tell from chance"
        else:
            said = "better" if (found["difference"] > 0) == (MEASURES[name] == "higher") else "worse"
            alike = len({one > 0 for one in found["by_seed"]}) == 1
            said += f" by {_share(summary[WITHOUT][name]['mean'], found['difference'])}"
            said += "" if alike else ", but not in every seed"
        lines.append(f"- {name}: {said} ({found['pairs']} pairs)")
    return [*lines, ""]


_TEXT = """# What the Leffa loss does to the mini model

{unfinished}Made by `{command}`; `claim.json` has every number with its configuration.

For each of {seeds} seeds a model was trained from scratch for {base_steps} steps of {batch} on {examples}
drawn pairs at {width}x{height}, without the Leffa loss
{taught}.
From there it was trained for {steps} more steps, without any direct teaching: once without the Leffa loss,
and once with it (weight {weight}, temperature {temperature}, timesteps below {limit}, layers {layers}): the
same examples, noise and order. *Base* is where both began.

Measured on {pairs} drawn pairs that no training saw (seeds 0 and up; training seeds begin at a million),
{denoising} denoising steps, the reference seen once. End-point error: how far the decoder's attention, read
as a flow at temperature 1 and timestep 200, misses the true point of the garment, in pixels of the work size;
tokens that all looked at the middle of the garment's picture would miss by {middle:.1f}. The others compare
pictures with the truth inside the mask, as in [the mini model's report](mini.md). *Letters and signs* is the
pattern correlation of garments that have some on them. *Perceptual distance* is taken as LPIPS is, by the
features of the network that sees drawn people (`leffa/evaluation/perceptual.py`), and compares within this
table only.

{table}

Difference to *without*: mean (95 % bootstrap interval over pairs; each training seed's own mean).

{differences}

{verdict}

The interval covers the choice of people, not that of the training: for that, look whether the seeds agree.
And it is one small model at a small size: what holds here need not hold for the published ones.

## Where attention looks

The first seed's models, columns {columns}; {rows} pairs. Each panel of
three: the garment, where the target's tokens look, and the garment as they see it.

![Where attention looks](images/claim-flow.jpg)
"""
