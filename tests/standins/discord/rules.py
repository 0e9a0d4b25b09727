"""Discord's own description of its HTTP API: which routes there are, and what each takes and gives."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.standins.discord.schema import Json, Schemas
from tests.standins.forms import Body

DESCRIPTION = Path(__file__).parents[2] / "data" / "specs" / "discord-http-v10.json.gz"
MOST_FILES = 10


@dataclass(frozen=True)
class Operation:
    """One method of one path. `facts` is its part of the description."""

    method: str
    template: str
    facts: Json
    parameters: tuple[Json, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def without_token(self) -> bool:
        return {} in self.facts.get("security", [{}])

    def takes(self, kind: str) -> Json | None:
        """The schema of a body of this media type."""
        content = self.facts.get("requestBody", {}).get("content", {})
        return content[kind]["schema"] if kind in content else None


class Rules:
    def __init__(self, description: Json) -> None:
        schemas = description["components"]["schemas"]
        self._answers = Schemas(schemas, of_requests=False)
        self._requests = Schemas(schemas, of_requests=True)
        self.locales = frozenset(one["const"] for one in schemas["AvailableLocalesEnum"]["oneOf"])
        # By how many parts a path has.
        self._routes: dict[int, list[tuple[re.Pattern[str], dict[str, Operation]]]] = {}
        # "@original" and "@me" before a parameter in the same place.
        for template in sorted(description["paths"], key=lambda path: (path.count("{"), path)):
            path = description["paths"][template]
            shared = tuple(path.get("parameters", ()))
            operations = {
                method.upper(): Operation(
                    method.upper(), template, facts, shared + tuple(facts.get("parameters", ()))
                )
                for method, facts in path.items()
                if method != "parameters"
            }
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            same = self._routes.setdefault(template.count("/"), [])
            same.append((re.compile(pattern), operations))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a request means, and the values of its path's parameters."""
        for pattern, operations in self._routes.get(path.count("/"), ()):
            if method in operations and (match := pattern.fullmatch(path)):
                return operations[method], match.groupdict()
        return None

    def problems(
        self, operation: Operation, values: Mapping[str, str], query: Mapping[str, str], body: Body
    ) -> Iterator[str]:
        """What the description forbids in a request."""
        known = {one["name"]: one for one in operation.parameters}
        for name, text in values.items():
            yield from self._requests.problems(text, known[name]["schema"], name)
        in_query = {name for name, one in known.items() if one["in"] == "query"}
        yield from (f"?{name}: unknown" for name in query.keys() - in_query)
        for name in query.keys() & in_query:
            yield from self._requests.problems(
                _typed(query[name], known[name]), known[name]["schema"], f"?{name}"
            )
        yield from self._of_body(operation, body)

    def _of_body(self, operation: Operation, body: Body) -> Iterator[str]:
        if not body.kind:
            if operation.facts.get("requestBody", {}).get("required"):
                yield "body: missing"
            return
        schema = operation.takes(body.kind)
        if schema is None:
            yield f"body: {body.kind} is not taken here"
            return
        if body.kind == "multipart/form-data":
            # The JSON is in one part, described as the body of the same request without files.
            yield from _of_parts(body)
            schema = operation.takes("application/json") or schema
        yield from self._requests.problems(payload(body), schema)

    def problems_of_answer(self, operation: Operation, status: int, answer: Any) -> Iterator[str]:
        """What a stand-in says wrongly: so that bots are not tested against a Discord that does not exist."""
        responses = operation.facts["responses"]
        if str(status) not in responses:
            yield f"status {status} is none of {list(responses)}"
            return
        content = responses[str(status)].get("content", {})
        if "application/json" in content:
            yield from self._answers.problems(answer, content["application/json"]["schema"])


def payload(body: Body) -> Any:
    """The JSON of a request, from its body or from the `payload_json` part."""
    if body.kind == "multipart/form-data":
        return json.loads(body.fields.get("payload_json", "{}"))
    return body.json


def _of_parts(body: Body) -> Iterator[str]:
    if unknown := body.fields.keys() - {"payload_json"}:
        yield f"parts: {sorted(unknown)} beside payload_json"
    allowed = {f"files[{index}]" for index in range(MOST_FILES)}
    if unknown := body.files.keys() - allowed:
        yield f"parts: {sorted(unknown)}, at most files[0] to files[{MOST_FILES - 1}]"


def _typed(text: str, parameter: Json) -> Any:
    """A value from a query, as its schema's type; left as text where it is not of that type."""
    kind = parameter["schema"].get("type")
    if kind == "boolean":
        return {"0": False, "1": True, "false": False, "true": True}.get(text.lower(), text)
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


@lru_cache
def discord_rules() -> Rules:
    with gzip.open(DESCRIPTION) as file:
        return Rules(json.load(file))
