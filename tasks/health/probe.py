"""Asks a process whether it is well: for containers, which have no curl."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException

from tasks.errors import OptionInvalid

# Whatever proxy the environment names is for the outside.
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_MAX_ANSWER = 2_000  # bytes


def probe(target: str, seconds: float = 5.0) -> tuple[bool, str]:
    """Whether `target` answers with 200 within `seconds`, and its first line or what was wrong.

    `target` is a port of this machine, whose `/readyz` is asked, or an http address. Raises `OptionInvalid`.
    """
    url = f"http://127.0.0.1:{target}/readyz" if target.isascii() and target.isdigit() else target
    if not url.startswith(("http://", "https://")):
        raise OptionInvalid("a port or an http address is needed")
    try:
        with _DIRECTLY.open(url, timeout=seconds) as answer:
            return answer.status == 200, _first_line(answer.read(_MAX_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return False, f"{error.code} {_first_line(error.read(_MAX_ANSWER))}".strip()
    except ValueError:
        raise OptionInvalid("a port or an http address is needed") from None
    except (OSError, HTTPException) as error:
        return False, f"no answer ({type(error).__name__})"


def _first_line(answer: bytes) -> str:
    lines = answer.decode(errors="replace").splitlines()
    return lines[0] if lines else ""
