"""With what pictures are signed: the operator's own certificate, or one that is made here.

The operator's is two PEM files: the chain, the signing certificate first, and its private key. C2PA asks for
the key usage of a digital signature, an extended key usage such as e-mail protection or C2PA claim signing,
and an issuer that is not the certificate itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from config.settings import Settings
from tasks.errors import CertificateInvalid, SettingMissing
from tasks.provenance.own_authority import keep_certificate

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class Certificate:
    """`chain` is PEM, the signing certificate first; `algorithm` as C2PA names it. Shows no key."""

    chain: bytes
    private_key: bytes = field(repr=False)
    algorithm: str
    ends_at: datetime
    self_made: bool


def open_certificate(settings: Settings, now: datetime) -> Certificate:
    """The operator's certificate; without one, the one made here, which is made, or renewed, where need be.

    Raises `SettingMissing` for half of the operator's, `CertificateInvalid`.
    """
    files = (settings.c2pa_certificate, settings.c2pa_private_key)
    if files == (None, None):
        return _opened(*keep_certificate(settings.certificate, now), now, self_made=True)
    if files[0] is None or files[1] is None:
        raise SettingMissing("GIYDIR_C2PA_CERTIFICATE and GIYDIR_C2PA_PRIVATE_KEY go together")
    chain = _read("GIYDIR_C2PA_CERTIFICATE", files[0])
    key = _read("GIYDIR_C2PA_PRIVATE_KEY", Path(files[1].get_secret_value()))
    return _opened(chain, key, now, self_made=False)


def _opened(chain: bytes, private_key: bytes, now: datetime, *, self_made: bool) -> Certificate:
    try:
        signing = x509.load_pem_x509_certificates(chain)[0]
        key = load_pem_private_key(private_key, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise CertificateInvalid("the certificate or its key is not PEM, or the key has a password") from None
    if key.public_key() != signing.public_key():
        raise CertificateInvalid("the private key is not that of the first certificate of the chain")
    if not signing.not_valid_before_utc <= now < signing.not_valid_after_utc:
        raise CertificateInvalid(f"the certificate is valid until {signing.not_valid_after_utc:%Y-%m-%d}")
    return Certificate(
        chain=chain,
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        algorithm=_algorithm(key),
        ends_at=signing.not_valid_after_utc,
        self_made=self_made,
    )


def _algorithm(key: PrivateKeyTypes) -> str:
    match key:
        case EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case Ed25519PrivateKey():
            return "ed25519"
        case RSAPrivateKey():
            return "ps256"
        case _:
            raise CertificateInvalid("the key must be of P-256, P-384, P-521, Ed25519, or RSA")


def _read(setting: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path"
        raise CertificateInvalid(f"the file in {setting} cannot be read: {why}") from None
