"""Published weights in every form give the same network, and others are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from leffa.errors import WeightsMismatch, WeightsMissing, WeightsUnreadable
from leffa.preprocessing.parsing.network import KINDS, ParserKind, SchpNetwork, build_network, conv_order
from leffa.preprocessing.parsing.weights import (
    Gamma,
    convert_state,
    load_parser_network,
    published_shapes,
)
from tests.leffa.preprocessing.parsing.conftest import Load, published_file
from tests.leffa.preprocessing.parsing.onnx_writer import model, node, tensor, write_sparse
from tests.leffa.preprocessing.recipe import make_weights, read_keys

State = dict[str, Tensor]


def thin(kind: ParserKind) -> State:
    """All tensors of a published file, each a single number stretched to its shape: a small file."""
    return {
        name: torch.ones(()).expand(shape) for name, shape in published_shapes(build_network(kind)).items()
    }


def save(state: State, path: Path) -> Path:
    wrapped = {"state_dict": {f"module.{name}": tensor for name, tensor in state.items()}}
    torch.save(wrapped, path, _use_new_zipfile_serialization=False)
    return path


def onnx_names(network: SchpNetwork) -> list[bytes]:
    """One Conv node for each that runs."""
    return [node("Conv", ["x", f"{conv}.weight", f"{conv}.bias"], "y") for conv in conv_order(network)]


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_shapes_are_those_of_the_published_file(kind: ParserKind) -> None:
    published = {key["name"]: tuple(key["shape"]) for key in read_keys(f"schp_{kind}")}
    assert published_shapes(build_network(kind)) == published


def test_a_network_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    path = save(thin("lip"), tmp_path / "atr.pth")
    with pytest.raises(
        WeightsMismatch, match=r"4 misshapen: decoder\.conv4\.weight \[20, .*instead of \[18,"
    ):
        load_parser_network(path, "atr")


def test_a_missing_and_an_extra_tensor_are_named(tmp_path: Path) -> None:
    state = thin("atr")
    state["surprise"] = state.pop("decoder.conv4.bias")
    with pytest.raises(WeightsMismatch, match=r"missing: decoder\.conv4\.bias; 1 unexpected: surprise$"):
        load_parser_network(save(state, tmp_path / "atr.pth"), "atr")


def test_the_names_of_the_port_are_refused(tmp_path: Path) -> None:
    renamed = {key.replace("fushion.3", "fushion.4"): value for key, value in thin("atr").items()}
    with pytest.raises(WeightsMismatch, match=r"missing: fushion\.3"):
        load_parser_network(save(renamed, tmp_path / "atr.pth"), "atr")


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        load_parser_network(tmp_path / "nothing.pth", "atr")
    with pytest.raises(WeightsUnreadable, match=r"atr\.pkl is neither"):
        load_parser_network(tmp_path / "atr.pkl", "atr")


@pytest.mark.parametrize("gamma", ["abs", "raw"])
def test_norms_are_folded_as_if_they_ran(load: Load, gamma: Gamma) -> None:
    network, weights = load("atr", gamma), make_weights("schp_atr")
    norm = nn.BatchNorm2d(64)
    scale = weights["layer1.1.bn1.weight"]
    assert (scale < 0).any()
    conv = nn.Conv2d(256, 64, 1, bias=False)
    conv.weight.data = weights["layer1.1.conv1.weight"]
    norm.weight.data = scale.abs() + 1e-5 if gamma == "abs" else scale
    norm.bias.data = weights["layer1.1.bn1.bias"]
    norm.running_mean = weights["layer1.1.bn1.running_mean"]
    norm.running_var = weights["layer1.1.bn1.running_var"]
    picture = torch.linspace(-1, 1, 256 * 9).view(1, 256, 3, 3)

    with torch.inference_mode():
        folded, ran = network.get_submodule("layer1.1.conv1")(picture), norm.eval()(conv(picture))

    assert torch.allclose(folded, ran, atol=1e-5, rtol=0)


def test_a_network_infers_in_the_precision_asked_for(tmp_path: Path) -> None:
    network = load_parser_network(save(thin("atr"), tmp_path / "atr.pth"), "atr", dtype=torch.bfloat16)
    assert {parameter.dtype for parameter in network.parameters()} == {torch.bfloat16}
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, 32, 32)).dtype == torch.bfloat16


def test_a_full_size_onnx_file_fills_every_convolution(tmp_path: Path) -> None:
    path, network = tmp_path / "parsing_lip.onnx", build_network("lip")
    shapes = [(name, tuple(parameter.shape)) for name, parameter in network.named_parameters()]
    write_sparse(path, shapes, onnx_names(network))
    assert path.stat().st_size > 260e6

    loaded = load_parser_network(path, "lip")

    path.unlink()
    for name, parameter in loaded.named_parameters():
        flat = parameter.contiguous().flatten()
        assert flat[-1] == 1, name
        assert not flat[:-1].any(), name


def test_an_onnx_file_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    path, network = tmp_path / "parsing_lip.onnx", build_network("lip")
    shapes = [(name, tuple(parameter.shape)) for name, parameter in network.named_parameters()]
    write_sparse(path, shapes, onnx_names(network))
    with pytest.raises(WeightsMismatch, match=r"misshapen: decoder\.conv4\.weight"):
        load_parser_network(path, "atr")


@pytest.mark.slow
@pytest.mark.parametrize("gamma", ["abs", "raw"])
def test_converted_and_exported_files_give_the_same_network(tmp_path: Path, gamma: Gamma) -> None:
    with published_file("lip", tmp_path) as path:
        wanted = load_parser_network(path, "lip", gamma=gamma).state_dict()
        converted = dict(convert_state(path, "lip", gamma=gamma))
    save_file(converted, tmp_path / "lip.safetensors")
    nodes = onnx_names(build_network("lip"))
    tensors = [tensor(name, value.numpy()) for name, value in converted.items()]
    (tmp_path / "lip.onnx").write_bytes(model(nodes, tensors))

    for name in ("lip.safetensors", "lip.onnx"):
        loaded = load_parser_network(tmp_path / name, "lip").state_dict()
        assert loaded.keys() == wanted.keys()
        assert all(torch.equal(loaded[key], wanted[key]) for key in wanted)
        (tmp_path / name).unlink()
