"""The web page's address on this machine: which port it gets, whether it answers yet, and opening it."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import urllib.error
import urllib.request
import webbrowser
from dataclasses import dataclass
from http.client import HTTPException

from config.settings import Settings
from tasks.stack.supervisor import NotReady

PORT_VARIABLE = "GIYDIR_WEB_PORT"
_PORTS = 20  # that are tried
_ANSWER_SECONDS = 2.0
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Page:
    """`wanted`: the port that was set, where another has `port`'s place."""

    host: str
    port: int
    wanted: int
    public: str | None = None

    @property
    def here(self) -> str:
        """Its address on this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "localhost") else self.host
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.public or self.here

    def answers(self) -> bool:
        """Whether it serves. A refusal is an answer, too."""
        try:
            _DIRECTLY.open(f"{self.here}robots.txt", timeout=_ANSWER_SECONDS).close()
        except urllib.error.HTTPError as error:
            error.close()
        except (OSError, HTTPException):
            return False
        return True


def find_page(settings: Settings) -> Page | None:
    """The page on the port that is set, or on the next one that is free; `None` where the page is off.

    Raises `NotReady` if there is none. Behind a reverse proxy, which knows one port, no other is taken.
    """
    if not settings.web_port:
        return None
    host, wanted = settings.web_host, settings.web_port
    last = wanted if settings.web_url else min(wanted + _PORTS - 1, 65_535)
    for port in range(wanted, last + 1):
        if _is_free(host, port):
            return Page(host, port, wanted, settings.web_url)
    tried = f"port {wanted} is" if last == wanted else f"ports {wanted} to {last} are"
    raise NotReady(f"{tried} taken: name another one for the web page, {PORT_VARIABLE}=..., or 0 for no page")


def open_page(page: Page) -> bool:
    """Show it in a browser, if somebody sits before this machine. Returns whether that was tried."""
    if not sys.stdout.isatty() or not _has_screen():
        return False
    return webbrowser.open(page.url)


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_free(host: str, port: int) -> bool:
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        family = socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True
