"""The network gives the recorded features and logits, and computes no more than it is asked for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from leffa.preprocessing.parsing.letterbox import Letterbox, network_input
from leffa.preprocessing.parsing.network import KINDS, ParserKind, SchpNetwork, build_network, conv_order
from leffa.preprocessing.parsing.parser import parse_labels
from leffa.preprocessing.parsing.weights import Gamma
from tests.leffa.preprocessing.parsing.conftest import Load
from tests.leffa.preprocessing.parsing.recorded import apart, is_warped, photo, read
from tests.leffa.preprocessing.recipe import DATA

CLOSE = 1e-4
# Recorded name of a feature, and the module that it comes out of.
FEATURES = {
    "stem": "maxpool",
    "x2": "layer1",
    "x3": "layer2",
    "x4": "layer3",
    "x5": "layer4",
    "context": "context_encoding",
    "parsing_fea": "decoder",
    "edge_fea": "edge",
}


@contextmanager
def recording(network: SchpNetwork) -> Iterator[dict[str, Tensor]]:
    """Fills with the features that pass, by recorded name."""
    features: dict[str, Tensor] = {}

    def keep(name: str, output: object) -> None:
        if isinstance(output, tuple):  # of the edge module: its features, and logits or none
            output = torch.cat(output[0], 1)
        assert isinstance(output, Tensor)
        features[name] = output[0]

    handles = [
        network.get_submodule(module).register_forward_hook(
            lambda _module, _inputs, output, name=name: keep(name, output)
        )
        for name, module in FEATURES.items()
    ]
    yield features
    for handle in handles:
        handle.remove()


def every(array: Tensor, parts: int) -> Tensor:
    """About `parts` values along each dimension."""
    return array[tuple(slice(None, None, max(1, side // parts)) for side in array.shape)]


def warped(kind: ParserKind, index: int) -> Tensor:
    """The network input of a recorded photo, checked to be the recorded one."""
    picture = photo(f"photo{index}")
    square = Letterbox(picture.width, picture.height, KINDS[kind].size).warp(np.asarray(picture))
    assert is_warped(square, read(f"schp_{kind}")[f"i{index}_warped_sha256"])
    return network_input(square, "rgb")


@pytest.mark.parametrize("gamma", ["abs", "raw"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_small_picture_gives_the_recorded_logits(kind: ParserKind, gamma: Gamma, load: Load) -> None:
    recorded = read(f"schp_{kind}")
    with torch.inference_mode():
        logits = load(kind, gamma).all_logits(torch.from_numpy(recorded["tiny_input"]))

    for name in ("parsing", "fusion", "edge"):
        assert apart(getattr(logits, name), recorded[f"tiny_{gamma}_{name}"]) < CLOSE
    if gamma == "raw":  # as the published demo's own copy of the network reads the weights
        assert apart(logits.fusion, recorded["tiny_port_fusion"]) < CLOSE


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_gives_the_recorded_features_logits_and_labels(
    kind: ParserKind, index: int, load: Load
) -> None:
    recorded, network = read(f"schp_{kind}"), load(kind, "raw")
    with torch.inference_mode(), recording(network) as features:
        fusion = network(warped(kind, index))[0]

    assert features.keys() == FEATURES.keys()
    for name, feature in features.items():
        means, deviations = feature.mean((1, 2)), feature.std((1, 2), correction=0)
        assert apart(torch.stack([means, deviations], 1), recorded[f"i{index}_{name}_stat"]) < CLOSE
        if index == 0:
            assert apart(every(feature, 16), recorded[f"i0_{name}_slice"]) < CLOSE
    assert apart(fusion[:, ::4, ::4], recorded[f"i{index}_fusion_s4"]) < CLOSE

    labels = parse_labels(lambda _: fusion[None], kind, photo(f"photo{index}"), "rgb")
    sure = np.unpackbits(recorded[f"i{index}_sure"], count=labels.size).reshape(labels.shape)
    assert sure.mean() > 0.99
    assert not ((labels != recorded[f"i{index}_labels"]) & (sure > 0)).any()


@pytest.mark.slow
@pytest.mark.parametrize("gamma", ["abs", "raw"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_gives_all_recorded_outputs(kind: ParserKind, gamma: Gamma, load: Load) -> None:
    with torch.inference_mode():
        logits = load(kind, gamma).all_logits(warped(kind, 0))

    for name, output in logits._asdict().items():
        assert apart(output[0, :, ::4, ::4], read(f"schp_{kind}")[f"full_{gamma}_{name}_s4"]) < CLOSE


def test_inference_runs_no_layer_that_its_logits_do_not_need() -> None:
    network = build_network("lip")
    ran: set[str] = set()
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda *_, name=name: ran.add(name))

    network(torch.empty(1, 3, 64, 64, device="meta"))
    without = set(ran)
    network.all_logits(torch.empty(1, 3, 64, 64, device="meta"))
    assert ran - without == {"decoder.conv4", "edge.conv4", "edge.conv5"}


def test_fusion_logits_are_the_same_with_and_without_the_others(load: Load) -> None:
    picture = torch.from_numpy(read("schp_lip")["tiny_input"])
    network = load("lip", "raw")
    with torch.inference_mode():
        assert torch.equal(network(picture), network.all_logits(picture).fusion)


@pytest.mark.parametrize("size", [(1, 3, 33, 47), (2, 3, 64, 32)])
def test_logits_have_a_quarter_of_any_sides(size: tuple[int, ...]) -> None:
    logits = build_network("atr").all_logits(torch.empty(size, device="meta"))
    batch, _, height, width = size
    assert logits.fusion.shape == logits.parsing.shape == (batch, 18, -(-height // 4), -(-width // 4))
    assert logits.edge.shape == (batch, 2, -(-height // 4), -(-width // 4))


@pytest.mark.parametrize("kind", KINDS)
def test_convolutions_run_in_the_recorded_order_of_an_exported_graph(kind: ParserKind) -> None:
    with gzip.open(DATA / "keys" / "schp_conv_order.json.gz", "rt", encoding="utf-8") as file:
        recorded = [conv["conv"] for conv in json.load(file)["convs"]]
    assert conv_order(build_network(kind)) == recorded
