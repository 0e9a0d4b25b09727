"""The loss as a plug-in: for Leffa's own pair of UNets, and for a plain pair that knows nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from leffa.attention import project_key_value
from leffa.errors import OptionInvalid
from leffa.loss import leffa_loss, recorded_attention
from leffa.model import LeffaModel
from tests.leffa.loss.made import picture

SIZE = (64, 48)
CONFIG: dict[str, Any] = {
    "in_channels": 4,
    "block_out_channels": (8, 16, 16),
    "norm_num_groups": 4,
    "layers_per_block": 1,
    "cross_attention_dim": 6,
    "attention_head_dim": 2,
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
}


def heads_of(x: Tensor, heads: int) -> Tensor:
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def test_leffas_own_pair_gives_the_queries_and_keys_that_it_attends_with(model: LeffaModel) -> None:
    generator = torch.Generator().manual_seed(0)
    reference = torch.randn(2, 4, 8, 6, generator=generator)
    sample = torch.randn(2, 12, 8, 6, generator=generator)
    with torch.no_grad(), recorded_attention(model.unet, model.unet_encoder) as recording:
        features = model.reference_features(reference, 100)
        known = model.project_reference(features)
        model.predict_noise(sample, 100, known)
        layers = recording.named_maps(SIZE, coarsest_stride=64)
    assert len(layers) == model.num_features
    for (name, pair), (key, _) in zip(layers.items(), known, strict=True):
        attn = recording.attentions[name]
        torch.testing.assert_close(pair.key, heads_of(key, attn.heads))
        query = heads_of(attn.to_q(recording.own[name]), attn.heads)
        torch.testing.assert_close(pair.query, query)


def test_recording_changes_nothing_and_ends(model: LeffaModel) -> None:
    reference, sample = torch.randn(1, 4, 8, 6), torch.randn(1, 12, 8, 6)

    def predict() -> Tensor:
        with torch.no_grad():
            known = model.project_reference(model.reference_features(reference, 100))
            return model.predict_noise(sample, 100, known)

    before = predict()
    with recorded_attention(model.unet, model.unet_encoder) as recording:
        assert torch.equal(predict(), before)
    seen = dict(recording.own)
    predict()
    assert all(recording.own[name] is hidden for name, hidden in seen.items())


class _Plain:
    """Two stock UNets with their stock attention, which know nothing of each other."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.reference = UNet2DConditionModel(**CONFIG)
        self.unet = UNet2DConditionModel(**CONFIG)

    def __call__(self, sample: Tensor, reference: Tensor) -> None:
        text = torch.zeros(len(sample), 1, CONFIG["cross_attention_dim"])
        self.reference(reference, 10, text)
        self.unet(sample, 10, text)


def test_a_plain_pair_of_stock_unets_learns_to_look() -> None:
    """The queries and keys are taken although nothing attends with them; the loss trains both UNets."""
    pair = _Plain()
    parameters = [*pair.unet.parameters(), *pair.reference.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=3e-3)
    generator = torch.Generator().manual_seed(1)
    image = picture(SIZE, seed=2).float()
    latent = torch.nn.functional.avg_pool2d(image, 8)
    latent = torch.cat([latent, latent.mean(dim=1, keepdim=True)], dim=1)
    where = torch.ones(1, 1, *SIZE)
    losses = []
    for _ in range(20):
        noise = torch.randn(latent.shape, generator=generator) * 0.1
        with recorded_attention(pair.unet, pair.reference) as recording:
            pair((latent + noise).flip(3), latent)
        loss = leffa_loss(recording.maps(SIZE), image, image.flip(3), where)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < sum(losses[:5])
    assert any(p.grad is not None and p.grad.abs().max() > 0 for p in pair.reference.parameters())


def test_gradient_checkpointing_changes_no_gradient() -> None:
    pair = _Plain()
    generator = torch.Generator().manual_seed(0)
    sample, reference = (torch.randn(1, 4, 8, 6, generator=generator) for _ in range(2))
    images = picture(SIZE).float(), picture(SIZE, seed=1).float(), torch.ones(1, 1, *SIZE)
    parameters = [*pair.unet.parameters(), *pair.reference.parameters()]
    gradients = []
    for checkpointing in (False, True):
        for network in (pair.unet, pair.reference):
            network.train()
            if checkpointing:
                network.enable_gradient_checkpointing()
        with recorded_attention(pair.unet, pair.reference) as recording:
            pair(sample, reference)
        loss = leffa_loss(recording.maps(SIZE), *images)
        gradients.append(torch.autograd.grad(loss, parameters, allow_unused=True))
    for plain, checkpointed in zip(*gradients, strict=True):
        assert (plain is None) == (checkpointed is None)
        assert plain is None or torch.equal(plain, checkpointed)


def test_layers_are_chosen_by_name_and_by_how_fine_they_are() -> None:
    pair = _Plain()
    latent = torch.zeros(1, 4, 8, 6)
    with torch.no_grad(), recorded_attention(pair.unet, pair.reference) as recording:
        pair(latent, latent)
    every = list(recording.named_maps(SIZE, coarsest_stride=32))
    assert every[0] == "down_blocks.0.attentions.0.transformer_blocks.0.attn1"
    assert any(name.startswith("mid_block") for name in every)
    assert {name.split(".")[0] for name in recording.named_maps(SIZE, coarsest_stride=16)} == {
        "down_blocks",
        "up_blocks",
    }
    assert all(query.shape[2] == 48 for query, _ in recording.maps(SIZE, coarsest_stride=8))
    with torch.no_grad(), recorded_attention(pair.unet, pair.reference, ["up_blocks.2.*"]) as up:
        pair(latent, latent)
    assert {name[:11] for name in up.named_maps(SIZE)} == {"up_blocks.2"}
    with pytest.raises(OptionInvalid, match="no recorded layer"):
        recording.maps(SIZE, coarsest_stride=4)
    with (
        pytest.raises(OptionInvalid, match="named like sideways"),
        recorded_attention(pair.unet, pair.reference, ["sideways.*"]),
    ):
        pass


def test_both_unets_must_run() -> None:
    pair = _Plain()
    latent, text = torch.zeros(1, 4, 8, 6), torch.zeros(1, 1, 6)
    with torch.no_grad(), recorded_attention(pair.unet, pair.reference) as recording:
        pair.unet(latent, 10, text)
    with pytest.raises(OptionInvalid, match="both UNets must run"):
        recording.maps(SIZE)


def test_projections_of_the_features_are_those_of_the_generative_unet() -> None:
    pair = _Plain()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad(), recorded_attention(pair.unet, pair.reference) as recording:
        pair(torch.randn(1, 4, 8, 6, generator=generator), torch.randn(1, 4, 8, 6, generator=generator))
        name, layer = next(iter(recording.named_maps(SIZE).items()))
        attn = recording.attentions[name]
        key, _ = project_key_value(attn, recording.reference[name])
    assert attn is pair.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1
    torch.testing.assert_close(layer.key, heads_of(key, attn.heads))
