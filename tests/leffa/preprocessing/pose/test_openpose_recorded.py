"""OpenPose as recorded from the published implementation: network, maps, peaks, people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from leffa.preprocessing.pose.openpose import OpenPose, network_input, read_poses
from leffa.preprocessing.pose.openpose_network import OpenPoseNetwork
from leffa.preprocessing.pose.peaks import enlarge, find_peaks, smooth
from leffa.preprocessing.pose.poses import Poses, Reading
from tests.leffa.preprocessing.recipe import DATA, make_weights

NET: dict[str, Any] = dict(np.load(DATA / "pose" / "openpose_net.npz", allow_pickle=False))
POST: dict[str, Any] = dict(np.load(DATA / "pose" / "openpose_post.npz", allow_pickle=False))
CASES = [str(name) for name in POST["cases"]]
PICTURES = ("c0", "c1")
# About ten times what one and two threads differ by.
CLOSE = 4e-5


@pytest.fixture(scope="module")
def openpose() -> OpenPose:
    with torch.device("meta"):
        network = OpenPoseNetwork()
    network.load_state_dict(make_weights("openpose"), assign=True)
    return OpenPose(network)


@pytest.fixture(scope="module")
def outputs(openpose: OpenPose) -> Iterator[dict[str, dict[str, NDArray[np.float32]]]]:
    """For each picture the network's two outputs and those of every convolution."""
    noted: dict[str, NDArray[np.float32]] = {}

    def note(name: str) -> None:
        def hook(layer: nn.Module, inputs: object, output: Tensor) -> None:
            noted[name] = output[0].numpy().copy()

        openpose.network[name].register_forward_hook(hook)

    for name in openpose.network:
        note(name)
    found = {}
    for picture in PICTURES:
        values = torch.from_numpy(NET[f"{picture}_net_input_u8"]).permute(2, 0, 1)[None] / 256 - 0.5
        with torch.inference_mode():
            paf, heat = openpose.network(values)
        found[picture] = {**noted, "paf": paf[0].numpy(), "heat": heat[0].numpy()}
    yield found
    for layer in openpose.network.values():
        layer._forward_hooks.clear()


def photo(picture: str) -> Image.Image:
    return Image.open(DATA / "pose" / f"openpose_img{picture[1]}.png").convert("RGB")


def assert_close(mine: NDArray[np.float32], recorded: NDArray[np.float32]) -> None:
    assert mine.shape == recorded.shape
    assert np.abs(mine - recorded).max() <= CLOSE * np.abs(recorded).max()


@pytest.mark.parametrize("picture", PICTURES)
def test_the_network_sees_the_recorded_bytes(picture: str) -> None:
    pixels, _ = network_input(photo(picture))
    np.testing.assert_array_equal(pixels, NET[f"{picture}_net_input_u8"])


@pytest.mark.parametrize("picture", PICTURES)
def test_every_stage_gives_the_recorded_maps(
    outputs: dict[str, dict[str, NDArray[np.float32]]], picture: str
) -> None:
    found = outputs[picture]
    assert_close(np.maximum(found["conv4_4_CPM"][::8], 0), NET[f"{picture}_model0"])
    for branch in ("L1", "L2"):
        assert_close(found[f"conv5_5_CPM_{branch}"], NET[f"{picture}_stage1_{branch}"])
        for stage in range(2, 6):
            assert_close(found[f"Mconv7_stage{stage}_{branch}"], NET[f"{picture}_stage{stage}_{branch}"])
    assert_close(found["paf"], NET[f"{picture}_paf"])
    assert_close(found["heat"], NET[f"{picture}_heat"])


@pytest.mark.parametrize("picture", PICTURES)
def test_maps_are_enlarged_and_smoothed_to_the_last_bit(picture: str) -> None:
    _, scaled = network_input(photo(picture))
    size = photo(picture).height, photo(picture).width
    heat = np.stack([enlarge(channel, scaled, size) for channel in NET[f"{picture}_heat"]], axis=-1)
    paf = np.stack([enlarge(channel, scaled, size) for channel in NET[f"{picture}_paf"]], axis=-1)

    np.testing.assert_array_equal(heat[::8, ::8], NET[f"{picture}_heat_up_s8"])
    np.testing.assert_array_equal(paf[::16, ::16], NET[f"{picture}_paf_up_s16"])
    smoothed = smooth(heat[..., 0].astype(np.float64))
    np.testing.assert_array_equal(smoothed[::4, ::4], NET[f"{picture}_gauss_part0_s4"])


@pytest.mark.parametrize("picture", PICTURES)
def test_the_recorded_maps_have_the_recorded_peaks(picture: str) -> None:
    _, scaled = network_input(photo(picture))
    size = photo(picture).height, photo(picture).width
    peaks = find_peaks(enlarge(channel, scaled, size) for channel in NET[f"{picture}_heat"][:18])
    np.testing.assert_array_equal(np.concatenate(peaks), NET[f"{picture}_candidate"])


@pytest.mark.parametrize("picture", PICTURES)
def test_from_picture_to_peaks(openpose: OpenPose, picture: str) -> None:
    found = {(x, y) for x, y, *_ in openpose(photo(picture)).candidates}
    recorded = {(x, y) for x, y, *_ in NET[f"{picture}_candidate"]}
    # Random maps have hundreds of weak peaks; rounding may move one.
    assert len(found ^ recorded) <= 2


def read(case: str, reading: Reading) -> Poses:
    heat, paf = ((POST[f"{case}/{name}"] / 512).astype(np.float32) for name in ("heat_q", "paf_q"))
    return read_poses(paf, heat, (184, 138), (512, 384), reading)


@pytest.mark.parametrize("case", CASES)
def test_drawn_maps_give_the_recorded_tables(case: str) -> None:
    poses = read(case, "direct")
    np.testing.assert_array_equal(poses.candidates, POST[f"{case}/candidate"])
    np.testing.assert_array_equal(poses.subset, POST[f"{case}/subset"])


@pytest.mark.parametrize(("reading", "recorded"), [("direct", "keypoints_direct"), ("shifted", "keypoints")])
@pytest.mark.parametrize("case", [case for case in CASES if case != "nobody"])
def test_the_first_person_has_the_recorded_keypoints(case: str, reading: Reading, recorded: str) -> None:
    first = read(case, reading).people[0]
    np.testing.assert_array_equal(first.keypoints, POST[f"{case}/{recorded}"])


@pytest.mark.parametrize("reading", ["direct", "shifted"])
def test_nobody_is_an_empty_list_where_the_published_wrapper_fails(reading: Reading) -> None:
    assert POST["nobody/error"].tobytes().startswith(b"IndexError")
    assert read("nobody", reading).people == []


def test_every_drawn_person_is_found_where_it_was_drawn() -> None:
    people, drawn = read("two", "direct").people, POST["two/drawn"]
    assert len(people) == len(drawn)
    for skeleton in drawn:
        nearest = min(np.abs(person.keypoints - skeleton).max() for person in people)
        assert nearest <= 3  # pixels; a cell of the network's grid is 22
