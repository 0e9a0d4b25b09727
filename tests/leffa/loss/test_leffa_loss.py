"""The reference drawn where attention looks, against the target."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import leffa
from leffa.errors import OptionInvalid
from leffa.loss import QueryKey, attention_flow, coordinate_map, leffa_loss, warp
from leffa.loss.flow import explicit_map
from tests.leffa.loss.made import REFERENCE, TARGET, layer, looking_at, mask, picture
from tests.leffa.loss.plain import plain_flow, plain_loss


def test_it_is_what_the_definition_says() -> None:
    pairs = [layer(12, 9, seed=1), layer(48, 36, seed=2)]
    reference, target, where = picture(REFERENCE, seed=3), picture(TARGET, seed=4), mask(TARGET)
    wanted = []
    for pair, grid, own in zip(pairs, [(3, 3), (6, 6)], [(4, 3), (8, 6)], strict=True):
        flow = plain_flow(pair.query[0].detach().numpy(), pair.key[0].detach().numpy(), grid, 2.0)
        pixels, wished = (image[0].permute(1, 2, 0).numpy() for image in (reference, target))
        wanted.append(plain_loss(flow.reshape(*own, 2), pixels, wished, where[0, 0].numpy()))
    for maps in (pairs, [explicit_map(pair) for pair in pairs]):
        loss = leffa_loss(maps, reference, target, where, temperature=2.0)
        assert loss.item() == pytest.approx(sum(wanted) / 2, rel=1e-12)


def test_both_computations_pass_the_gradient_check() -> None:
    pair = layer(12, 9, heads=2, dim=3)
    images = picture(REFERENCE, seed=3), picture(TARGET, seed=4), mask(TARGET)

    def linear(query: Tensor, key: Tensor) -> Tensor:
        return leffa_loss([QueryKey(query, key)], *images)

    def explicit(query: Tensor, key: Tensor) -> Tensor:
        return leffa_loss([explicit_map(QueryKey(query, key))], *images)

    assert torch.autograd.gradcheck(linear, tuple(pair))
    assert torch.autograd.gradcheck(explicit, tuple(pair))


@pytest.mark.parametrize(
    "options", [{}, {"distance": "smooth_l1"}, {"reduction": "sum"}, {"align_corners": False}], ids=str
)
def test_both_computations_have_equal_gradients(options: dict[str, Any]) -> None:
    pair = layer(192, 144, heads=4, dim=10, batch=2)
    images = picture(REFERENCE, batch=2, seed=3), picture(TARGET, batch=2, seed=4), mask(TARGET, batch=2)
    linear = leffa_loss([pair], *images, **options)
    explicit = leffa_loss([explicit_map(pair)], *images, **options)
    assert linear.item() == pytest.approx(explicit.item(), rel=1e-13)
    torch.testing.assert_close(
        torch.autograd.grad(linear, pair), torch.autograd.grad(explicit, pair), rtol=1e-9, atol=1e-15
    )


def test_a_token_that_looks_at_its_own_place_warps_nothing() -> None:
    image = picture((64, 48))
    pair = looking_at(list(range(48)), 48)
    assert leffa_loss([pair], image, image, mask((64, 48))).item() == pytest.approx(0, abs=1e-20)
    flow = attention_flow(pair, (64, 48), (64, 48))
    torch.testing.assert_close(warp(image, flow, (64, 48)), image, rtol=0, atol=1e-12)


def test_the_snapshots_alignment_enlarges_about_the_middle() -> None:
    """8 columns from -1 to 1, read as if they were the middles of eighths: 8 / 7 as large."""
    flow = coordinate_map(8, 8, dtype=torch.float64)[None]
    ramp = coordinate_map(64, 64, dtype=torch.float64)[..., 0].expand(1, 3, -1, -1)
    row = warp(ramp, flow, (64, 64), align_corners=False)[0, 0, 32]
    assert ((row[33] - row[30]) / (ramp[0, 0, 32, 33] - ramp[0, 0, 32, 30])).item() == pytest.approx(8 / 7)


def test_following_a_shift_costs_nothing_where_the_mask_lets_it_look() -> None:
    """The target shows the reference eight pixels, one column of tokens, to the left."""
    columns = torch.arange(48, dtype=torch.float64)
    pair = looking_at([row * 6 + min(column + 1, 5) for row in range(8) for column in range(6)], 48)
    step = (48 - 1) / (6 - 1)  # pixels from token to token, corners on corners
    smooth = (columns / 10).expand(1, 3, 64, -1) - 1
    target = smooth + step / 10
    where = torch.zeros(1, 1, 64, 48, dtype=torch.float64)
    where[..., : int(4 * step)] = 1
    assert leffa_loss([pair], smooth, target, where).item() == pytest.approx(0, abs=1e-12)
    assert leffa_loss([pair], smooth, target, torch.ones_like(where)).item() > 0.01


def test_the_mean_counts_every_pixel_and_the_sum_is_the_papers_letter() -> None:
    pairs = [layer(12, 9, batch=2, seed=seed) for seed in range(3)]
    reference, target, where = (
        picture(REFERENCE, batch=2),
        picture(TARGET, batch=2, seed=1),
        mask(TARGET, batch=2),
    )
    squares = []
    for pair in pairs:
        warped = warp(reference, attention_flow(pair, TARGET, REFERENCE), TARGET)
        squares.append(((warped - target) * where).square().sum())
    total = torch.stack(squares).sum().item()
    assert leffa_loss(pairs, reference, target, where, reduction="sum").item() == pytest.approx(total / 2)
    mean = leffa_loss(pairs, reference, target, where).item()
    assert mean == pytest.approx(total / (3 * target.numel()))


def test_smooth_l1_is_half_the_square_where_the_difference_is_small() -> None:
    pair = layer(12, 9)
    reference, target = picture(REFERENCE) * 0.4, picture(TARGET, seed=1) * 0.4
    squared = leffa_loss([pair], reference, target, mask(TARGET))
    assert leffa_loss([pair], reference, target, mask(TARGET), distance="smooth_l1").item() == pytest.approx(
        squared.item() / 2
    )


@pytest.mark.parametrize("explicit", [False, True])
def test_noisy_samples_count_nothing_in_the_mean_over_the_batch(explicit: bool) -> None:
    pair = layer(12, 9, batch=3)
    reference, target = picture(REFERENCE, batch=3), picture(TARGET, batch=3, seed=1)
    images = reference, target, mask(TARGET, batch=3)

    def only(i: int) -> Tensor:
        row = slice(i, i + 1)
        return leffa_loss([(pair.query[row], pair.key[row])], reference[row], target[row], mask(TARGET))

    alone = [only(i) for i in range(3)]
    maps = [explicit_map(pair)] if explicit else [pair]
    loss = leffa_loss(maps, *images, timesteps=torch.tensor([499, 500, 0]))
    assert loss.item() == pytest.approx((alone[0] + alone[2]).item() / 3)
    gradient = torch.autograd.grad(loss, pair.query)[0]
    assert gradient[1].abs().max() == 0
    assert gradient[0].abs().max() > 0
    assert leffa_loss(maps, *images, timesteps=torch.tensor([500, 999, 700])).item() == 0
    wide = leffa_loss(maps, *images, timesteps=torch.tensor([500, 999, 700]), timestep_limit=1000)
    assert wide.item() == pytest.approx(sum(one.item() for one in alone) / 3)


def test_what_the_target_shows_outside_the_mask_does_not_matter() -> None:
    pair, where = layer(12, 9), mask(TARGET)
    reference, target = picture(REFERENCE), picture(TARGET, seed=1)
    other = torch.where(where == 1, target, picture(TARGET, seed=2))
    assert leffa_loss([pair], reference, target, where) == leffa_loss([pair], reference, other, where)


def test_following_its_gradient_finds_the_shift() -> None:
    """Attention that starts undecided learns from pictures alone to look where the target shows it."""
    image = F.interpolate(picture((4, 3), seed=5), (64, 48), mode="bicubic").clamp(-1, 1)
    target = image.flip(3)
    keys = torch.eye(48, dtype=torch.float64)[None, None]
    query = torch.zeros_like(keys).requires_grad_()
    optimizer = torch.optim.Adam([query], lr=1.0)
    losses = []
    for _ in range(150):
        loss = leffa_loss([QueryKey(query, keys)], image, target, torch.ones(1, 1, 64, 48))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


def test_shapes_that_do_not_fit_are_refused() -> None:
    reference, target, where = picture(REFERENCE), picture(TARGET), mask(TARGET)
    with pytest.raises(OptionInvalid, match="no attention layer"):
        leffa_loss([], reference, target, where)
    with pytest.raises(OptionInvalid, match="of the target's size"):
        leffa_loss([layer(12, 9)], reference, target, mask(REFERENCE))
    with pytest.raises(OptionInvalid, match="of one batch size"):
        leffa_loss([layer(12, 9)], picture(REFERENCE, batch=2), target, where)
    with pytest.raises(OptionInvalid, match="unknown"):
        leffa_loss([layer(12, 9)], reference, target, where, distance="cosine")  # type: ignore[arg-type]


def test_it_is_part_of_the_library() -> None:
    assert leffa.loss.leffa_loss is leffa_loss
