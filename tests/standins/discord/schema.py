"""Checks JSON against the schemas of an OpenAPI description, more strictly than JSON Schema does.

A field that a schema does not list is a problem, and of a union the branch that was meant is reported:
that is what a test wants to read, and what a general validator does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

# Of discord.py 2.7.1: fields that the description does not list and Discord passes over.
PASSED_OVER: dict[str, frozenset[str]] = {
    "ApplicationCommandUpdateRequest": frozenset({"nsfw"}),
    "ApplicationCommandCreateRequest": frozenset({"nsfw"}),
    "MessageAttachmentRequest": frozenset(
        {"content_type", "height", "proxy_url", "size", "spoiler", "url", "width"}
    ),
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": frozenset({"tts"}),
    "IncomingWebhookUpdateRequestPartial": frozenset({"tts"}),
    "MessageEditRequestPartial": frozenset({"tts"}),
    "RichEmbed": frozenset({"flags"}),
}

TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


class Schemas:
    """`of_requests`: a snowflake may be a number, and what discord.py adds is passed over."""

    def __init__(self, schemas: Json, *, of_requests: bool) -> None:
        self._schemas = schemas
        self._of_requests = of_requests

    def problems(self, value: Any, schema: Json, at: str = "") -> Iterator[str]:
        """Each as "where: what"; nothing where `value` is as the schema says."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            yield from self._named(value, name, at)
            return
        kinds = schema.get("type")
        if kinds is not None and not _is_one_of(value, [kinds] if isinstance(kinds, str) else kinds):
            yield f"{at or 'body'}: {type(value).__name__} instead of {kinds}"
            return
        if value is None:
            return
        for union in ("oneOf", "anyOf"):
            if union in schema:
                yield from self._of_union(value, schema[union], at)
        for part in schema.get("allOf", ()):
            yield from self.problems(value, part, at)
        if "const" in schema and value != schema["const"]:
            yield f"{at}: {value!r} instead of {schema['const']!r}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if isinstance(value, str):
            yield from _of_string(value, schema, at)
        elif isinstance(value, dict):
            yield from self._of_object(value, schema, at)
        elif isinstance(value, list):
            yield from self._of_array(value, schema, at)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _of_number(value, schema, at)

    def _named(self, value: Any, name: str, at: str) -> Iterator[str]:
        if name == "SnowflakeType" and self._of_requests and type(value) is int and value >= 0:
            return
        if isinstance(value, dict) and self._of_requests and name in PASSED_OVER:
            value = {key: inner for key, inner in value.items() if key not in PASSED_OVER[name]}
        yield from self.problems(value, self._schemas[name], at)

    def _of_union(self, value: Any, branches: list[Json], at: str) -> Iterator[str]:
        found = []
        for branch in branches:
            problems = list(self.problems(value, branch, at))
            if not problems:
                return
            found.append(problems)
        if all("const" in branch for branch in branches):
            yield f"{at}: {value!r} is none of {[branch['const'] for branch in branches]}"
            return
        # The branch whose "type" fits is the one that was meant; else the one with the fewest problems.
        own_type = f"{at}.type:" if at else "type:"
        yield from min(found, key=lambda one: (_says_not_this(one, own_type, at), len(one)))

    def _of_object(self, value: Json, schema: Json, at: str) -> Iterator[str]:
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", "properties" not in schema)
        yield from (f"{_in(at, name)}: missing" for name in schema.get("required", ()) if name not in value)
        if len(value) > schema.get("maxProperties", len(value)):
            yield f"{at}: {len(value)} entries, at most {schema['maxProperties']}"
        for name, inner in value.items():
            if name in known:
                yield from self.problems(inner, known[name], _in(at, name))
            elif isinstance(others, dict):
                yield from self.problems(inner, others, _in(at, name))
            elif not others:
                yield f"{_in(at, name)}: unknown field"

    def _of_array(self, value: list[Any], schema: Json, at: str) -> Iterator[str]:
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{at or 'body'}: {len(value)} entries, at most {schema['maxItems']}"
        if len(value) < schema.get("minItems", 0):
            yield f"{at or 'body'}: {len(value)} entries, at least {schema['minItems']}"
        if schema.get("uniqueItems") and len({repr(one) for one in value}) < len(value):
            yield f"{at}: the same entry twice"
        for index, inner in enumerate(value):
            yield from self.problems(inner, schema.get("items", {}), _in(at, str(index)))


def _in(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _is_one_of(value: Any, kinds: list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, TYPES[kind]) for kind in kinds)


def _says_not_this(problems: list[str], own_type: str, at: str) -> bool:
    """Whether a branch was not meant at all: another component's type, or not an object at all."""
    return any(
        one.startswith(own_type) or one.startswith(f"{at or 'body'}: dict instead") for one in problems
    )


def _of_string(value: str, schema: Json, at: str) -> Iterator[str]:
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters, at most {schema['maxLength']}"
    if len(value) < schema.get("minLength", 0):
        yield f"{at}: {len(value)} characters, at least {schema['minLength']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} is not as {schema['pattern']}"
    if schema.get("format") == "uri" and value and not urlsplit(value).scheme:
        yield f"{at}: {value!r} is no URL"


def _of_number(value: float, schema: Json, at: str) -> Iterator[str]:
    if value > schema.get("maximum", value):
        yield f"{at}: {value} is over {schema['maximum']}"
    if value < schema.get("minimum", value):
        yield f"{at}: {value} is under {schema['minimum']}"
