"""Lets Telegram bring what is new: a small server that takes it from whoever knows the secret."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, Update
from telegram.error import NetworkError, RetryAfter

from bot.telegram.polling import WANTED, OnTrouble
from bot.telegram.receiving import Receiving
from config.settings import Settings
from tasks.errors import DatabaseUnavailable, OptionInvalid, PortTaken, SettingMissing
from tasks.logs import get_logger

log = get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1_000_000  # of an update; Telegram's are some thousands
_LABEL = b"giydir telegram webhook"
_PAUSE = 5.0


async def serve(bot: Bot, receiving: Receiving, settings: Settings, on_trouble: OnTrouble) -> None:
    """Until cancelled. Raises `SettingMissing` where there is neither a secret nor a secret key to derive one
    from, `OptionInvalid` for a certificate that cannot be read, `PortTaken`."""
    secret = _secret(settings)
    async with _listening(bot, receiving, settings, secret) as port:
        while True:
            try:
                await _tell_where(bot, settings, secret)
                break
            except (NetworkError, RetryAfter) as away:
                on_trouble(away)
                await asyncio.sleep(_PAUSE)
        log.info("listening", at=f"{settings.telegram_listen_host}:{port}")
        # The webhook stays when the bot ends: Telegram keeps what happens until the bot is there again.
        await asyncio.Event().wait()


async def _tell_where(bot: Bot, settings: Settings, secret: str) -> None:
    certificate = settings.telegram_tls_certificate
    await bot.set_webhook(
        str(settings.telegram_webhook_url),
        certificate=certificate.read_bytes() if certificate else None,
        secret_token=secret,
        allowed_updates=WANTED,
    )


@asynccontextmanager
async def _listening(bot: Bot, receiving: Receiving, settings: Settings, secret: str) -> AsyncIterator[int]:
    async def take(request: web.Request) -> web.Response:
        said = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(said.encode("utf-8", "replace"), secret.encode()):
            raise web.HTTPForbidden
        try:
            update = Update.de_json(json.loads(await request.read()), bot)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise web.HTTPBadRequest from error
        try:
            await receiving.take_in([update])
        except DatabaseUnavailable as away:
            log.warning("updates_not_taken_in", reason=str(away))
            raise web.HTTPServiceUnavailable from None
        # Only now: what is not answered with 200 is brought again.
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
    """Of one's own certificate; without one, a proxy before the bot speaks TLS."""
    certificate, key = settings.telegram_tls_certificate, settings.telegram_tls_key
    if certificate is None:
        return None
    if key is None:
        raise SettingMissing("GIYDIR_TELEGRAM_TLS_KEY is needed with a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError:
        raise OptionInvalid("the webhook's certificate and key cannot be read") from None
    return context
