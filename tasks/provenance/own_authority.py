"""A certificate that nobody paid for: an authority of one's own, and the certificate that it issues.

Both are in one PEM file with their keys, in this order: the authority's certificate, its key, the signing
certificate, its key. The file is replaced as a whole, and is its owner's alone. Nobody trusts this
authority who was not given its certificate (`openssl x509 -in certificate.pem`): it proves that pictures
come from the same service, and are unchanged, but not who that is.
"""

from __future__ import annotations

import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from tasks.errors import CertificateInvalid

_AUTHORITY_LIFE = timedelta(days=20 * 365)
_LIFE = timedelta(days=3 * 365)
# Without a timestamp from somebody else, a signature holds as long as its certificate: every picture's for
# this long at least.
RENEW_BEFORE = timedelta(days=365)
# Clocks of those who check may be behind.
_BACKDATED = timedelta(days=1)
_ORGANISATION = "AI-Giydir, self-made certificate"
_BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----\n.+?-----END \1-----\n", re.DOTALL)
_KINDS = [b"CERTIFICATE", b"PRIVATE KEY"] * 2


def keep_certificate(file: Path, now: datetime) -> tuple[bytes, bytes]:
    """The signing certificate and its key, both PEM; made or renewed where need be, by one process at a time.

    Raises `CertificateInvalid` for a file that cannot be read, written or understood.
    """
    try:
        if (kept := find_certificate(file, now)) is not None:
            return kept
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(file.with_name(f".{file.name}.lock"), mode=0o600):
            if (kept := find_certificate(file, now)) is None:
                _write(file, _made(file, now))
                kept = find_certificate(file, now)
    except OSError as error:
        raise CertificateInvalid(f"{file} cannot be used: {error.strerror}") from None
    assert kept is not None
    return kept


def find_certificate(file: Path, now: datetime) -> tuple[bytes, bytes] | None:
    """As `keep_certificate`, but nothing is written: `None` where there is none, or it ends too soon.

    Raises `OSError`, `CertificateInvalid`.
    """
    if not file.exists():
        return None
    _, _, certificate, key = _blocks(file)
    ends_at = x509.load_pem_x509_certificate(certificate).not_valid_after_utc
    return None if ends_at - now < RENEW_BEFORE else (certificate, key)


def _made(file: Path, now: datetime) -> bytes:
    """The whole file's content, by the authority that is there, if it lives long enough."""
    if file.exists():
        authority, authority_key = _blocks(file)[:2]
        certificate = x509.load_pem_x509_certificate(authority)
        if certificate.not_valid_after_utc - now > _LIFE:
            issuer = load_pem_private_key(authority_key, password=None)
            assert isinstance(issuer, ec.EllipticCurvePrivateKey)
            return authority + authority_key + _issued(certificate, issuer, now)
    issuer = ec.generate_private_key(ec.SECP256R1())
    certificate = _make_authority(issuer, now)
    return certificate.public_bytes(Encoding.PEM) + _pem(issuer) + _issued(certificate, issuer, now)


def _blocks(file: Path) -> list[bytes]:
    found = list(_BLOCK.finditer(file.read_bytes()))
    if [block[1] for block in found] != _KINDS:
        raise CertificateInvalid(f"{file} is not a certificate made by this service; move it away")
    return [block[0] for block in found]


def _make_authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name("AI-Giydir's own authority")
    return (
        _begun(name, name, key, now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, SHA256())
    )


def _issued(authority: x509.Certificate, issuer: ec.EllipticCurvePrivateKey, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _begun(_name("AI-Giydir"), authority.subject, key, now, _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
        .sign(issuer, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM) + _pem(key)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(identifier, critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all; `mkstemp` makes a file for its owner alone."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as partial:
            partial.write(content)
            partial.flush()
            os.fsync(partial.fileno())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
