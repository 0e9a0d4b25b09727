"""All settings of the service, each with its range, default and meaning; read from the environment.

Every setting is the environment variable `GIYDIR_<NAME>`; the bots' tokens also go by their usual names.
A `.env` file may hold them too; the environment wins.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "GIYDIR_"
# Where everything lies that the service writes, unless a setting says else.
VAR = Path("var")
MAX_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103


class SettingsInvalid(Exception):
    """One line for each wrong setting, none of which shows a value."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("should be a time zone's name, such as Europe/Istanbul")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Settings(BaseSettings):
    """The one settings object. Addresses are secret too, since they may hold passwords."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/giydir.db"),
        description="Where the database is: sqlite:///path, or postgresql://user:password@host/name.",
    )
    database_busy_seconds: float = Field(
        default=30, ge=1, le=600, description="How long a statement waits for somebody else's lock."
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis for the broker and events: redis://, rediss:// or unix://. Without it, `giydir up`"
        " starts one on a private socket.",
    )
    store_url: SecretStr = Field(
        default=SecretStr("file://var/store"),
        description="Where pictures are kept: any fsspec URL, such as s3://...",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="A long random text. Pictures are encrypted, and banned people are known again, by keys"
        " made of it; keep it apart from the data, and do not change it: pictures are lost without it.",
    )
    max_picture_mb: int = Field(
        default=20, ge=1, le=100, description="The largest picture's file, in millions of bytes."
    )
    input_minutes: int = Field(
        default=60,
        ge=0,
        le=1440,
        description="How long the photos of a finished picture are kept of members who chose so, for another"
        " go or to compare; 0: the choice is not offered. Everybody else's go when the job ends.",
    )
    upload_grace_minutes: int = Field(
        default=60,
        ge=1,
        le=1440,
        description="How long a picture stays that no job and nobody's saved pictures need.",
    )
    result_hours: int = Field(
        default=24,
        ge=1,
        le=8760,
        description="How long a finished picture is kept after its job ended; a community may say less.",
    )
    saved_photos_max: int = Field(
        default=5, ge=0, le=1000, description="Photos of themselves that a person may keep."
    )
    wardrobe_max: int = Field(
        default=50, ge=0, le=1000, description="Garments that a person may keep in their wardrobe."
    )

    discord_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("GIYDIR_DISCORD_TOKEN", "DISCORD_TOKEN"),
        description="The Discord bot's token.",
    )
    discord_api_url: str = Field(
        default="https://discord.com/api/v10", pattern="^https?://", description="Discord's REST address."
    )
    discord_gateway_url: str | None = Field(
        default=None,
        pattern="^wss?://",
        description="Discord's gateway address. Without it, Discord is asked where it is.",
    )
    telegram_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("GIYDIR_TELEGRAM_TOKEN", "TELEGRAM_TOKEN"),
        description="The Telegram bot's token.",
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org",
        pattern="^https?://",
        description="The Bot API's address; another one for a self-hosted Bot API server.",
    )

    telegram_webhook_url: str | None = Field(
        default=None,
        pattern="^https?://[^/]+/",
        description="Where Telegram is to send what happens, for example https://bot.example.org/telegram;"
        " without it the bot asks Telegram.",
    )
    telegram_webhook_secret: SecretStr | None = Field(
        default=None,
        description="What Telegram says to prove that it is Telegram: 1 to 256 letters, digits, _ and -;"
        " derived from the secret key without it.",
    )
    telegram_listen_host: str = Field(
        default="127.0.0.1", min_length=1, description="The address on which the webhook is served."
    )
    telegram_listen_port: int = Field(
        default=8443, ge=0, le=65_535, description="The webhook's port; 0 is any free one."
    )
    telegram_tls_certificate: Path | None = Field(
        default=None,
        description="The webhook's own certificate (PEM), given to Telegram, too; without it, something"
        " before the bot ends TLS.",
    )
    telegram_tls_key: Path | None = Field(default=None, description="The key (PEM) to that certificate.")

    web_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address that the web page listens on. Another one than this machine's own needs"
        " passwords, or a reverse proxy named by GIYDIR_WEB_URL.",
    )
    web_port: int = Field(default=7860, ge=0, le=65_535, description="The web page's port; 0 is off.")
    web_url: str | None = Field(
        default=None,
        pattern="^https?://[^/]+",
        description="Where visitors reach the web page through a reverse proxy, such as"
        " https://example.org/giydir. Without it, nothing that a proxy says is believed.",
    )
    web_password: SecretStr | None = Field(
        default=None, min_length=8, description="A password that every visitor of the web page must know."
    )
    web_users: SecretStr | None = Field(
        default=None,
        description="Visitors with a name of their own instead: name:password, with spaces between them; at"
        " least 8 characters each, none of them a space.",
    )
    operator_password: SecretStr | None = Field(
        default=None,
        min_length=12,
        description="The password of the operator's page, /operator on the web page; without one there is no"
        " such page.",
    )

    weights: str = Field(
        default="mini",
        description="A folder in the layout of the published Leffa weights, or `mini`.",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="Where the model runs: auto, cpu, cuda:0.",
    )
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        default="auto", description="The model's number format; auto takes what suits the device."
    )

    production: bool = Field(
        default=False,
        description="Whether strangers use this service: a worker without a classifier of pictures then"
        " serves none.",
    )
    nsfw_weights: Path | None = Field(
        default=None,
        description="A folder with a classifier of pictures, as transformers saves it, that tells which ones"
        " not everybody should see. Without it, nobody looks.",
    )
    nsfw_labels: str = Field(
        default="nsfw, porn, hentai, explicit, sexual",
        description="Which of the classifier's labels mean that, with commas between them.",
    )
    nsfw_threshold_person: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="A person photo is blocked if the classifier is at least so sure.",
    )
    nsfw_threshold_garment: float = Field(
        default=0.8, ge=0, le=1, description="The same for a garment photo."
    )
    nsfw_threshold_result: float = Field(
        default=0.7, ge=0, le=1, description="The same for a picture that was made."
    )
    nsfw_threshold_highest: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="A community may set a threshold of its own, but none above this.",
    )
    block_distance: int = Field(
        default=14,
        ge=0,
        le=40,
        description="A picture counts as a blocked one if at most so many of its look's 143 bits differ.",
    )
    certificate: Path = Field(
        default=VAR / "certificate.pem",
        description="Where the certificate is kept with which pictures are signed; made when it is missing,"
        " and renewed in time. Only the file's owner may read it.",
    )
    c2pa_certificate: Path | None = Field(
        default=None,
        description="A certificate of your own instead: a PEM file, the signing certificate first, then those"
        " between it and its authority.",
    )
    # Never shown, since somebody may paste the key itself.
    c2pa_private_key: SecretStr | None = Field(
        default=None,
        description="Where that certificate's private key is: the path of a PEM file without a password.",
    )
    c2pa_timestamp_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="A timestamp authority (RFC 3161) that is asked for each picture, so that its signature"
        " outlives the certificate. Without it, nobody is asked.",
    )

    time_zone: TimeZone = Field(
        default="UTC", description="The time zone of a community that has not set its own."
    )
    quota_window: Literal["daily", "rolling"] = Field(
        default="daily",
        description="Over what pictures are counted where a community has not said:"
        " daily (from local midnight) or rolling (the last 24 hours).",
    )
    member_limit: int = Field(
        default=10,
        ge=0,
        le=1_000_000,
        description="Pictures a member may make in a window, where nobody said else.",
    )
    pool_limit: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Pictures a whole community may make in a window; none: no cap.",
    )
    cooldown_seconds: int = Field(
        default=0,
        ge=0,
        le=86_400,
        description="Seconds between two requests of a member, where nobody said else.",
    )
    jobs_at_once: int = Field(
        default=3, ge=1, le=10_000, description="Jobs that a member may have queued and running at once."
    )
    running_per_member: int = Field(
        default=1, ge=1, le=100, description="Jobs of one member that may run at the same time."
    )
    queue_limit: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Jobs of everybody that may wait at once; a request beyond it is refused.",
    )
    communities_open: bool = Field(
        default=True,
        description="Whether a community may use the bot that the operator has not allowed by name.",
    )
    consent_version: str = Field(
        default="1",
        min_length=1,
        max_length=40,
        description="The version of the terms in force; a new one asks everybody again.",
    )

    lease_seconds: int = Field(
        default=60,
        ge=5,
        le=3600,
        description="How long a worker may be silent before its job is taken from it.",
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="How often a job is tried whose worker failed or got lost."
    )
    sweep_seconds: float = Field(
        default=5, ge=0.1, le=300, description="How often silent workers and lost bells are looked for."
    )

    store_sweep_seconds: int = Field(
        default=600, ge=1, le=86_400, description="How often expired pictures are looked for."
    )

    stall_seconds: int = Field(
        default=300,
        ge=5,
        le=3600,
        description="How long a worker may make no step before it counts as stuck, and loses its job.",
    )
    job_seconds: int = Field(
        default=900,
        ge=5,
        le=86_400,
        description="How long a worker may be at one job; then it is taken away, and tried again.",
    )
    drain_seconds: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="How long a worker that is asked to stop goes on with its job before it puts it back.",
    )
    breaker_failures: int = Field(
        default=3, ge=1, le=100, description="Failures in a row after which a worker takes no more jobs."
    )
    breaker_seconds: int = Field(
        default=180, ge=1, le=86_400, description="For how long it then takes none; after that it tries one."
    )
    worker_memory_gb: float = Field(
        default=16,
        ge=0.1,
        le=1000,
        description="Models that a worker keeps loaded take at most this much; the least used one goes.",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is worth a line; libraries never say more than info."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="One JSON object a line, or readable text; auto is text on a terminal, else json.",
    )
    health_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address on which /metrics, /healthz and /readyz are served; they ask no password.",
    )
    health_port: int = Field(
        default=9180, ge=0, le=65_535, description="The dispatcher's port for them; 0 is off."
    )
    worker_health_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="A worker's port for them, or the first free one of the 31 after it; 0 is off.",
    )
    bot_health_port: int = Field(default=0, ge=0, le=65_535, description="The bot's port for them; 0 is off.")
    web_health_port: int = Field(
        default=0, ge=0, le=65_535, description="The web page's port for them; 0 is off."
    )

    def redis_address(self) -> str:
        """Where Redis is: as set, or the private socket on which `giydir up` starts one."""
        if self.redis_url is not None:
            return self.redis_url.get_secret_value()
        return f"unix://{private_socket(VAR)}"


def private_socket(var: Path) -> Path:
    """The socket of the Redis that belongs to the data under `var`, in a folder for its owner alone."""
    socket = var.resolve() / "run" / "redis.sock"
    if len(os.fsencode(socket)) <= MAX_SOCKET_PATH:
        return socket
    name = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"giydir-{os.getuid()}-{name}" / "redis.sock"


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, and `env_file` where it exists. Raises `SettingsInvalid`."""
    lines = [f"{name}: {problem}" for name, problem in _misspelt()]
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # its own, not a field
    except ValidationError as error:
        lines += [
            f"{_variable(str(problem['loc'][0]))}: {_lowered(problem['msg'])}" for problem in error.errors()
        ]
        raise SettingsInvalid("\n".join(lines)) from None
    if lines:
        raise SettingsInvalid("\n".join(lines))
    return settings


def variables() -> dict[str, str]:
    """The environment variable of each setting, by the setting's name."""
    return {name: PREFIX + name.upper() for name in Settings.model_fields}


def _variable(location: str) -> str:
    return location if location.isupper() else PREFIX + location.upper()


def _lowered(message: str) -> str:
    for start in ("Value error, ", "Input ", "Value ", "String "):
        message = message.removeprefix(start)
    # How pydantic counts the letters of a secret.
    return re.sub(r"items? after validation.*", "characters", message[:1].lower() + message[1:])


def _misspelt() -> list[tuple[str, str]]:
    known = list(variables().values())
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    return [(name, _hint(name, known)) for name in unknown]


def _hint(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"no such setting; did you mean {close[0]}?" if close else "no such setting"
