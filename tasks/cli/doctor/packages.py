"""Python and the packages, against what the project says it works with."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning

PART = "packages"
PROJECT = "ai-giydir"
# What a service needs: the library's own, and this extra.
_EXTRAS = ("", "service")


def check(_: Settings) -> list[Finding]:
    """Missing packages, and versions that nobody has tried."""
    python = platform.python_version()
    wanted = metadata(PROJECT)["Requires-Python"]
    if python not in SpecifierSet(wanted):
        return [problem(PART, f"Python {python} will not do", f"Python {wanted}")]
    findings = list(compare(requires(PROJECT) or []))
    return findings or [ok(PART, f"Python {python}, and every package within its bounds")]


def compare(lines: Iterable[str]) -> Iterable[Finding]:
    """A finding for each requirement (as in a package's metadata) that is not met."""
    for line in lines:
        requirement = Requirement(line)
        if requirement.marker and not any(requirement.marker.evaluate({"extra": one}) for one in _EXTRAS):
            continue
        try:
            there = version(requirement.name)
        except PackageNotFoundError:
            advice = f"pip install '{PROJECT}[service]'"
            yield problem(PART, f"{requirement.name} is not installed", advice)
            continue
        if not requirement.specifier.contains(there, prereleases=True):
            said = f"{requirement.name} is {there}, which was not tried with this version"
            yield warning(PART, said, f"pip install '{requirement.name}{requirement.specifier}'")
