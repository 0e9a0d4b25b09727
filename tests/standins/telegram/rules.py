"""Telegram's own description of its Bot API: methods, and the types of what they take and give."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.standins.files import File

Json = dict[str, Any]

DESCRIPTION = Path(__file__).parents[2] / "data" / "specs" / "telegram-bot-api-10.1.json.gz"
ARRAY = "Array of "
# Of these families, a member's `type` is its name without the family's.
TOLD_BY_TYPE = ("BotCommandScope", "InputMedia")


class Rules:
    def __init__(self, description: Json) -> None:
        self.methods: Json = description["methods"]
        self._types: Json = description["types"]

    def read(
        self, method: str, texts: Mapping[str, str], files: Collection[str]
    ) -> tuple[dict[str, Any], list[str]]:
        """Parameters as they were sent (a form knows text only), by their types; and what is forbidden."""
        fields = {field["name"]: field for field in self.methods[method].get("fields", ())}
        values: dict[str, Any] = {}
        problems = [f"{name}: unknown parameter of {method}" for name in texts.keys() - fields.keys()]
        for name in texts.keys() & fields.keys():
            try:
                values[name] = _typed(texts[name], fields[name]["types"])
            except ValueError as error:
                problems.append(f"{name}: {error}")
                continue
            problems += self.problems(values[name], fields[name]["types"], name)
        given = values.keys() | files
        problems += [
            f"{name}: missing" for name, one in fields.items() if one["required"] and name not in given
        ]
        attached = set(re.findall(r"attach://([\w-]+)", json.dumps(values)))
        problems += [f"attach://{name}: no such file was sent" for name in sorted(attached - set(files))]
        takes_file = {name for name, one in fields.items() if "InputFile" in one["types"]}
        problems += [
            f"{name}: a file that nothing names" for name in sorted(set(files) - attached - takes_file)
        ]
        return values, sorted(problems)

    def problems(self, value: Any, kinds: list[str], at: str) -> list[str]:
        """What does not fit in a value that may be of any of `kinds`."""
        found = [list(self._of_one(value, kind, at)) for kind in kinds]
        return min(found, key=lambda problems: (_says_not_this(problems, at), len(problems)))

    def problems_of_answer(self, method: str, result: Any) -> list[str]:
        return self.problems(result, self.methods[method]["returns"], "result")

    def problems_of_update(self, update: Json) -> list[str]:
        return self.problems(update, ["Update"], "update")

    def _of_one(self, value: Any, kind: str, at: str) -> Iterator[str]:
        if kind.startswith(ARRAY):
            if not isinstance(value, list):
                yield f"{at}: {type(value).__name__} instead of {kind}"
                return
            for index, inner in enumerate(value):
                yield from self.problems(inner, [kind.removeprefix(ARRAY)], f"{at}.{index}")
        elif kind in PLAIN:
            if not isinstance(value, PLAIN[kind]) or isinstance(value, bool) != (kind == "Boolean"):
                yield f"{at}: {type(value).__name__} instead of {kind}"
        elif kind == "InputFile":
            if not isinstance(value, File):
                yield f"{at}: {type(value).__name__} instead of InputFile"
        elif "subtypes" in self._types[kind]:
            yield from self._of_family(value, kind, at)
        else:
            yield from self._of_object(value, kind, at)

    def _of_family(self, value: Any, kind: str, at: str) -> Iterator[str]:
        members: list[str] = self._types[kind]["subtypes"]
        if kind in TOLD_BY_TYPE and isinstance(value, dict):
            named = {_snake(member.removeprefix(kind)): member for member in members}
            if value.get("type") not in named:
                yield f"{at}.type: {value.get('type')!r} is none of {sorted(named)}"
                return
            members = [named[value["type"]]]
        yield from self.problems(value, members, at)

    def _of_object(self, value: Any, kind: str, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at}: {type(value).__name__} instead of {kind}"
            return
        fields = {field["name"]: field for field in self._types[kind].get("fields", ())}
        for name, field in fields.items():
            if name in value:
                yield from self.problems(value[name], field["types"], f"{at}.{name}")
            elif field["required"]:
                yield f"{at}.{name}: missing"
        yield from (f"{at}.{name}: unknown field of {kind}" for name in value.keys() - fields.keys())


PLAIN: dict[str, tuple[type, ...]] = {
    "Boolean": (bool,),
    "Float": (int, float),
    "Integer": (int,),
    "String": (str,),
}


def _typed(text: str, kinds: list[str]) -> Any:
    """A parameter's text, as the first type that it can be. Raises `ValueError`."""
    if "Integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "String" in kinds:
        return text
    if "Boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if "Float" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if set(kinds) <= PLAIN.keys() | {"InputFile"}:
        raise ValueError(f"{text!r} instead of {' or '.join(kinds)}")
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("no JSON") from None


def _says_not_this(problems: list[str], at: str) -> bool:
    """Whether a type was not meant at all, as text for an object."""
    return any(one.startswith(f"{at}: ") for one in problems)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@lru_cache
def telegram_rules() -> Rules:
    with gzip.open(DESCRIPTION) as file:
        return Rules(json.load(file))
