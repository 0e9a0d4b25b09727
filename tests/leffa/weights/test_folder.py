"""Where a file lies, what is known of it, and on which terms it may be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from leffa.errors import LicenceNotAccepted, WeightsMissing, WeightsUnreadable
from leffa.weights import layout, licences, manifest
from leffa.weights.converters import CONVERTERS
from leffa.weights.folder import find_files, find_parsing, lacking, state_of
from leffa.weights.layout import FILES, Part, files_of, models_needing, parts_for
from leffa.weights.licences import LICENCES, accept, licence_of, not_accepted, require_accepted
from leffa.weights.manifest import Entry, Verdict


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"something")


# Layout


@pytest.mark.parametrize("part", get_args(Part))
def test_every_part_has_files_terms_and_a_model_that_wants_it(part: Part) -> None:
    assert files_of(part)
    assert licence_of(part).text
    assert models_needing(part)


def test_known_sizes_and_checksums_are_complete_and_names_are_unique() -> None:
    assert len({file.path for file in FILES}) == len(FILES)
    assert all(file.size and len(file.sha256) == 64 for file in FILES if file.sha256)
    preprocessing = [file for file in FILES if file.part.startswith(("densepose", "parsing", "openpose"))]
    assert all(file.sha256 for file in preprocessing)
    assert sum(file.size or 0 for part in parts_for(["viton_hd"]) for file in files_of(part)) < 8.3e9


def test_every_checkpoint_has_a_converter_and_a_name_for_what_it_makes() -> None:
    assert set(CONVERTERS) >= set(layout.MODELS)
    assert all(file.converted for part in CONVERTERS for file in files_of(part))
    assert not any(file.converted for part in ("sd15", "sdxl") for file in files_of(part))


# Folder


def test_a_converted_file_is_taken_before_the_published_one(tmp_path: Path) -> None:
    put(tmp_path, "openpose/body_pose_model.pth")
    assert find_files(tmp_path, "openpose") == [tmp_path / "openpose/body_pose_model.pth"]
    put(tmp_path, "openpose/body_pose_model.safetensors")
    assert find_files(tmp_path, "openpose") == [tmp_path / "openpose/body_pose_model.safetensors"]


@pytest.mark.parametrize(
    ("part", "model"),
    [("densepose", "viton_hd"), ("dress_code", "dress_code"), ("sdxl", "deep_fashion")],
)
def test_a_missing_file_comes_with_the_command_that_gets_it(tmp_path: Path, part: Part, model: str) -> None:
    folder = tmp_path / "my weights"
    with pytest.raises(WeightsMissing) as caught:
        find_files(folder, part)
    assert files_of(part)[0].path in str(caught.value)
    assert str(caught.value).endswith(f"leffa weights pull --model {model} '{folder}'")


def test_either_pair_of_parsing_networks_does(tmp_path: Path) -> None:
    onnx, torch_ = ([file.path for file in files_of(part)] for part in ("parsing_onnx", "parsing_torch"))
    with pytest.raises(WeightsMissing, match="parsing_atr"):
        find_parsing(tmp_path)
    put(tmp_path, onnx[0], *torch_)
    assert [path.stem[-3:] for path in find_parsing(tmp_path)] == ["atr", "lip"]
    assert find_parsing(tmp_path)[0].suffix == ".pth"
    assert not any("parsing" in file.part for file in lacking(tmp_path, ["viton_hd"]))
    put(tmp_path, *onnx)
    assert find_parsing(tmp_path) == (tmp_path / onnx[0], tmp_path / onnx[1])


def test_the_state_of_a_file_is_told(tmp_path: Path) -> None:
    (file,) = files_of("openpose")
    assert state_of(tmp_path, file) == "missing"
    put(tmp_path, f"{file.path}.0123456789ab.part")
    assert state_of(tmp_path, file) == "partial"
    put(tmp_path, file.path)
    assert state_of(tmp_path, file) == "there"
    put(tmp_path, str(file.converted))
    assert state_of(tmp_path, file) == "converted"


# Terms of use


def test_terms_are_accepted_once_with_version_and_time(tmp_path: Path) -> None:
    try_on = parts_for(["viton_hd"])
    assert len(not_accepted(tmp_path, try_on)) == 4
    accept(tmp_path, not_accepted(tmp_path, try_on))
    require_accepted(tmp_path, try_on)
    record = json.loads((tmp_path / licences.RECORD).read_text())
    assert record["openpose"]["version"] == licences.VERSION
    assert record["openpose"]["time"].startswith("20")
    assert [one.key for one in not_accepted(tmp_path, parts_for(layout.MODELS))] == ["leffa_pose"]


def test_changed_terms_are_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(tmp_path, LICENCES)
    monkeypatch.setattr(licences, "VERSION", licences.VERSION + 1)
    with pytest.raises(LicenceNotAccepted, match="DensePose"):
        require_accepted(tmp_path, ["densepose"])


@pytest.mark.parametrize("text", ["", "[]", '{"openpose": 1}', '{"openpose": {}}'])
def test_a_damaged_record_of_terms_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / licences.RECORD).write_text(text)
    with pytest.raises(WeightsUnreadable, match="asked again"):
        not_accepted(tmp_path, ["openpose"])


# Manifest


def test_verifying_tells_missing_changed_and_extra_files(tmp_path: Path) -> None:
    good, longer, other, gone = "virtual_tryon.pth", *(file.path for file in FILES[3:6])
    put(tmp_path, good, longer, other)
    sha256 = "3fc9b689459d738f8c88a3a48aa9e33542016b7a4052e001aaa536fca74813cb"  # of "something"
    for path in (good, longer, other, gone):
        manifest.record(tmp_path, path, Entry(9, sha256, "there", "now"))
    put(tmp_path, "mine.bin", "README.md", "examples/a.png", ".cache/x", "virtual_tryon_dc.pth.0.part")
    (tmp_path / longer).write_bytes(b"something more")
    (tmp_path / other).write_bytes(b"Something")
    verdict = manifest.verify(tmp_path)
    assert verdict == Verdict([good], [gone], sorted([longer, other]), ["mine.bin"])
    assert not verdict.is_good


def test_without_a_manifest_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"no manifest\.json"):
        manifest.verify(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": 2, "files": {}}',
        '{"format": 1, "files": {"virtual_tryon.pth": {"size": "9"}}}',
        '{"format": 1, "files": {"README.md": {"size": "9", "sha256": "", "source": "", "time": ""}}}',
        '{"format": 1, "files": {"../../etc/passwd": {"size": 9, "sha256": "", "source": "", "time": ""}}}',
    ],
)
def test_a_damaged_or_hostile_manifest_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / manifest.NAME).write_text(content)
    with pytest.raises(WeightsUnreadable, match=r"manifest\.json"):
        manifest.verify(tmp_path)
