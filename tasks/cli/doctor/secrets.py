"""Secrets: are they there, and of the right form? None is ever shown."""

from __future__ import annotations

import re

from pydantic import SecretStr

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning

KEY, TOKENS = "key", "tokens"
_SHORTEST = 32
_FEWEST = 10  # different letters of a text that somebody drew at random
_WORDS = re.compile(r"change.?me|secret|sample|example|password|your.?key|insert|placeholder", re.IGNORECASE)
_NEW_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' makes one for GIYDIR_SECRET_KEY"
_FORMS = {
    # The user's id, a time and a signature, in base64 for URLs.
    "discord": re.compile(r"[\w-]{18,40}\.[\w-]{5,10}\.[\w-]{25,50}"),
    "telegram": re.compile(r"\d{6,12}:[\w-]{35}"),
}
_FROM = {
    "discord": "three parts with dots between them: Developer Portal, Bot, Reset Token",
    "telegram": "digits, a colon and 35 characters: @BotFather, /mybots, API Token",
}


def check_key(settings: Settings) -> list[Finding]:
    """The secret key."""
    if settings.secret_key is None:
        said = "GIYDIR_SECRET_KEY is not set: no picture can be kept, and whoever is banned not be forgotten"
        return [warning(KEY, said, "giydir up makes one, and keeps it in .env")]
    key = settings.secret_key.get_secret_value()
    if len(key) < _SHORTEST or len(set(key)) < _FEWEST or _WORDS.search(key):
        return [problem(KEY, "GIYDIR_SECRET_KEY can be guessed", _NEW_KEY)]
    return [ok(KEY, "GIYDIR_SECRET_KEY is set, and long enough")]


def check_tokens(settings: Settings) -> list[Finding]:
    """The bots' tokens, by their form only: nobody is asked whether they are valid."""
    tokens = {"discord": settings.discord_token, "telegram": settings.telegram_token}
    if not any(tokens.values()):
        advice = "GIYDIR_DISCORD_TOKEN or GIYDIR_TELEGRAM_TOKEN"
        return [warning(TOKENS, "no bot has a token, so there is no front end but the web", advice)]
    return [_check(platform, token) for platform, token in tokens.items() if token is not None]


def _check(platform: str, token: SecretStr) -> Finding:
    name = f"GIYDIR_{platform.upper()}_TOKEN"
    text = token.get_secret_value()
    if _FORMS[platform].fullmatch(text):
        return ok(TOKENS, f"{name} has the form of one")
    return problem(TOKENS, f"{name} does not look like a token", _FROM[platform])
