"""The body of a request, however it was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins.files import File


@dataclass
class Body:
    """`kind` is the media type, "" for an empty body. `json` of a JSON body; fields and files of a form."""

    kind: str = ""
    json: Any = None
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)


async def read_body(request: web.Request) -> Body:
    """Raises `ValueError` where it is not what its media type says."""
    if not request.can_read_body:
        return Body()
    kind = request.content_type
    if kind == "application/json":
        raw = await request.read()
        return Body(kind, json=json.loads(raw)) if raw else Body()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        if not await request.read():
            return Body()
        raise ValueError(f"a body of type {kind}")
    body = Body(kind)
    for name, part in (await request.post()).items():
        if name in body.fields or name in body.files:
            raise ValueError(f"{name} was sent twice")
        if isinstance(part, web.FileField):
            with part.file:
                body.files[name] = File(part.filename, part.file.read(), part.content_type)
        else:
            body.fields[name] = part if isinstance(part, str) else bytes(part).decode()
    return body
