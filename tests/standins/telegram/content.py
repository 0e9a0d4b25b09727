"""What a message holds: text, a photo or a document, with entities and a keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.standins.files import File
from tests.standins.telegram.call import Call
from tests.standins.telegram.checks import check_caption, check_text
from tests.standins.telegram.errors import Forbidden, bad_request
from tests.standins.telegram.formatting import formatted, found_in
from tests.standins.telegram.pictures import check_photo, keep_photo
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import Message, Stored, World


@dataclass(frozen=True)
class Content:
    text: str = ""
    caption: str = ""
    entities: list[Json] = field(default_factory=list)
    photo: list[Stored] = field(default_factory=list)
    document: Stored | None = None

    def put_in(self, message: Message) -> None:
        message.text, message.caption, message.entities = self.text, self.caption, self.entities
        message.photo, message.document = self.photo, self.document

    def is_in(self, message: Message) -> bool:
        return self == content_of(message)

    def with_caption(self, caption: str, entities: list[Json]) -> Content:
        return replace(self, caption=caption, entities=entities)


def content_of(message: Message) -> Content:
    return Content(message.text, message.caption, message.entities, message.photo, message.document)


def text_of(values: Json) -> Content:
    """Of sendMessage and editMessageText."""
    if "text" not in values:
        raise Forbidden(["text: missing"])
    text, entities = formatted(values["text"], values.get("parse_mode"))
    check_text(text)
    return Content(text=text, entities=values.get("entities") or entities or found_in(text))


def caption_of(values: Json) -> tuple[str, list[Json]]:
    caption, entities = formatted(values.get("caption", ""), values.get("parse_mode"))
    check_caption(caption)
    return caption, values.get("caption_entities") or entities or found_in(caption)


def photo_of(call: Call, values: Json, value: str | None) -> Content:
    file = call.upload(value, "photo")
    if isinstance(file, File):
        check_photo(file)
        sizes = keep_photo(call.server.world, file)
    elif file.id in call.server.world.photos:
        sizes = call.server.world.photos[file.id]
    else:
        raise bad_request("can't use file of type Document as Photo")
    caption, entities = caption_of(values)
    return Content(caption=caption, entities=entities, photo=sizes)


def document_of(call: Call, values: Json, value: str | None) -> Content:
    file = call.upload(value, "document")
    if isinstance(file, File):
        stored = keep_document(call.server.world, file)
    elif file.id in call.server.world.photos:
        raise bad_request("can't use file of type Photo as Document")
    else:
        stored = file
    caption, entities = caption_of(values)
    return Content(caption=caption, entities=entities, document=stored)


def media_of(call: Call, media: Json) -> Content:
    """Of one part of an album, or of editMessageMedia."""
    kinds: dict[str, Any] = {"photo": photo_of, "document": document_of}
    if media["type"] not in kinds:
        raise Forbidden([f"media: the stand-in plays photos and documents, not {media['type']}"])
    content: Content = kinds[media["type"]](call, media, media["media"])
    return content


def keep_document(world: World, file: File) -> Stored:
    return world.store(file.data, file.name, file.kind, file.size_in_pixels())
