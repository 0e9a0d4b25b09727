"""What happens on Telegram comes in: the bot asks for it, or Telegram brings it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application

from config.settings import Settings
from tasks.errors import PortTaken, SettingMissing
from tasks.logs import get_logger

log = get_logger()

AnyApplication: TypeAlias = "Application[Any, Any, Any, Any, Any, Any]"

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1_000_000  # of an update; Telegram's are some thousands
# Of one long poll. A failed one is tried again within half a minute.
_POLL_SECONDS = 10
_WANTED = (Update.MESSAGE, Update.CALLBACK_QUERY)
_LABEL = b"giydir telegram webhook"


async def receive(
    application: AnyApplication, settings: Settings, on_trouble: Callable[[TelegramError], None]
) -> None:
    """Until cancelled, everything that comes goes into `application.update_queue`. It was started before.
    `on_trouble` hears of each time that Telegram could not be asked; it is asked again.

    Raises `SettingMissing` where a webhook has neither a secret nor a secret key to derive one from, and
    `PortTaken`.
    """
    if settings.telegram_webhook_url is None:
        await _poll(application, on_trouble)
        return
    secret = _secret(settings)
    async with _listening(application, settings, secret) as port:
        certificate = settings.telegram_tls_certificate
        await application.bot.set_webhook(
            settings.telegram_webhook_url,
            certificate=certificate.read_bytes() if certificate else None,
            secret_token=secret,
            allowed_updates=_WANTED,
        )
        log.info("listening", at=f"{settings.telegram_listen_host}:{port}")
        # The webhook stays when the bot ends: Telegram keeps what happens until the bot is there again.
        await asyncio.Event().wait()


async def _poll(application: AnyApplication, on_trouble: Callable[[TelegramError], None]) -> None:
    updater = application.updater
    assert updater is not None
    # Takes a webhook away first.
    await updater.start_polling(
        timeout=_POLL_SECONDS,
        bootstrap_retries=-1,
        allowed_updates=list(_WANTED),
        error_callback=on_trouble,
    )
    try:
        await asyncio.Event().wait()
    finally:
        await updater.stop()


@asynccontextmanager
async def _listening(application: AnyApplication, settings: Settings, secret: str) -> AsyncIterator[int]:
    async def take(request: web.Request) -> web.Response:
        said = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(said.encode("utf-8", "replace"), secret.encode()):
            raise web.HTTPForbidden
        try:
            update = Update.de_json(json.loads(await request.read()), application.bot)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise web.HTTPBadRequest from error
        await application.update_queue.put(update)
        return web.Response()

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post(urlsplit(str(settings.telegram_webhook_url)).path, take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        host, port = settings.telegram_listen_host, settings.telegram_listen_port
        site = web.TCPSite(runner, host, port, ssl_context=_tls(settings))
        try:
            await site.start()
        except OSError as error:
            raise PortTaken(f"the webhook cannot listen on {host}:{port}") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _secret(settings: Settings) -> str:
    if settings.telegram_webhook_secret is not None:
        return settings.telegram_webhook_secret.get_secret_value()
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_TELEGRAM_WEBHOOK_SECRET or GIYDIR_SECRET_KEY is needed for a webhook")
    return hmac.new(settings.secret_key.get_secret_value().encode(), _LABEL, hashlib.sha256).hexdigest()


def _tls(settings: Settings) -> ssl.SSLContext | None:
    certificate, key = settings.telegram_tls_certificate, settings.telegram_tls_key
    if certificate is None:
        return None
    if key is None:
        raise SettingMissing("GIYDIR_TELEGRAM_TLS_KEY is needed with a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
