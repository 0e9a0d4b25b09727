"""What a training would do, without doing it: parameters, examples, steps, memory."""

from __future__ import annotations

from dataclasses import dataclass

from leffa.training.config import TrainConfig
from leffa.training.sources import held_out_source, training_source
from leffa.training.start import shape_of
from leffa.weights.files import in_units

# Weights, gradients, two moments and the moving average, in float32.
_BYTES = 5 * 4


@dataclass(frozen=True)
class StagePlan:
    """rounds: how often every example comes."""

    size: tuple[int, int]
    steps: int
    batch_size: int
    micro_batch: int
    learning_rate: float
    losses: tuple[str, ...]
    examples: int
    rounds: float


@dataclass(frozen=True)
class Plan:
    """memory: bytes beside activations, which grow with micro_batch and size. state: bytes on the disk."""

    parameters: dict[str, int]
    memory: int
    state: int
    held_out: int
    stages: tuple[StagePlan, ...]


def plan(config: TrainConfig) -> Plan:
    """Raises `DataError`s and `WeightsError`s for what is not there; weights themselves are not read."""
    model = shape_of(config.model)
    parameters = {
        part: sum(one.numel() for one in getattr(model, part).parameters())
        for part in ("unet", "unet_encoder", "vae")
    }
    trained = parameters["unet"] + parameters["unet_encoder"]
    stages = []
    for stage in config.stage:
        examples = len(training_source(config.data, stage.size, region=False))
        leffa = stage.leffa and config.leffa.weight > 0
        losses = [
            "diffusion",
            *(["Leffa"] if leffa else []),
            *(["correspondence"] if stage.correspondence else []),
        ]
        stages.append(
            StagePlan(
                stage.size,
                stage.steps,
                stage.batch_size,
                stage.pass_size,
                stage.learning_rate,
                tuple(losses),
                examples,
                stage.steps * stage.batch_size / examples,
            )
        )
    held_out = len(held_out_source(config.data, config.stage[0].size)) if config.data.held_out else 0
    return Plan(
        parameters, trained * _BYTES + parameters["vae"] * 4, trained * 4 * 4, held_out, tuple(stages)
    )


def render(found: Plan, config: TrainConfig) -> str:
    """Lines for people."""
    counts = ", ".join(f"{part} {count / 1e6:.1f} M" for part, count in found.parameters.items())
    lines = [
        f"{config.model.kind} from {config.model.start} ({config.model.weights}), data {config.data.set}",
        f"parameters: {counts}; the VAE stays as it is",
    ]
    for number, stage in enumerate(found.stages, 1):
        lines.append(
            f"stage {number}: {stage.size[0]}x{stage.size[1]}, {stage.steps} steps of {stage.batch_size} "
            f"(passes of {stage.micro_batch}), learning rate {stage.learning_rate:g}, "
            f"{' + '.join(stage.losses)} loss; {stage.examples} examples, each {stage.rounds:.1f} times"
        )
    lines += [
        f"held out: {found.held_out} examples",
        f"memory: {in_units(found.memory)} for weights, gradients, moments and average of a whole copy; "
        "activations come on top",
        f"disk: {in_units(found.state)} a state, {config.run.keep} of them; seed {config.seed}, "
        f"precision {config.run.precision}",
    ]
    return "\n".join(lines)
