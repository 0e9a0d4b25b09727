"""A training is the same whatever stops it, however its batch is cut, wherever its latents are from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from leffa.errors import ConfigInvalid, RunError
from leffa.training import states
from tests.leffa.training.running import Silent, config, lines, part, run, stage, table

STEPS = 10


def test_a_killed_training_goes_on_with_the_very_same_losses_and_weights(tmp_path: Path, cache: Path) -> None:
    stages = [stage(steps=7, correspondence=0.1), stage(steps=STEPS - 7, leffa=True, decay="cosine")]
    chosen = config(*stages, run={"save_every": 3})
    run(chosen, tmp_path / "whole", cache)

    file = tmp_path / "config.toml"
    file.write_text(_toml(table(*stages, run={"save_every": 3})), encoding="utf-8")
    killed = tmp_path / "killed"
    words = [
        "-m",
        "leffa.cli",
        "train",
        str(file),
        "-o",
        str(killed),
        "--cache",
        str(cache),
        "--device",
        "cpu",
    ]
    environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    with subprocess.Popen([sys.executable, *words], env=environment, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not (killed / "states" / "step-000000003").exists() or len(lines(killed)) < 5:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert len(lines(killed)) < STEPS

    outcome = run(chosen, killed, cache)
    assert outcome.finished
    assert lines(killed) == lines(tmp_path / "whole")
    assert [line["step"] for line in lines(killed)] == list(range(1, STEPS + 1))
    for name in ("weights", "average", "first", "second"):
        mine, other = (part(folder, STEPS, name) for folder in (killed, tmp_path / "whole"))
        assert all(torch.equal(mine[key], other[key]) for key in other)


@pytest.mark.slow
def test_passes_that_are_accumulated_are_one_batch(tmp_path: Path, cache: Path) -> None:
    for size in (1, 2, 4):
        both = stage(micro_batch=size, leffa=True, correspondence=0.1)
        run(config(both, leffa={"timestep_limit": 1000}), tmp_path / str(size), cache)
    whole = lines(tmp_path / "4")
    assert all(line["leffa"] > 0 and line["correspondence"] > 0 for line in whole)
    for cuts in ("1", "2"):
        for cut, line in zip(lines(tmp_path / cuts), whole, strict=True):
            assert cut == pytest.approx(line, rel=2e-4)


@pytest.mark.slow
def test_latents_from_a_file_are_those_made_anew(tmp_path: Path, cache: Path) -> None:
    for cached in (True, False):
        run(config(data={"cache_latents": cached}), tmp_path / str(cached), cache)
    assert lines(tmp_path / "True") == lines(tmp_path / "False")


@pytest.mark.slow
def test_checkpointing_costs_time_and_changes_no_gradient(tmp_path: Path, cache: Path) -> None:
    both = stage(steps=2, leffa=True, correspondence=0.1)
    for saving in (True, False):
        run(config(both, run={"gradient_checkpointing": saving}), tmp_path / str(saving), cache)
    for mine, other in zip(lines(tmp_path / "True"), lines(tmp_path / "False"), strict=True):
        assert mine == pytest.approx(other, rel=1e-5)


@pytest.mark.slow
def test_half_precision_passes_are_near_the_whole_ones(tmp_path: Path, cache: Path) -> None:
    for precision in ("bf16", "no"):
        _forget_accelerator()
        run(config(run={"precision": precision}), tmp_path / precision, cache)
    _forget_accelerator()
    for mine, other in zip(lines(tmp_path / "bf16"), lines(tmp_path / "no"), strict=True):
        assert mine["loss"] == pytest.approx(other["loss"], rel=0.05)
        assert mine["loss"] != other["loss"]


def test_the_average_follows_the_weights(tmp_path: Path, cache: Path) -> None:
    run(
        config(stage(steps=4), optimizer={"ema_decay": 0.2}, run={"save_every": 1, "keep": 9}),
        tmp_path,
        cache,
    )
    average = part(tmp_path, 1, "weights")  # begins there
    for step in (2, 3, 4):
        weights = part(tmp_path, step, "weights")
        decay = min(0.2, step / (9 + step))
        average = {name: one + (1 - decay) * (weights[name] - one) for name, one in average.items()}
        torch.testing.assert_close(part(tmp_path, step, "average"), average)


def test_a_stage_begins_with_the_average_of_the_one_before(tmp_path: Path, cache: Path) -> None:
    second = stage(size=[72, 96], steps=2, learning_rate=0.0, leffa=True)
    run(config(stage(), second, leffa={"timestep_limit": 1000}), tmp_path, cache)
    before, after = part(tmp_path, 3, "average"), part(tmp_path, 5, "weights")
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert not torch.equal(part(tmp_path, 3, "weights")["unet.conv_in.weight"], before["unet.conv_in.weight"])
    assert [line["leffa"] > 0 for line in lines(tmp_path)] == [False] * 3 + [True] * 2


def test_only_as_many_states_as_asked_for_are_kept(tmp_path: Path, cache: Path) -> None:
    run(config(run={"save_every": 1, "keep": 2}), tmp_path, cache)
    assert sorted(one.name for one in (tmp_path / "states").iterdir()) == ["step-000000002", "step-000000003"]


def test_a_training_killed_while_it_writes_its_last_state_has_its_model(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(states, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            run(config(stage(steps=1)), tmp_path, cache)
    assert (tmp_path / "model" / "virtual_tryon.safetensors").exists()
    assert run(config(stage(steps=1)), tmp_path, cache).finished
    assert len(lines(tmp_path)) == 1


def test_a_run_of_another_configuration_is_not_gone_on_with(tmp_path: Path, cache: Path) -> None:
    run(config(stage(steps=1)), tmp_path, cache)
    with pytest.raises(RunError, match=r"stage\[0\].learning_rate was 0.001 there and is 0.002 here"):
        run(config(stage(steps=1, learning_rate=2e-3)), tmp_path, cache)
    # What changes no number may change.
    assert run(config(stage(steps=1, micro_batch=2), run={"keep": 1}), tmp_path, cache).finished


def test_a_training_that_is_stopped_goes_on(tmp_path: Path, cache: Path) -> None:
    first = run(config(), tmp_path, cache, minutes=0)
    assert (first.steps, first.finished) == (1, False)
    watch = Silent()
    assert run(config(), tmp_path, cache, watch).finished
    assert "going on after step 1 of 3" in watch.said
    run(config(), tmp_path / "whole", cache)
    assert lines(tmp_path) == lines(tmp_path / "whole")


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(RunError, match="is no number"):
        run(config(stage(learning_rate=1e20)), tmp_path, cache)


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be cut into 3s"):
        config(stage(micro_batch=3))


@pytest.mark.slow
@pytest.mark.parametrize("module", ["leffa.cli", "tests.leffa.training.sharded"])
def test_two_processes_train_as_one_with_their_batch(module: str, tmp_path: Path, cache: Path) -> None:
    """Each with the whole model, or each with half of it; stopped and gone on with in between."""
    stages = [stage(micro_batch=2, leffa=True, correspondence=0.1)]
    file = tmp_path / "config.toml"
    file.write_text(_toml(table(*stages, leffa={"timestep_limit": 1000})), encoding="utf-8")
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", module]
    words = ["train", str(file), "-o", str(tmp_path / "two"), "--cache", str(tmp_path / "fresh")]
    command = [sys.executable, *launch, *words, "--device", "cpu"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([*command, "--minutes", "0"], check=True, env=environment)
    assert len(lines(tmp_path / "two")) == 1
    subprocess.run(command, check=True, env=environment)
    run(config(*stages, leffa={"timestep_limit": 1000}), tmp_path / "one", cache)
    for mine, other in zip(lines(tmp_path / "two"), lines(tmp_path / "one"), strict=True):
        assert mine == pytest.approx(other, rel=2e-4)


@pytest.mark.slow
def test_it_learns_what_it_has_not_seen(tmp_path: Path, cache: Path) -> None:
    watch = Silent()
    chosen = config(
        stage(steps=150, batch_size=8, learning_rate=3e-3, warmup_steps=10, decay="cosine"),
        model={"unet": {"channels": [32, 64], "heads": [1, 2]}},
        data={"pairs": 64, "held_out": 16},
        optimizer={"ema_decay": 0.95},
    )
    run(chosen, tmp_path, cache, watch)
    losses = [line["loss"] for line in lines(tmp_path)]
    assert sum(losses[-20:]) < 0.8 * sum(losses[:20])
    held_out = [float(line.split()[-1]) for line in watch.said if "held_out" in line]
    assert held_out[-1] < 0.7 * held_out[0]


def _forget_accelerator() -> None:
    """One process trains in one precision only, but for tests."""
    from accelerate.state import AcceleratorState  # type: ignore[import-untyped]

    AcceleratorState._reset_state(reset_partial_state=True)


def _toml(content: object) -> str:
    """Inline tables are TOML too."""
    assert isinstance(content, dict)
    return "".join(f"{key} = {_value(value)}\n" for key, value in content.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value).replace("'", '"')
