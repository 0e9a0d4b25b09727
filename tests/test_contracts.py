"""What the files at the top of the repository promise each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
MEGABYTE = 1_000_000


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _tested_versions() -> dict[str, str]:
    """Package to version, from every line of constraints.txt that is not a comment."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def _listed_versions() -> dict[str, str]:
    """Package to version, from the tables of packages in THIRD_PARTY_LICENSES.md."""
    text = (ROOT / "THIRD_PARTY_LICENSES.md").read_text()
    rows = re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in rows}


def _requirements() -> list[Requirement]:
    project = _pyproject()["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    # Two extras may need the same package.
    every = [Requirement(line) for line in dict.fromkeys(line for group in groups for line in group)]
    return [requirement for requirement in every if requirement.name != project["name"]]


def test_every_package_of_the_house_is_checked_and_packaged() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    tool = _pyproject()["tool"]
    assert set(tool["importlinter"]["root_packages"]) == packages
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages
    assert set(tool["mypy"]["files"]) == packages | {"tests"}


def test_constraints_are_exact_public_versions_that_any_machine_can_resolve() -> None:
    versions = _tested_versions()
    inexact = {name: version for name, version in versions.items() if not re.fullmatch(r"\d[\w.]*", version)}
    assert not inexact
    assert not [name for name in versions if name.startswith(("nvidia-", "cuda-", "triton"))]


@pytest.mark.parametrize("requirement", _requirements(), ids=str)
def test_dependency_is_bounded_and_its_tested_version_is_within(requirement: Requirement) -> None:
    operators = {clause.operator for clause in requirement.specifier}
    assert operators in ({">=", "<"}, {"=="})
    assert Version(_tested_versions()[canonicalize_name(requirement.name)]) in requirement.specifier


def test_third_party_licences_list_each_tested_package_and_version() -> None:
    assert _listed_versions() == _tested_versions()


@pytest.mark.parametrize(
    ("folder", "megabytes"),
    [("tests/data", 24), ("tests/data/preprocess", 10)],
)
def test_data_in_the_repository_stays_within_its_budget(folder: str, megabytes: int) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    size = sum(path.stat().st_size for path in files)
    assert size <= megabytes * MEGABYTE


def test_each_mini_model_stays_within_thirty_megabytes() -> None:
    models = list((ROOT / "leffa" / "mini").glob("*.safetensors"))
    assert models
    assert all(path.stat().st_size <= 30 * MEGABYTE for path in models)
