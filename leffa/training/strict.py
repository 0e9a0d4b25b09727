"""Tables of a configuration file into frozen dataclasses: every key known, every value of its type.

What is wrong is said in one line that names the key, as `stage[1].learning_rate`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from leffa.errors import ConfigInvalid

T = TypeVar("T")
_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def build(kind: type[T], table: Mapping[str, Any], where: str = "") -> T:
    """An instance of the dataclass `kind`; fields without a default must be there.

    Known types: bool, int, float (takes whole numbers), str, `Literal`, tuples, dataclasses, and any of
    these or None. Raises `ConfigInvalid`, also for what `kind` itself refuses by raising it.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise ConfigInvalid(f"{prefix}{key} is unknown{hint}")
    hints = get_type_hints(kind)
    values = {}
    for name, field in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], f"{prefix}{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ConfigInvalid(f"{prefix}{name} is missing")
    try:
        return kind(**values)
    except ConfigInvalid as error:
        raise ConfigInvalid(f"{prefix}{error}") from error


def parse(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `ConfigInvalid`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"this is no TOML: {error}") from error


def override(table: dict[str, Any], assignment: str) -> None:
    """Put one `KEY=VALUE` into `table`: `data.root="x"`, `stage.0.steps=5`; a bare word is a text.

    Raises `ConfigInvalid`.
    """
    path, equals, text = assignment.partition("=")
    if not equals or not path.strip():
        raise ConfigInvalid(f"{assignment!r} is not KEY=VALUE")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *names, last = path.strip().split(".")
    place: Any = table
    for name in names:
        if isinstance(place, list):
            place = place[_index(name, place, path)]
        elif isinstance(place, dict):
            place = place.setdefault(name, {})
    if isinstance(place, list):
        place[_index(last, place, path)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise ConfigInvalid(f"{path} is no key: {'.'.join(names)} is no table")


def _index(name: str, rows: list[Any], path: str) -> int:
    if not name.isdecimal() or int(name) >= len(rows):
        raise ConfigInvalid(f"{path} is no key: there are {len(rows)} rows, counted from 0")
    return int(name)


def _value(kind: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (kind,) = (one for one in arguments if one is not NoneType)
        return _value(kind, value, where)
    if origin is Literal:
        if value not in arguments or type(value) is not type(arguments[0]):
            raise ConfigInvalid(f"{where} must be one of {', '.join(map(str, arguments))}, not {value!r}")
        return value
    if origin is tuple:
        return _tuple(arguments, value, where)
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise ConfigInvalid(f"{where} must be a table, not {value!r}")
        return build(kind, value, where)  # type: ignore[arg-type]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigInvalid(f"{where} must be {_NAMES[kind]}, not {value!r}")
    return value


def _tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ConfigInvalid(f"{where} must be a list, not {value!r}")
    if arguments[-1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(value) != len(arguments):
        raise ConfigInvalid(f"{where} must have {len(arguments)} values, not {len(value)}")
    return tuple(
        _value(kind, one, f"{where}[{number}]")
        for number, (kind, one) in enumerate(zip(arguments, value, strict=True))
    )
