"""Pictures carry a signed manifest that others can read, and that knows nothing of the member."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image
from pydantic import SecretStr

from config.settings import Settings
from leffa.marking import COMPOSITE, Format, encode_marked
from tasks.errors import CertificateInvalid, PictureNotSigned, SettingMissing
from tasks.provenance import notary as notary_module
from tasks.provenance.notary import Made, Notary
from tasks.provenance.own_authority import RENEW_BEFORE

FORMATS: tuple[Format, ...] = ("PNG", "JPEG", "WEBP")
MADE = Made("tryon", "viton_hd", "research only")
YEAR = timedelta(days=365)


def picture(kind: Format = "PNG", side: int = 96) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (side, side // 2, 3), dtype=np.uint8)
    return encode_marked(Image.fromarray(noise), kind, comment="seed 7")


def pixels(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened)


def read(data: bytes, trusted: bytes | None = None) -> tuple[str, dict[str, Any], set[str]]:
    """What a verifier says who trusts `trusted` only: the state, the manifest, and what is wrong."""
    trust = {} if trusted is None else {"trust": {"user_anchors": trusted.decode()}}
    told = {"verify": {"verify_trust": True, "remote_manifest_fetch": False}, **trust}
    with (
        c2pa.Context(c2pa.Settings.from_dict(told)) as context,
        c2pa.Reader(None, io.BytesIO(data), context=context) as reader,
    ):
        store = json.loads(reader.json())
        wrong = {one["code"] for one in store["validation_results"]["activeManifest"]["failure"]}
        return store["validation_state"], store["manifests"][store["active_manifest"]], wrong


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(certificate=tmp_path / "var" / "certificate.pem")


@pytest.fixture
def notary(settings: Settings) -> Notary:
    return Notary.open(settings)


def authority(settings: Settings) -> bytes:
    """As an operator would take it out of the file, to give it to those who check."""
    return x509.load_pem_x509_certificate(settings.certificate.read_bytes()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_signed_picture_is_the_same_picture_and_whoever_knows_the_authority_trusts_it(
    notary: Notary, settings: Settings, kind: Format
) -> None:
    unsigned = picture(kind)
    signed = notary.sign(unsigned, made=MADE)
    assert np.array_equal(pixels(signed), pixels(unsigned))
    state, _, wrong = read(signed, authority(settings))
    assert (state, wrong) == ("Trusted", set())
    with Image.open(io.BytesIO(signed)) as opened:
        xmp = opened.info["xmp"]
        assert COMPOSITE in (xmp.decode() if isinstance(xmp, bytes) else xmp)
    assert len(signed) - len(unsigned) < 6_000


def test_to_everybody_else_it_is_unchanged_but_of_an_unknown_signer(notary: Notary) -> None:
    state, _, wrong = read(notary.sign(picture(), made=MADE))
    assert (state, wrong) == ("Valid", {"signingCredential.untrusted"})


@pytest.mark.parametrize("kind", FORMATS)
def test_a_byte_that_is_changed_afterwards_is_found(notary: Notary, settings: Settings, kind: Format) -> None:
    unsigned = picture(kind)
    signed = bytearray(notary.sign(unsigned, made=MADE))
    middle = len(unsigned) // 2  # amid the pixels
    signed[signed.index(unsigned[middle : middle + 16])] ^= 1
    state, _, wrong = read(bytes(signed), authority(settings))
    assert state == "Invalid"
    assert "assertion.dataHash.mismatch" in wrong


@pytest.mark.parametrize(("control", "making"), [("tryon", "c2pa.edited"), ("pose", "c2pa.created")])
def test_the_manifest_says_what_was_done_by_what_and_on_which_terms(
    notary: Notary, control: Literal["tryon", "pose"], making: str
) -> None:
    _, manifest, _ = read(notary.sign(picture(), made=Made(control, "viton_hd", "research only")))
    (actions,) = [one["data"]["actions"] for one in manifest["assertions"]]
    # What C2PA wants first: opened, or created.
    assert actions[0]["action"] in ("c2pa.opened", "c2pa.created")
    made = actions[-1]
    assert (made["action"], made["digitalSourceType"]) == (making, COMPOSITE)
    assert made["softwareAgent"]["name"] == "AI-Giydir"
    assert "viton_hd" in made["description"]
    assert "research only" in made["description"]
    assert manifest["title"] == notary_module.CAPTION


def test_the_photos_are_named_and_nothing_of_them_is_kept(notary: Notary) -> None:
    _, manifest, _ = read(notary.sign(picture(), made=MADE))
    assert manifest["ingredients"] == [
        {
            "title": "person photo, not included",
            "relationship": "parentOf",
            "label": "c2pa.ingredient.v3",
        },
        {
            "title": "garment photo, not included",
            "relationship": "inputTo",
            "label": "c2pa.ingredient.v3__1",
        },
    ]
    assert "thumbnail" not in manifest


def test_the_certificate_is_made_once_and_is_its_owners_alone(notary: Notary, settings: Settings) -> None:
    notary.sign(picture(), made=MADE)
    first = settings.certificate.read_bytes()
    notary.sign(picture(), made=MADE)
    assert settings.certificate.read_bytes() == first
    assert stat.S_IMODE(settings.certificate.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.certificate.parent.stat().st_mode) == 0o700
    assert "PRIVATE" not in repr(notary.certificate())


def test_it_is_renewed_by_the_same_authority_while_its_pictures_still_hold(settings: Settings) -> None:
    now = datetime.now(UTC)
    # The certificate was made long ago; today it holds, but not for a year.
    old = Notary.open(settings, lambda: now - 2.5 * YEAR).certificate()
    known = authority(settings)
    new = Notary.open(settings, lambda: now).certificate()
    assert old.ends_at - now < RENEW_BEFORE < new.ends_at - now
    assert read(Notary.open(settings).sign(picture(), made=MADE), known)[0] == "Trusted"
    # After the authority's own time, everything is new.
    Notary.open(settings, lambda: now + 19 * YEAR).certificate()
    assert authority(settings) != known


def test_a_file_that_is_no_certificate_of_ours_is_not_replaced(settings: Settings) -> None:
    settings.certificate.parent.mkdir()
    settings.certificate.write_text("my notes")
    with pytest.raises(CertificateInvalid, match="move it away"):
        Notary.open(settings).sign(picture(), made=MADE)
    assert settings.certificate.read_text() == "my notes"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CertificateInvalid, match="cannot be used"):
        Notary.open(Settings(certificate=tmp_path / "file" / "certificate.pem")).certificate()


@pytest.mark.parametrize("kind", ["p256", "p384", "ed25519", "rsa"])
def test_the_operators_own_certificate_signs_instead(tmp_path: Path, settings: Settings, kind: str) -> None:
    root = own_certificate(tmp_path, kind)
    signed = Notary.open(with_own(settings, tmp_path)).sign(picture(), made=MADE)
    state, manifest, _ = read(signed, root)
    assert state == "Trusted"
    assert manifest["signature_info"]["issuer"] == "Ada's Shop"
    assert not settings.certificate.exists()


def test_half_of_a_certificate_a_wrong_key_and_one_that_ended_are_told(
    tmp_path: Path, settings: Settings
) -> None:
    own_certificate(tmp_path, "p256")
    own = with_own(settings, tmp_path)
    with pytest.raises(SettingMissing, match="GIYDIR_C2PA_PRIVATE_KEY"):
        Notary.open(own.model_copy(update={"c2pa_private_key": None})).certificate()
    with pytest.raises(CertificateInvalid, match="valid until"):
        Notary.open(own, lambda: datetime.now(UTC) + YEAR).certificate()
    with pytest.raises(CertificateInvalid, match="cannot be read"):
        Notary.open(own.model_copy(update={"c2pa_certificate": tmp_path / "none"})).certificate()
    pasted = SecretStr(pem(ec.generate_private_key(ec.SECP256R1())).decode())
    with pytest.raises(CertificateInvalid) as caught:
        Notary.open(own.model_copy(update={"c2pa_private_key": pasted})).certificate()
    assert "BEGIN" not in str(caught.value)
    (tmp_path / "key.pem").write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(CertificateInvalid, match="not that of"):
        Notary.open(own).certificate()
    (tmp_path / "key.pem").write_text("nonsense")
    with pytest.raises(CertificateInvalid, match="not PEM"):
        Notary.open(own).certificate()


def test_a_certificate_that_may_not_sign_is_refused(tmp_path: Path, settings: Settings) -> None:
    own_certificate(tmp_path, "p256", usage=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(PictureNotSigned):
        Notary.open(with_own(settings, tmp_path)).sign(picture(), made=MADE)


def test_what_is_no_picture_is_not_signed(notary: Notary) -> None:
    for junk in (b"", b"GIF89a", b"RIFF1234WEBP", picture()[:40]):
        with pytest.raises(PictureNotSigned):
            notary.sign(junk, made=MADE)


def test_a_timestamp_authority_that_is_away_fails_the_signing(settings: Settings) -> None:
    with_authority = settings.model_copy(update={"c2pa_timestamp_url": "http://127.0.0.1:9/"})
    with pytest.raises(PictureNotSigned):
        Notary.open(with_authority).sign(picture(), made=MADE)


def with_own(settings: Settings, folder: Path) -> Settings:
    key = SecretStr(str(folder / "key.pem"))
    return settings.model_copy(update={"c2pa_certificate": folder / "chain.pem", "c2pa_private_key": key})


def own_certificate(
    folder: Path, kind: str, usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION
) -> bytes:
    """Write `chain.pem` and `key.pem`, valid for 30 days; returns the root's certificate."""
    makers: dict[str, Callable[[], Any]] = {
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    root_key, key = ec.generate_private_key(ec.SECP256R1()), makers[kind]()
    root = issue("Root", "Root", root_key.public_key(), root_key, root_key, authority=True)
    leaf = issue("Ada's Shop", "Root", key.public_key(), root_key, root_key, usage=usage)
    (folder / "chain.pem").write_bytes(leaf)
    (folder / "key.pem").write_bytes(pem(key))
    return root


def issue(
    name: str,
    issuer: str,
    public: Any,
    issuer_key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
    usage: x509.ObjectIdentifier | None = None,
) -> bytes:
    now = datetime.now(UTC)
    flags = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, **flags), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])


def pem(key: Any) -> bytes:
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return data
