"""Attention that looks where the truth lies costs little, anything else more, and the cost is learnable."""

from __future__ import annotations

import math

import pytest
import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor

from leffa.training.config import Model, Unet
from leffa.training.correspondence import (
    Recorded,
    coarser,
    correspondence_loss,
    near_weights,
    recorded_attention,
)
from leffa.training.start import begin

HEIGHT, WIDTH = 4, 3
TOKENS = HEIGHT * WIDTH
UNETS = Model("viton_hd", "scratch", "mini", unet=Unet((8, 8, 16), (2, 2, 4), groups=4))


def centres() -> Tensor:
    """Where each token of the grid lies, `[1, HEIGHT, WIDTH, 2]`."""
    y, x = torch.meshgrid(
        (torch.arange(HEIGHT) + 0.5) / HEIGHT, (torch.arange(WIDTH) + 0.5) / WIDTH, indexing="ij"
    )
    return torch.stack([x, y], dim=-1)[None]


def attention_to(targets: list[int], sharpness: float) -> tuple[Recorded, Tensor]:
    """Two blocks, of one head each, whose token i looks at reference token `targets[i]`."""
    attn = Attention(query_dim=TOKENS, heads=1, dim_head=TOKENS, bias=False)
    with torch.no_grad():
        attn.to_q.weight.copy_(torch.eye(TOKENS))
    queries = torch.eye(TOKENS)[targets][None] * sharpness
    return Recorded([attn, attn], [queries, queries]), torch.eye(TOKENS)[None]


def cost(targets: list[int], flow: Tensor, sharpness: float = 200.0) -> float:
    recorded, key = attention_to(targets, sharpness)
    return correspondence_loss(recorded, [(key, key)] * 2, flow, asked(1)).item()


def asked(batch: int) -> Tensor:
    return torch.rand(batch, 96, generator=torch.Generator().manual_seed(0))


def test_looking_at_the_true_point_costs_nothing_and_elsewhere_much() -> None:
    right, wrong = list(range(TOKENS)), [(i + 5) % TOKENS for i in range(TOKENS)]
    assert cost(right, centres()) == pytest.approx(0.0, abs=1e-4)
    assert cost(wrong, centres()) > 5


def test_even_attention_costs_the_logarithm_of_the_number_of_tokens() -> None:
    assert cost(list(range(TOKENS)), centres(), sharpness=0.0) == pytest.approx(math.log(TOKENS), abs=1e-4)


def test_the_first_block_is_left_alone() -> None:
    recorded, key = attention_to([(i + 5) % TOKENS for i in range(TOKENS)], 200.0)
    recorded.hidden_states[1] = torch.eye(TOKENS)[None] * 200.0  # the second looks at the right points
    loss = correspondence_loss(recorded, [(key, key)] * 2, centres(), asked(1))
    assert loss.item() == pytest.approx(0.0, abs=1e-4)


def test_tokens_that_show_nothing_of_the_reference_do_not_count() -> None:
    wrong = [(i + 5) % TOKENS for i in range(TOKENS)]
    flow = torch.full_like(centres(), torch.nan)
    assert cost(wrong, flow) == 0
    flow[0, 0, 0] = centres()[0, 1, 2]  # token 5, where token 0 looks
    assert cost(wrong, flow) == pytest.approx(0.0, abs=1e-4)


def test_a_sample_costs_the_same_alone_and_beside_one_that_shows_nothing() -> None:
    wrong = [(i + 5) % TOKENS for i in range(TOKENS)]
    recorded, key = attention_to(wrong, 200.0)
    recorded.hidden_states = [torch.cat([one, one]) for one in recorded.hidden_states]
    both = torch.cat([key, key])
    flow = torch.cat([centres(), torch.full_like(centres(), torch.nan)])
    loss = correspondence_loss(recorded, [(both, both)] * 2, flow, asked(1).expand(2, -1))
    assert loss.item() == pytest.approx(cost(wrong, centres()) / 2)


def test_a_point_between_tokens_is_shared_by_its_neighbours() -> None:
    corner = torch.tensor([[[1 / 3, 1 / 4]]])
    weights = near_weights(corner, HEIGHT, WIDTH).view(HEIGHT, WIDTH)
    torch.testing.assert_close(weights[:2, :2], torch.full((2, 2), 0.25))
    assert weights.sum() == pytest.approx(1.0)
    border = near_weights(torch.tensor([[[0.0, 1.0]]]), HEIGHT, WIDTH).view(HEIGHT, WIDTH)
    assert border[-1, 0] == pytest.approx(1.0)


def test_coarser_tokens_take_the_mean_of_what_is_known() -> None:
    flow = torch.full((1, 4, 4, 2), torch.nan)
    flow[0, 0, 0] = torch.tensor([0.2, 0.4])
    flow[0, 1, 1] = torch.tensor([0.4, 0.8])
    half = coarser(flow, 4)
    torch.testing.assert_close(half[0, 0, 0], torch.tensor([0.3, 0.6]))
    assert half[0, 1, 1].isnan().all()
    assert coarser(flow, 16) is flow


@pytest.mark.slow
def test_following_its_gradient_makes_attention_find_the_points() -> None:
    model = begin(UNETS, seed=0)
    parameters = [*model.unet.parameters(), *model.unet_encoder.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=3e-3)
    sample, garment = torch.randn(2, 28, 8, 8), torch.randn(2, 12, 8, 8)
    y, x = torch.meshgrid((torch.arange(8) + 0.5) / 8, (torch.arange(8) + 0.5) / 8, indexing="ij")
    flow = torch.stack([x.flip(1), y], dim=-1).expand(2, -1, -1, -1)
    losses = []
    for _ in range(40):
        with recorded_attention(model.unet) as recorded:
            known = model.project_reference(model.reference_features(garment, 500))
            model.predict_noise(sample, 500, known)
        loss = correspondence_loss(recorded, known, flow, asked(2))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert len(recorded.attentions) == model.num_features
