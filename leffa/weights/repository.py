"""What the published repository (or a mirror of it) has now: commit, sizes, checksums."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx2
from huggingface_hub import HfApi, constants

from leffa.errors import WeightsCorrupt, WeightsUnavailable
from leffa.weights.files import CHUNK, OnBytes
from leffa.weights.layout import REPOSITORY, PublishedFile

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HEX = {"sha256": re.compile(r"[0-9a-f]{64}"), "git": re.compile(r"[0-9a-f]{40}")}
# What an endpoint that is none can bring up: no connection, an error status, no or another JSON.
_NO_HUB = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Checksum:
    """`sha256` of the content, or `git`: the SHA-1 by which git names it (small files without LFS)."""

    kind: Literal["sha256", "git"]
    digest: str

    def matches(self, path: Path, on_bytes: OnBytes = lambda _: None) -> bool:
        hasher = Hasher(self, path.stat().st_size)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                hasher.update(chunk)
                on_bytes(len(chunk))
        return hasher.agrees


class Hasher:
    """The sha256 of a content of `size` bytes, and whether it is the expected content."""

    def __init__(self, expected: Checksum, size: int) -> None:
        self._expected = expected
        self._sha256 = hashlib.sha256()
        self._git = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)

    def update(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        if self._expected.kind == "git":
            self._git.update(chunk)

    @property
    def agrees(self) -> bool:
        found = self._git if self._expected.kind == "git" else self._sha256
        return found.hexdigest() == self._expected.digest

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()


@dataclass(frozen=True)
class RemoteFile:
    """Where a file is, and what must come from there."""

    path: str
    url: str
    size: int
    checksum: Checksum


@dataclass(frozen=True)
class Listing:
    """The wanted files at one commit; `source` is the repository's page."""

    source: str
    commit: str
    files: dict[str, RemoteFile]


def look(files: Iterable[PublishedFile], revision: str, endpoint: str | None = None) -> Listing:
    """Ask the repository for these files.

    endpoint: the address of a hub, by default huggingface.co or what `HF_ENDPOINT` says. No token is sent:
    the repository is public. Raises `WeightsUnavailable` (no network, no such revision or file) or
    `WeightsCorrupt` (another content than the one known).
    """
    endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
    try:
        info = HfApi(endpoint=endpoint, token=False).model_info(
            REPOSITORY, revision=revision, files_metadata=True, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
        )
        commit = str(info.sha)
        entries = {one.rfilename: one for one in info.siblings or []}
    except _NO_HUB as error:
        raise WeightsUnavailable(f"{endpoint}: {REPOSITORY} cannot be reached: {reason(error)}") from error
    if not _COMMIT.fullmatch(commit):
        raise WeightsUnavailable(f"{endpoint} does not say which commit of {REPOSITORY} {revision} is")
    found = {}
    for file in files:
        if file.path not in entries:
            raise WeightsUnavailable(f"{endpoint}: {REPOSITORY} has no {file.path} at {revision}")
        entry = entries[file.path]
        kind: Literal["sha256", "git"] = "sha256" if entry.lfs else "git"
        digest = entry.lfs.sha256 if entry.lfs else entry.blob_id
        size = entry.lfs.size if entry.lfs else entry.size
        if not (isinstance(size, int) and isinstance(digest, str) and _HEX[kind].fullmatch(digest)):
            raise WeightsUnavailable(f"{endpoint} does not tell size and checksum of {file.path}")
        if file.sha256 and digest != file.sha256:
            raise WeightsCorrupt(f"{endpoint} has another {file.path} than the one that was published")
        url = f"{endpoint}/{REPOSITORY}/resolve/{commit}/{file.path}"
        found[file.path] = RemoteFile(file.path, url, size, Checksum(kind, digest))
    return Listing(f"{endpoint}/{REPOSITORY}", commit, found)


def reason(error: Exception) -> str:
    """The first line of what the network or the hub said."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
