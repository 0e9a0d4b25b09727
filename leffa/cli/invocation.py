"""How this command is called from where the reader stands, for commands to copy."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "leffa"


def program() -> str:
    """`leffa` where the shell finds it, else the path it was started by, such as `.venv/bin/leffa`."""
    started = Path(sys.argv[0])
    found = shutil.which(NAME)
    if started.name != NAME or (found and Path(found).resolve() == started.resolve()):
        return NAME
    return shlex.quote(readable(started))


def readable(path: Path) -> str:
    """`path` from the current folder if it lies below it, else as it is."""
    try:
        return os.fspath(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(path)


def command_line(*words: str | Path) -> str:
    """`leffa` with these words, quoted for a shell."""
    return " ".join([program(), *(shlex.quote(os.fspath(word)) for word in words)])
