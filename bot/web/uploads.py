"""Files that a browser or a program sends, read in memory and put into the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from bot.core.crossing import aside
from bot.web.shelf import Shelf
from tasks.errors import PictureTooLarge, PictureUnreadable
from tasks.records import Person

# Files of one upload, and uploads at once, since each is held in memory.
_MOST_FILES = 4
_AT_ONCE = 4


class _InMemory(MultiPartParser):
    """Starlette's own would write what is larger than a megabyte to the disk as it is."""

    spool_max_size = 2**31


class Uploads:
    """In the event loop."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def take(self, request: Request, person: Person) -> list[str]:
        """The paths under which the files are known from now on.

        Raises `PictureTooLarge`, `PictureUnreadable` and the like, `StoreUnavailable`.
        """
        most = _MOST_FILES * self._shelf.max_bytes
        async with self._room:
            parser = _InMemory(
                request.headers, _bounded(request, most), max_files=_MOST_FILES, max_fields=_MOST_FILES
            )
            try:
                form = await parser.parse()
            except (MultiPartException, ClientDisconnect):
                raise PictureUnreadable("the upload cannot be read") from None
            try:
                files = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
                return [await aside(self._shelf.put, person, await file.read()) for file in files]
            finally:
                await form.close()


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        if (size := size + len(chunk)) > most:
            raise PictureTooLarge("an upload has a bound")
        yield chunk
