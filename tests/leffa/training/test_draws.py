"""Draws depend on seed, step and place, and on nothing else."""

from __future__ import annotations

import numpy as np
import torch

from leffa.training.draws import ASKED, chosen, draw_held_out, draw_sample

SHAPE = (4, 3, 2)


def test_a_sample_draws_the_same_whatever_was_drawn_before() -> None:
    first = draw_sample(1, 20, 3, SHAPE, timesteps=1000, unconditional=0.1)
    torch.manual_seed(5)
    draw_sample(1, 20, 2, SHAPE, timesteps=1000, unconditional=0.1)
    again = draw_sample(1, 20, 3, SHAPE, timesteps=1000, unconditional=0.1)
    assert (again.timestep, again.dropped) == (first.timestep, first.dropped)
    assert torch.equal(again.noise, first.noise)
    assert torch.equal(again.asked, first.asked)


def test_seed_step_and_place_each_make_another_draw() -> None:
    keys = [(1, 20, 3), (2, 20, 3), (1, 21, 3), (1, 20, 4)]
    noises = {draw_sample(*key, SHAPE, timesteps=1000, unconditional=0.1).noise.sum().item() for key in keys}
    noises.add(draw_held_out(1, 3, SHAPE, timesteps=1000).noise.sum().item())
    assert len(noises) == 5


def test_each_sample_loses_its_reference_by_itself_and_a_tenth_of_them_do() -> None:
    batches = [
        [draw_sample(0, step, place, (1, 1, 1), timesteps=1000, unconditional=0.1) for place in range(8)]
        for step in range(400)
    ]
    lost = np.array([[draw.dropped for draw in batch] for batch in batches])
    assert 0.08 < lost.mean() < 0.12
    # With one draw for a batch, all of it or nothing would be lost.
    assert np.isin(lost.sum(axis=1), range(1, 8)).mean() > 0.4


def test_timesteps_and_noise_are_spread_as_they_should_be() -> None:
    draws = [draw_sample(0, 0, place, (4, 8, 8), timesteps=1000, unconditional=0.0) for place in range(500)]
    steps = np.array([draw.timestep for draw in draws])
    assert steps.min() < 10
    assert steps.max() > 989
    assert abs(steps.mean() - 499.5) < 40
    noise = torch.stack([draw.noise for draw in draws])
    assert abs(noise.mean().item()) < 0.01
    assert abs(noise.std().item() - 1) < 0.01
    assert draws[0].asked.shape == (ASKED,)


def test_every_example_comes_once_before_any_comes_again() -> None:
    seen = np.concatenate([chosen(3, step, 4, 10) for step in range(5)])
    assert sorted(seen[:10]) == list(range(10))
    assert sorted(seen[10:]) == list(range(10))
    assert list(seen[:10]) != list(seen[10:])
