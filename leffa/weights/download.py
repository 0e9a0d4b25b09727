"""One file from the hub, resumable over runs.

`huggingface_hub.hf_hub_download` (2.4) throws what has come away whenever it is stopped, because it writes
to a name of its own for each process: a 7 GB file would begin again. So its session is used (proxies, offline
mode) and its file handling is not: bytes go to `NAME.<checksum>.part` beside the file, a later run asks for
the rest by `Range`, and the file gets its name when its checksum is right.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
from huggingface_hub import constants, get_session, hf_raise_for_status
from huggingface_hub.errors import HfHubHTTPError

from leffa.errors import WeightsCorrupt, WeightsUnavailable
from leffa.weights.files import CHUNK, PART_SUFFIX, OnBytes, finish, room_for
from leffa.weights.repository import Hasher, RemoteFile, reason

# How often it may break without a single new byte, and how long to wait the first time (then twice as long).
TRIES = 5
PAUSE = 1.0
# How often a file is fetched from its first byte on before its bytes are called wrong.
FETCHES = 2
_RANGE = re.compile(r"bytes (\d+)-")
# Server errors that pass.
_PASSING = (429, 500, 502, 503, 504)


def part_path(path: Path, remote: RemoteFile) -> Path:
    """Where the beginning of this very content is kept until it is whole."""
    return path.with_name(f"{path.name}.{remote.checksum.digest[:12]}{PART_SUFFIX}")


def fetch(remote: RemoteFile, path: Path, on_bytes: OnBytes) -> str:
    """Put the file at `path`, and give its sha256.

    Raises `WeightsUnavailable` (what has come is kept for the next run), `WeightsCorrupt` (nothing is kept),
    `DiskFull`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_path(path, remote)
    for old in path.parent.glob(f"{path.name}.*{PART_SUFFIX}"):
        if old != part:
            old.unlink()
    for _ in range(FETCHES):
        with room_for(path):
            hasher = _complete(remote, part, on_bytes)
        if hasher.agrees:
            finish(part, path)
            return hasher.sha256
        on_bytes(-part.stat().st_size)
        part.unlink()
    raise WeightsCorrupt(
        f"{remote.path} came with a wrong checksum {FETCHES} times from {remote.url}; nothing of it was kept"
    )


def _complete(remote: RemoteFile, part: Path, on_bytes: OnBytes) -> Hasher:
    """Bring `part` to its full size, whatever is there already; the hash of what it then holds."""
    part.touch()
    with part.open("r+b") as file:
        hasher = Hasher(remote.checksum, remote.size)
        have = failures = 0
        while chunk := file.read(CHUNK):
            hasher.update(chunk)
            have += len(chunk)
            on_bytes(len(chunk))
        furthest = have
        while have < remote.size:
            try:
                for start, chunk in _stream(remote, have):
                    if start != have:  # the server knows no ranges, and begins again
                        file.seek(0)
                        file.truncate()
                        hasher = Hasher(remote.checksum, remote.size)
                        on_bytes(-have)
                        have = 0
                    file.write(chunk)
                    hasher.update(chunk)
                    have += len(chunk)
                    on_bytes(len(chunk))
                    if have > remote.size:  # too much is as wrong as too little, and may have no end
                        break
                broken = "the connection ended early"
            except httpx2.RequestError as error:
                broken = reason(error)
            except HfHubHTTPError as error:
                broken = f"the server answered {error.response.status_code}"
                if error.response.status_code not in _PASSING:
                    raise WeightsUnavailable(f"{remote.path}: {broken}: {remote.url}") from error
            if have < remote.size:
                failures = 0 if have > furthest else failures + 1
                furthest = max(have, furthest)
                if failures > TRIES:
                    raise WeightsUnavailable(
                        f"{remote.path}: {broken}; what has come is kept, the same command goes on from there"
                    )
                time.sleep(PAUSE * 2 ** max(failures - 1, 0))
    return hasher


def _stream(remote: RemoteFile, start: int) -> Iterator[tuple[int, bytes]]:
    """Chunks of the file with their places, from `start` on, or from 0 where the server knows no ranges."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "leffa"}
    if start:
        headers["Range"] = f"bytes={start}-"
    timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
    with get_session().stream("GET", remote.url, headers=headers, timeout=timeout) as response:
        hf_raise_for_status(response)
        found = _RANGE.match(response.headers.get("Content-Range", ""))
        place = int(found[1]) if response.status_code == 206 and found else 0
        if place not in (0, start):
            raise WeightsUnavailable(f"{remote.path}: the server sent another part than asked for")
        for chunk in response.iter_bytes():  # as they come, so that a break loses nothing
            yield place, chunk
            place += len(chunk)
