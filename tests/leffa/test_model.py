"""The model: what it computes, what it leaves out, and that this makes no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from leffa.attention import project_key_value
from leffa.errors import WeightsMissing, WeightsUnreadable
from leffa.model import LeffaModel, transformer_blocks
from tests.leffa.published import KINDS, Files, tensors

COUNTS = {"sd15": 16, "sdxl": 22}


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@contextmanager
def weighted_layers_that_run(root: nn.Module) -> Iterator[list[str]]:
    """The names, in order of execution, of the called layers of `root` that own weights."""
    ran: list[str] = []
    hooks = [
        layer.register_forward_hook(lambda *_, name=name: ran.append(name))
        for name, layer in root.named_modules()
        if list(layer.parameters(recurse=False))
    ]
    yield ran
    for hook in hooks:
        hook.remove()


@pytest.fixture(scope="module")
def published_way(files: dict[str, Files]) -> Callable[[str], LeffaModel]:
    """The same weights, every one of them, in a model that computes the published way."""

    def build(kind: str) -> LeffaModel:
        model = LeffaModel.from_base(files[kind].base, published=True)
        model.load_state_dict(load_file(files[kind].checkpoint), strict=True)
        return model.eval()

    return build


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_one_feature_per_transformer_block_in_order_of_execution(
    models: dict[str, LeffaModel], kind: str
) -> None:
    model = models[kind]
    with weighted_layers_that_run(model.unet_encoder) as ran:
        features = model.reference_features(random(2, 4, 12, 8), 501)

    assert len(features) == model.num_features == COUNTS[kind]
    names = {layer: name for name, layer in model.unet_encoder.named_modules()}
    order = [names[block.norm1] for block in transformer_blocks(model.unet_encoder)]
    assert [name for name in ran if name.endswith("norm1") and "transformer_blocks" in name] == order
    stages = [name.split("_")[0] for name in order]
    assert stages == sorted(stages, key=["down", "mid", "up"].index)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_reference_unet_stops_at_its_last_norm1(models: dict[str, LeffaModel], kind: str) -> None:
    model = models[kind]
    with weighted_layers_that_run(model.unet_encoder) as ran:
        model.reference_features(random(1, 4, 12, 8), 501)
    last = transformer_blocks(model.unet_encoder)[-1]
    assert model.unet_encoder.get_submodule(ran[-1]) is last.norm1


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_every_weight_that_is_kept_is_used(models: dict[str, LeffaModel], kind: str) -> None:
    model = models[kind]
    with weighted_layers_that_run(model) as ran:
        mean, _ = model.encode(random(1, 3, 64, 48))
        reference = model.project_reference(model.reference_features(mean, 501))
        model.decode(model.predict_noise(random(1, 12, 8, 6), 501, reference))
    kept = {name for name, layer in model.named_modules() if list(layer.parameters(recurse=False))}
    assert set(ran) == kept


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_nothing_reads_are_not_kept(
    models: dict[str, LeffaModel], files: dict[str, Files], kind: str
) -> None:
    dropped = load_file(files[kind].checkpoint).keys() - models[kind].state_dict().keys()
    reasons = (".attn2.", "add_embedding.", "unet_encoder.conv_", "unet_encoder.up_blocks.")
    assert all(any(reason in key for reason in reasons) for key in dropped)
    assert not any(".attn2." in key or "add_embedding" in key for key in models[kind].state_dict())


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_published_way_gives_the_same_features_and_noise(
    models: dict[str, LeffaModel], published_way: Callable[[str], LeffaModel], kind: str
) -> None:
    ours, theirs = models[kind], published_way(kind)
    latent, sample = random(2, 4, 12, 8), random(2, 12, 12, 8, seed=1)

    features, their_features = ours.reference_features(latent, 751), theirs.reference_features(latent, 751)
    for feature, their_feature in zip(features, their_features, strict=True):
        torch.testing.assert_close(feature, their_feature, atol=5e-5, rtol=0)
    torch.testing.assert_close(
        ours.predict_noise(sample, 751, ours.project_reference(features)),
        theirs.predict_noise(sample, 751, features),
        atol=1e-5,
        rtol=0,
    )


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_published_way_costs_more(
    models: dict[str, LeffaModel], published_way: Callable[[str], LeffaModel], kind: str
) -> None:
    ours, theirs = models[kind], published_way(kind)
    latent, sample = random(1, 4, 12, 8), random(1, 12, 12, 8)
    features = ours.reference_features(latent, 1)
    reference = ours.project_reference(features)

    def flops(call: Callable[[], object]) -> int:
        with FlopCounterMode(display=False) as counter:
            call()
        return int(counter.get_total_flops())

    assert flops(lambda: ours.reference_features(latent, 1)) < flops(
        lambda: theirs.reference_features(latent, 1)
    )
    assert flops(lambda: ours.predict_noise(sample, 1, reference)) < flops(
        lambda: theirs.predict_noise(sample, 1, features)
    )


@torch.no_grad()
def test_self_attention_sees_its_own_tokens_and_the_reference_ones(models: dict[str, LeffaModel]) -> None:
    attention = transformer_blocks(models["sd15"].unet)[0].attn1
    own, reference = random(2, 6, 16), random(2, 9, 16, seed=1)
    both = torch.cat([own, reference], dim=1)

    def heads(tokens: Tensor) -> Tensor:
        return tokens.view(2, -1, attention.heads, 16 // attention.heads).transpose(1, 2)

    query, key, value = heads(attention.to_q(own)), heads(attention.to_k(both)), heads(attention.to_v(both))
    weights = (query @ key.mT * (16 // attention.heads) ** -0.5).softmax(dim=-1)
    wanted = attention.to_out[0]((weights @ value).transpose(1, 2).reshape(2, 6, 16))

    known = [project_key_value(attention, reference)]
    torch.testing.assert_close(attention(own, reference=known), wanted)
    assert not torch.allclose(
        attention(own, reference=[(key[:, :0], key[:, :0]) for key, _ in known]), wanted
    )


@torch.no_grad()
def test_skipped_cross_attention_still_adds_its_norm(models: dict[str, LeffaModel]) -> None:
    block = transformer_blocks(models["sd15"].unet)[0]
    hidden, known = random(1, 6, 16), [project_key_value(block.attn1, random(1, 6, 16, seed=1))]

    attended = hidden + block.attn1(block.norm1(hidden), reference=known)
    added = attended + block.norm2(attended)
    wanted = added + block.ff(block.norm3(added))

    output = block(hidden, cross_attention_kwargs={"reference": known})
    torch.testing.assert_close(output, wanted)


@pytest.mark.parametrize("size", [(8, 6), (13, 9), (5, 17)])
@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_any_latent_size_works(models: dict[str, LeffaModel], kind: str, size: tuple[int, int]) -> None:
    model = models[kind]
    reference = model.project_reference(model.reference_features(random(1, 4, *size), 1))
    noise = model.predict_noise(random(1, 12, *size), 1, reference)
    assert noise.shape == (1, 4, *size)
    assert torch.isfinite(noise).all()


@torch.no_grad()
def test_a_batch_equals_its_samples_one_by_one(models: dict[str, LeffaModel]) -> None:
    model = models["sdxl"]
    latent, sample = random(3, 4, 12, 8), random(3, 12, 12, 8, seed=1)

    def predict(rows: slice) -> Tensor:
        reference = model.project_reference(model.reference_features(latent[rows], 501))
        return model.predict_noise(sample[rows], 501, reference)

    alone = torch.cat([predict(slice(row, row + 1)) for row in range(3)])
    torch.testing.assert_close(predict(slice(0, 3)), alone, atol=1e-4, rtol=0)


def test_requests_at_the_same_time_do_not_see_each_other(models: dict[str, LeffaModel]) -> None:
    model = models["sd15"]

    @torch.no_grad()
    def predict(seed: int) -> Tensor:
        reference = model.project_reference(model.reference_features(random(1, 4, 12, 8, seed=seed), 501))
        return model.predict_noise(random(1, 12, 12, 8, seed=seed + 100), 501, reference)

    alone = [predict(seed) for seed in range(6)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(predict, range(6)))
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=0)


@torch.no_grad()
def test_reference_changes_the_prediction(models: dict[str, LeffaModel]) -> None:
    model, sample = models["sd15"], random(1, 12, 12, 8)
    first, second = (
        model.predict_noise(
            sample, 501, model.project_reference(model.reference_features(random(1, 4, 12, 8, seed=s), 501))
        )
        for s in (1, 2)
    )
    assert (first - second).abs().max() > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_schedule_is_ancestral_ddpm_whatever_class_the_file_names(
    models: dict[str, LeffaModel], kind: str
) -> None:
    model = models[kind]
    first, second = model.make_scheduler(), model.make_scheduler()
    assert type(first).__name__ == "DDPMScheduler"
    assert first is not second
    assert model.zero_terminal_snr is (kind == "sdxl")
    assert (first.alphas_cumprod[-1].item() == 0) is (kind == "sdxl")
    assert first.config.variance_type == "fixed_small"
    assert not first.config.clip_sample


def test_kind_of_a_model_is_told_by_its_configuration_not_by_the_name_of_its_folder(
    files: dict[str, Files], models: dict[str, LeffaModel], tmp_path: Path
) -> None:
    (tmp_path / "anything").symlink_to(files["sd15"].base)
    model = LeffaModel.from_published(tmp_path / "anything", files["sd15"].checkpoint)
    assert not model.zero_terminal_snr
    assert torch.equal(model.make_scheduler().alphas_cumprod, tensors("sd15", "scheduler")["alphas_cumprod"])


@pytest.mark.parametrize("part", ["vae/config.json", "unet/config.json", "scheduler/scheduler_config.json"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, WeightsMissing),
        ("{ damaged", WeightsUnreadable),
        ("[]", WeightsUnreadable),
        ("\xff", WeightsUnreadable),
    ],
)
def test_a_missing_or_damaged_configuration_is_named(
    files: dict[str, Files], tmp_path: Path, part: str, content: str | None, error: type[Exception]
) -> None:
    source = files["sd15"].base
    for path in source.glob("*/*.json"):
        copy = tmp_path / path.relative_to(source)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    if content is None:
        (tmp_path / part).unlink()
    else:
        (tmp_path / part).write_text(content, encoding="latin-1")
    with pytest.raises(error, match=part):
        LeffaModel.from_base(tmp_path)


@torch.no_grad()
def test_gelu_is_the_exact_one(models: dict[str, LeffaModel]) -> None:
    gate = transformer_blocks(models["sd15"].unet)[0].ff.net[0]
    tokens = random(1, 6, 16) * 3
    value, gated = gate.proj(tokens).chunk(2, dim=-1)
    torch.testing.assert_close(gate(tokens), value * F.gelu(gated), atol=1e-6, rtol=0)
