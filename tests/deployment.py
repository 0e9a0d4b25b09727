"""Reads docker-compose.yml, the Dockerfile and .dockerignore, strictly: what it does not know is an error."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
ENV_SAMPLE = ROOT / "docker" / "env.sample"

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?P<rule>:[?-])(?P<word>[^}$]*)\}")
_INSTRUCTIONS = {"ARG", "CMD", "COPY", "ENV", "FROM", "RUN", "USER", "WORKDIR"}


class Unset(Exception):
    """A variable that must be set is not."""


def env_sample() -> dict[str, str]:
    lines = [line for line in ENV_SAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with its anchors and variables resolved. Raises `Unset`."""
    loaded = _resolved(yaml.safe_load(COMPOSE.read_text()), variables)
    assert isinstance(loaded, dict)
    return loaded


def variables_of_compose() -> set[str]:
    return {match["name"] for match in _VARIABLE.finditer(_without_comments())}


def _without_comments() -> str:
    return "\n".join(line for line in COMPOSE.read_text().splitlines() if not line.lstrip().startswith("#"))


def _resolved(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, variables) for one in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        if found := variables.get(match["name"]):
            return found
        if match["rule"] == ":?":
            raise Unset(f"{match['name']}: {match['word']}")
        return match["word"]

    filled = _VARIABLE.sub(fill, value)
    assert "$" not in filled, f"a variable that is not written as one: {value}"
    return filled


def seconds(duration: str) -> int:
    """Of a duration such as 1m30s."""
    parts = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration)
    assert parts is not None, duration
    assert any(parts.groups()), duration
    return int(parts[1] or 0) * 60 + int(parts[2] or 0)


@dataclass(frozen=True)
class Instruction:
    """One of a Dockerfile, and the stage it stands in (`""` before the first)."""

    stage: str
    word: str
    rest: str

    @property
    def copied(self) -> list[str]:
        """What a COPY takes out of the build's folder."""
        *sources, _ = shlex.split(self.rest)
        return [] if sources[0].startswith("--from=") else sources


def dockerfile(path: Path) -> list[Instruction]:
    """Its instructions. Fails on a word or a stage that it does not know."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    found: list[Instruction] = []
    stages: list[str] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.partition(" ")
        assert word in _INSTRUCTIONS, f"no instruction: {line}"
        assert rest, f"nothing after {word}"
        if word == "FROM":
            base = re.fullmatch(r"(\S+) AS ([a-z-]+)", rest)
            assert base, f"a stage needs a name: {line}"
            assert base[1] == "${PYTHON}" or base[1] in stages, f"no such stage: {base[1]}"
            stages.append(base[2])
        if source := re.match(r"--from=(\S+)", rest):
            assert source[1] in stages, f"no such stage: {source[1]}"
        found.append(Instruction(stages[-1] if stages else "", word, rest))
    return found


def lineage(instructions: list[Instruction], stage: str) -> list[Instruction]:
    """The instructions of a stage and of the stages it is made from, in order."""
    own = [one for one in instructions if one.stage == stage]
    base = own[0].rest.split(" ")[0]
    return own if base.startswith("$") else [*lineage(instructions, base), *own]


def is_sent_to_the_build(path: str) -> bool:
    """Whether .dockerignore lets it through; of its rules, the last one that fits decides."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = True
    for rule in (line for line in lines if line and not line.startswith("#")):
        pattern = rule.removeprefix("!").removeprefix("**/")
        if fnmatch(path, pattern) or fnmatch(Path(path).name, pattern):
            sent = rule.startswith("!")
    return sent
