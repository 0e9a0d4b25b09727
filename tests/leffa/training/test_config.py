"""A configuration that is wrong is refused in one line which names the key; the samples are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leffa.configs import TRAIN
from leffa.errors import ConfigInvalid
from leffa.training.config import TrainConfig, read_config
from leffa.training.strict import build, override
from tests.leffa.training.running import stage, table


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sead": 1}, "sead is unknown; did you mean seed?"),
        ({"data": {"set": "drawn_try_on", "colour": 1}}, "data.colour is unknown; there are set, root"),
        ({"stage": [stage(lerning_rate=1)]}, "stage[0].lerning_rate is unknown; did you mean learning_rate?"),
        ({"stage": [stage(steps=1.5)]}, "stage[0].steps must be a whole number, not 1.5"),
        ({"stage": [stage(leffa=1)]}, "stage[0].leffa must be true or false, not 1"),
        ({"stage": [stage(size=[64])]}, "stage[0].size must have 2 values, not 1"),
        ({"stage": [stage(size=[60, 64])]}, "stage[0].size must be multiples of 8, not 60"),
        ({"stage": [stage(learning_rate=-1.0)]}, "stage[0].learning_rate must be 0 or more, not -1.0"),
        ({"stage": [stage(learning_rate=float("nan"))]}, "stage[0].learning_rate must be 0 or more, not nan"),
        ({"stage": []}, "stage: there must be one"),
        ({"stage": 3}, "stage must be a list, not 3"),
        ({"run": {"precision": "int8"}}, "run.precision must be one of no, fp16, bf16, not 'int8'"),
        ({"leffa": {"layers": []}}, "leffa.layers must name some"),
        ({"model": {"start": "scratch", "weights": "mini"}}, "model.kind is missing"),
        ({"data": {"set": "viton_hd"}}, "data.root: viton_hd needs one"),
        ({"data": {"set": "drawn_pose"}}, "data.set: drawn_pose does not fit model.kind viton_hd"),
        (
            {"data": {"set": "own", "root": "x"}, "stage": [stage(leffa=True)]},
            'data.loss_mask: own photos have no parse maps; take "repainted"',
        ),
        (
            {"data": {"set": "own", "root": "x"}, "stage": [stage(correspondence=0.1)]},
            "stage: correspondence needs data.set drawn_try_on or drawn_pose",
        ),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigInvalid) as error:
        build(TrainConfig, table() | change)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("name", sorted(one.stem for one in TRAIN.glob("*.toml")))
def test_every_sample_is_a_training(name: str) -> None:
    assert read_config(name).steps > 0


def test_the_papers_stages_are_those_of_the_samples() -> None:
    stages = read_config("viton_hd").stage
    assert [(one.size, one.steps, one.batch_size, one.leffa) for one in stages] == [
        ((384, 512), 10_000, 256, False),
        ((768, 1024), 36_000, 64, False),
        ((768, 1024), 10_000, 64, True),
    ]
    assert {one.learning_rate for one in stages} == {1e-5}


def test_a_key_is_put_over_the_file() -> None:
    given = ["data.pairs=5", "stage.0.learning_rate=2e-3", "model.weights=/some/where", 'leffa.layers=["*"]']
    chosen = read_config("mini_try_on", given)
    assert (chosen.data.pairs, chosen.stage[0].learning_rate) == (5, 2e-3)
    assert (chosen.model.weights, chosen.leffa.layers) == ("/some/where", ("*",))


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("steps", "is not KEY=VALUE"),
        ("stage.9.steps=1", "there are 2 rows"),
        ("seed.x=1", "seed is no table"),
        ("stage.0.sters=1", r"mini_try_on.toml: stage\[0\].sters is unknown; did you mean steps"),
    ],
)
def test_a_wrong_assignment_is_refused(assignment: str, said: str) -> None:
    with pytest.raises(ConfigInvalid, match=said):
        read_config("mini_try_on", [assignment])


def test_an_assignment_may_make_a_table() -> None:
    content: dict[str, Any] = {}
    override(content, "run.keep=3")
    assert content == {"run": {"keep": 3}}


def test_a_file_that_is_not_there_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="no such sample; samples: claim, claim_loss, deep_fashion"):
        read_config("mini_tryon")
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("seed = ", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=r"bad.toml: this is no TOML"):
        read_config(tmp_path / "bad.toml")
