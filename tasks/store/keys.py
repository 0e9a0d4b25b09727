"""A picture's key, `<account id>/<64 hexadecimal digits>`: the only words that ever become a path."""

from __future__ import annotations

import re

from tasks.errors import NotOwner

# Account 0 stands for everybody forgotten, and owns no pictures.
_KEY = re.compile(r"([1-9][0-9]{0,18})/([0-9a-f]{64})")


def owner_of(key: str) -> int | None:
    """The account that a key belongs to, or `None` for what is no key."""
    found = _KEY.fullmatch(key)
    return None if found is None else int(found[1])


def check_owner(account_id: int, key: str) -> None:
    """Raises `NotOwner` for another account's key, and for what is no key and so nobody's."""
    if owner_of(key) != account_id:
        raise NotOwner("the picture is somebody else's")
