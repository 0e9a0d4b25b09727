"""The wire format of protocol buffers, as far as reading needs it.

Nothing is copied and nothing is taken on trust: every length is checked against the message it stands in,
and there is an end to the number of fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from leffa.errors import WeightsUnreadable

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_LENGTHS = {_FIXED64: 8, _FIXED32: 4}
_LONGEST_VARINT = 10


class Span(NamedTuple):
    """Where a message, a text or numbers lie, in bytes from the start of the file."""

    start: int
    end: int


class Reader:
    """Reads the messages in `data`; raises `WeightsUnreadable` where the bytes are none."""

    def __init__(self, data: memoryview, most_fields: int) -> None:
        self._data = data
        self._fields_left = most_fields

    def fields(self, message: Span) -> Iterator[tuple[int, int | Span]]:
        """Number and value of each field in order: a whole number, or where the value lies."""
        position, end = message
        while position < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise WeightsUnreadable("has far more parts than any such file")
            tag, position = self._varint(position, end)
            number, wire_type = tag >> 3, tag & 7
            if wire_type == _VARINT:
                value, position = self._varint(position, end)
                yield number, value
                continue
            if wire_type == _BYTES:
                length, position = self._varint(position, end)
            elif wire_type in _FIXED_LENGTHS:
                length = _FIXED_LENGTHS[wire_type]
            else:
                raise WeightsUnreadable(f"has a field of unknown type at byte {position}")
            if length > end - position:
                raise WeightsUnreadable(f"is cut off or damaged: a field at byte {position} is too long")
            yield number, Span(position, position + length)
            position += length

    def varints(self, packed: Span) -> Iterator[int]:
        """The whole numbers of a packed field."""
        position, end = packed
        while position < end:
            value, position = self._varint(position, end)
            yield value

    def bytes_of(self, value: int | Span) -> memoryview:
        """The bytes of a field that must be a text, numbers or a message."""
        start, end = span_of(value)
        return self._data[start:end]

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        value = 0
        for index, byte in enumerate(self._data[position : min(end, position + _LONGEST_VARINT)]):
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value, position + index + 1
        raise WeightsUnreadable(f"is cut off or damaged: no number at byte {position}")


def span_of(value: int | Span) -> Span:
    """The field's value, where it must not be a whole number."""
    if isinstance(value, int):
        raise WeightsUnreadable("has a number where a text or message belongs")
    return value


def number_of(value: int | Span) -> int:
    """The field's value, where it must be a whole number."""
    if not isinstance(value, int):
        raise WeightsUnreadable("has a text or message where a number belongs")
    return value
