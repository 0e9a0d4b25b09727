"""A small hub on loopback: answers what a client asks of huggingface.co for one repository, and can fail.

Paths, headers and redirects are those of the real one: `/api/models/.../revision/...?blobs=True` lists files
with checksums, `/.../resolve/COMMIT/PATH` answers small files itself and redirects large ones (git LFS) to a
content store, which understands `Range`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import numpy as np

REPOSITORY = "franciszzj/Leffa"
CHECKPOINT = "virtual_tryon.pth"
SIZE = 5_000_000
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def content(path: str) -> bytes:
    """Something else for each path, small but for the one checkpoint."""
    size = SIZE if path == CHECKPOINT else 2000
    return np.random.default_rng(len(path)).bytes(size) + path.encode()


class Request(NamedTuple):
    """What was asked for; `path` is the repository's. `start` is that of the range asked for."""

    path: str
    start: int


@dataclass
class Hub:
    """`files` is what it has. The other fields make it fail, by path."""

    files: dict[str, bytes]
    commit: str = COMMIT
    url: str = ""
    # After how many bytes the connection is cut, once for each entry.
    cuts: dict[str, list[int]] = field(default_factory=dict)
    # How often wrong bytes are sent.
    wrong: dict[str, int] = field(default_factory=dict)
    # Listed, but not there.
    gone: set[str] = field(default_factory=set)
    # Error statuses to answer first.
    statuses: dict[str, list[int]] = field(default_factory=dict)
    # After how many bytes it sends no more, and keeps the connection.
    stalls: dict[str, int] = field(default_factory=dict)
    ranges: bool = True
    requests: list[Request] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def asked(self, path: str) -> list[int]:
        """Where each request for the content of `path` started."""
        return [request.start for request in self.requests if request.path == path]

    def listing(self) -> dict[str, object]:
        return {
            "id": REPOSITORY,
            "sha": self.commit,
            "siblings": [self._sibling(path, content) for path, content in self.files.items()],
        }

    def _sibling(self, path: str, content: bytes) -> dict[str, object]:
        sibling: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": git_name(content)}
        if is_large(path):
            sha256 = hashlib.sha256(content).hexdigest()
            sibling["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
        return sibling


def git_name(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_large(path: str) -> bool:
    return not path.endswith((".json", ".md", ".yaml"))


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub at `hub.url` while open."""
    hub = Hub(files)

    class Handler(_Handler):
        served = hub

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.stop.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub, path = self.served, unquote(urlsplit(self.path).path).lstrip("/")
        hub.headers.append(dict(self.headers))
        if path.startswith(f"api/models/{REPOSITORY}/revision/"):
            if path.rpartition("/")[2] not in ("main", hub.commit):
                self._error(404, "RevisionNotFound")
            else:
                self._content(json.dumps(hub.listing()).encode(), {})
        elif path.startswith(f"{REPOSITORY}/resolve/{hub.commit}/"):
            self._resolve(path.removeprefix(f"{REPOSITORY}/resolve/{hub.commit}/"))
        elif path.startswith("store/"):
            self._store(path.removeprefix("store/"))
        else:
            self._error(404, "RepoNotFound")

    def _resolve(self, path: str) -> None:
        content = self.served.files.get(path)
        if content is None or path in self.served.gone:
            self._error(404, "EntryNotFound")
            return
        headers = {"X-Repo-Commit": self.served.commit}
        if not is_large(path):
            self._send(path, content, headers | {"ETag": f'"{git_name(content)}"'})
            return
        headers["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
        headers["X-Linked-Size"] = str(len(content))
        self.send_response(302)
        for name, value in (headers | {"Location": f"/store/{path}", "Content-Length": "0"}).items():
            self.send_header(name, value)
        self.end_headers()

    def _store(self, path: str) -> None:
        self._send(path, self.served.files[path], {"Accept-Ranges": "bytes"})

    def _send(self, path: str, content: bytes, headers: dict[str, str]) -> None:
        hub = self.served
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        hub.requests.append(Request(path, start))
        if statuses := hub.statuses.get(path):
            self._error(statuses.pop(0), "")
            return
        if hub.wrong.get(path, 0) > 0:
            hub.wrong[path] -= 1
            content = content[:-1] + bytes([content[-1] ^ 1])
        status, size = 200, len(content)
        if "Range" in self.headers and hub.ranges:
            status, content = 206, content[start:]
            headers = headers | {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
        if cuts := hub.cuts.get(path):
            self._content(content, headers, status, upto=cuts.pop(0))
            self.close_connection = True
        elif path in hub.stalls:
            self._content(content, headers, status, upto=hub.stalls.pop(path))
            hub.stop.wait()
            self.close_connection = True
        else:
            self._content(content, headers, status)

    def _content(
        self, content: bytes, headers: dict[str, str], status: int = 200, upto: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):  # a client that was stopped
            self.wfile.write(content[:upto])

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Not on the tests' output."""
