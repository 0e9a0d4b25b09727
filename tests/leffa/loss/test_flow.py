"""Attention read as a flow field: by the definition, and without storing the map."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from leffa.errors import OptionInvalid
from leffa.loss import QueryKey, attention_flow, coordinate_map, token_grid
from leffa.loss.flow import explicit_map
from tests.leffa.loss.made import REFERENCE, TARGET, layer, looking_at
from tests.leffa.loss.plain import plain_flow


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_both_computations_follow_the_definition(temperature: float) -> None:
    pair = layer(12, 9)
    wanted = plain_flow(pair.query[0].detach().numpy(), pair.key[0].detach().numpy(), (3, 3), temperature)
    for attention in (pair, explicit_map(pair)):
        flow = attention_flow(attention, TARGET, REFERENCE, temperature)
        assert flow.shape == (1, 4, 3, 2)
        torch.testing.assert_close(flow.detach().view(12, 2), torch.from_numpy(wanted), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("heads", "dim"), [(1, 1), (2, 8), (8, 40)])
def test_both_computations_have_equal_values_and_gradients(heads: int, dim: int) -> None:
    pair = layer(48, 36, heads=heads, dim=dim, batch=2)
    weights = torch.randn(2, 8, 6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    flows, gradients = [], []
    for attention in (pair, explicit_map(pair)):
        flow = attention_flow(attention, (64, 48), (48, 48))
        flows.append(flow.detach())
        gradients.append(torch.autograd.grad((flow * weights).sum(), pair))
    torch.testing.assert_close(*flows, rtol=0, atol=1e-14)
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-14)


def test_a_map_after_its_softmax_is_the_same_attention() -> None:
    pair = layer(12, 9)
    products = explicit_map(pair).detach()
    torch.testing.assert_close(
        attention_flow(products.softmax(dim=-1), TARGET, REFERENCE, 2.0),
        attention_flow(products, TARGET, REFERENCE, 2.0),
        rtol=0,
        atol=1e-14,
    )


def test_heads_are_averaged_after_the_softmax() -> None:
    """One head sure of the first token and one sure of the last: the middle, however sure they are."""
    first, last = looking_at([0] * 9, 9), looking_at([8] * 9, 9, sharpness=1e6)
    both = QueryKey(torch.cat([first.query, last.query], dim=1), torch.cat([first.key, last.key], dim=1))
    flow = attention_flow(both, REFERENCE, REFERENCE)
    torch.testing.assert_close(flow, torch.zeros_like(flow))


def test_a_higher_temperature_softens() -> None:
    pair = looking_at([0] * 9, 9, sharpness=8.0)
    corners = [attention_flow(pair, REFERENCE, REFERENCE, t)[0, 0, 0, 0].item() for t in (0.5, 1.0, 2.0, 5.0)]
    assert corners == sorted(corners)
    assert corners[0] < -0.9
    assert -0.2 < corners[-1] < 0


def test_the_corner_tokens_lie_at_one_and_x_comes_first() -> None:
    places = coordinate_map(3, 5)
    assert places[0, 0].tolist() == [-1, -1]
    assert places[0, 4].tolist() == [1, -1]
    assert places[2, 2].tolist() == [0, 1]
    assert coordinate_map(1, 2)[:, :, 1].tolist() == [[0, 0]]


def test_no_map_is_ever_stored() -> None:
    tokens = 2048
    pair = layer(tokens, tokens, heads=1, dim=8)
    sizes = (512, 256)
    largest = {}
    ways: dict[str, QueryKey | Tensor] = {"linear": pair, "explicit": explicit_map(pair)}
    for name, attention in ways.items():
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
            torch.autograd.backward(attention_flow(attention, sizes, sizes).sum())
        largest[name] = max(event.self_cpu_memory_usage for event in seen.events())
    a_map = tokens * tokens * 8
    assert largest["explicit"] >= a_map
    assert largest["linear"] < a_map / 10


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(dtype: torch.dtype) -> None:
    pair = QueryKey(*(x.detach().to(dtype) for x in layer(48, 36, dim=8)))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        flow = attention_flow(pair, (64, 48), (48, 48))
    exact = attention_flow(QueryKey(*(x.double() for x in pair)), (64, 48), (48, 48))
    assert flow.dtype == torch.float32
    torch.testing.assert_close(flow.double(), exact, rtol=0, atol=1e-6)


def test_tokens_are_laid_out_like_the_picture() -> None:
    assert token_grid(12288, (1024, 768)) == (128, 96)
    assert token_grid(192, (1024, 768)) == (16, 12)
    assert token_grid(30, (96, 75)) == (6, 5)  # 12 x 9 latents, halved and rounded up
    with pytest.raises(OptionInvalid, match="97 tokens are no grid"):
        token_grid(97, (64, 64))


@pytest.mark.parametrize(
    "shapes", [[(1, 2, 9, 4), (1, 3, 9, 4)], [(1, 2, 9, 4), (1, 2, 9, 5)], [(2, 9, 4), (2, 9, 4)]]
)
def test_queries_and_keys_that_do_not_fit_are_refused(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(OptionInvalid, match="queries and keys are"):
        attention_flow((torch.zeros(shapes[0]), torch.zeros(shapes[1])), REFERENCE, REFERENCE)


def test_other_nonsense_is_refused() -> None:
    with pytest.raises(OptionInvalid, match="an attention map is"):
        attention_flow(torch.zeros(1, 9, 9), REFERENCE, REFERENCE)
    with pytest.raises(OptionInvalid, match="temperature must be above 0"):
        attention_flow(layer(9, 9), REFERENCE, REFERENCE, 0.0)
