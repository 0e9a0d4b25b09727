"""The settings themselves, and the file that they may be in."""

from __future__ import annotations

import stat
from pathlib import Path

from dotenv import dotenv_values

from config.settings import PREFIX, variables
from tasks.cli.doctor.findings import Finding, ok, problem, warning

PART = "settings"
ENV_FILE = Path(".env")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_file() -> list[Finding]:
    """Who may read `.env`, and whether it names what nobody reads."""
    if not ENV_FILE.exists():
        return [ok(PART, "no .env here: everything from the environment, or by default")]
    try:
        names = dotenv_values(ENV_FILE)
    except (OSError, ValueError):
        return [problem(PART, ".env cannot be read", "chmod 600 .env, as the user who runs this, in UTF-8")]
    findings = []
    mode = ENV_FILE.stat().st_mode
    if mode & _OTHERS:
        said = f".env may be read by others ({stat.filemode(mode)}), and holds secrets"
        findings.append(warning(PART, said, "chmod 600 .env"))
    known = set(variables().values())
    findings += [
        problem(PART, f"{_printable(name)} in .env is no setting", "giydir settings --sample names all")
        for name in names
        if name.startswith(PREFIX) and name not in known
    ]
    return findings or [ok(PART, ".env is its owner's alone")]


def right() -> list[Finding]:
    """All settings are within their ranges."""
    return [ok(PART, "all are known and in range")]


def wrong(lines: str) -> list[Finding]:
    """What `load_settings` complained about, a finding each; it shows no value."""
    advice = "giydir settings --sample says what may be; the other parts are checked when this is right"
    return [problem(PART, line, advice) for line in lines.splitlines()]


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:60]
