"""A webhook of one's own, with a certificate that nobody else has signed."""

from __future__ import annotations

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bot.telegram.webhook import SECRET_HEADER
from tasks.errors import DatabaseUnavailable, OptionInvalid
from tests.bot.telegram.kit import Here
from tests.bot.test_process import free_port
from tests.standins.telegram.payloads import message_json

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SECRET = "s3cret"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate and key, as `openssl req -x509` makes them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    files = tmp_path / "own.pem", tmp_path / "own.key"
    files[0].write_bytes(signed.public_bytes(pem))
    files[1].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def with_webhook(here: Here, certificate: tuple[Path, Path]) -> str:
    """The address."""
    port = free_port()
    url = f"https://127.0.0.1:{port}/hook"
    here.office = here.office.with_settings(
        telegram_webhook_url=url,
        telegram_listen_port=port,
        telegram_webhook_secret=SecretStr(SECRET),
        telegram_tls_certificate=certificate[0],
        telegram_tls_key=certificate[1],
    )
    return url


def test_telegram_brings_what_was_said_over_tls_to_a_certificate_that_it_was_given(
    here: Here, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = with_webhook(here, certificate)
    server = here.server
    with here.alive():
        ada = here.ada
        assert server.answer_to(ada.sends("/help"), 15)
        told = server.requests("setWebhook")[-1]
        assert told.body.files["certificate"].data == certificate[0].read_bytes()
        assert server.updates.webhook is not None
        said = message_json(ada.private.messages[0])
        with httpx2.Client(verify=ssl.create_default_context(cafile=certificate[0])) as http:

            def status(number: int, secret: str | None) -> int:
                update = json.dumps({"update_id": number, "message": said})
                headers = {} if secret is None else {SECRET_HEADER: secret}
                return http.post(url, content=update, headers=headers).status_code

            assert [status(1, secret) for secret in (None, "", "S3cret")] == [403] * 3

            def away(*_: object) -> set[str]:
                raise DatabaseUnavailable("no disk")

            with monkeypatch.context() as patched:
                patched.setattr(here.office.desk, "take_in", away)
                assert status(2, SECRET) == 503, "to be brought again"
            answers = len(here.bots(ada.private))
            assert [status(2, SECRET) for _ in range(3)] == [200] * 3
            server.wait(lambda: len(here.bots(ada.private)) > answers, 15)
        assert len(here.bots(ada.private)) == answers + 1, "what is brought again is answered once"
    assert server.updates.webhook is not None, "it stays while the bot is away"


def test_a_certificate_that_cannot_be_read_is_said(here: Here, certificate: tuple[Path, Path]) -> None:
    with_webhook(here, (certificate[0], certificate[0]))
    with pytest.raises(OptionInvalid, match="certificate and key"):
        asyncio.run(here.new_front().run())
