"""Signs pictures: a C2PA manifest goes into the file, and says how the picture was made.

What it says is what IPTC calls "composite with trained algorithmic media". Try-on is an edit of the person
photo (`c2pa.opened`, `c2pa.edited`), pose transfer a new picture made from two photos (`c2pa.created`; C2PA
specification 2.x, "Actions"). The photos are named as ingredients, and nothing more: no thumbnail, no hash,
none of their metadata, also not a manifest that they may have brought along.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Literal

import c2pa

from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.errors import PictureNotSigned
from tasks.provenance.certificate import Certificate, open_certificate

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
# A caption for people; front ends may put it under a picture in the member's language.
CAPTION = "Made with AI: a photo, changed by a trained model"
SOFTWARE = "AI-Giydir"

# No thumbnail of the picture either: it would be a second copy that outlives cropping and blurring. What is
# written is not read back at once, and nobody is called.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}


@dataclass(frozen=True)
class Made:
    """How a picture was made: by which model, and on which terms that model may be used."""

    control: Literal["tryon", "pose"]
    model: str
    terms: str


class Notary:
    """Signs pictures with the operator's certificate, or one made here. Of one thread."""

    def __init__(
        self, open_now: Callable[[datetime], Certificate], clock: Clock, timestamp_url: str | None
    ) -> None:
        self._open = open_now
        self._clock = clock
        self._timestamp_url = timestamp_url

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock) -> Notary:
        """Nothing is read or made before the first picture."""
        return cls(lambda now: open_certificate(settings, now), clock, settings.c2pa_timestamp_url)

    def certificate(self) -> Certificate:
        """What the next picture is signed with. Raises `SettingMissing`, `CertificateInvalid`."""
        return self._open(self._clock())

    def sign(self, picture: bytes, *, made: Made) -> bytes:
        """The same PNG, JPEG or WebP with a manifest in it; its pixels and other metadata are untouched.

        The certificate's files are read each time, so that a renewed one is used at once. Raises
        `PictureNotSigned`, `SettingMissing`, `CertificateInvalid`.
        """
        kind = _kind(picture)
        now = self._clock()
        certificate = self._open(now)
        signed = io.BytesIO()
        try:
            with c2pa.Context(
                c2pa.Settings.from_dict(_SETTINGS), _signer(certificate, self._timestamp_url)
            ) as context:
                c2pa.Builder(_manifest(made, now), context).sign(kind, io.BytesIO(picture), signed)
        except c2pa.C2paError as error:
            raise PictureNotSigned(f"C2PA: {error}") from None
        return signed.getvalue()


def _signer(certificate: Certificate, timestamp_url: str | None) -> c2pa.Signer:
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(certificate.algorithm, certificate.chain, certificate.private_key, timestamp_url)
    )


def _manifest(made: Made, now: datetime) -> dict[str, Any]:
    ours = {"name": SOFTWARE, "version": version("ai-giydir")}
    making: dict[str, Any] = {
        "digitalSourceType": COMPOSITE,
        "softwareAgent": ours,
        "when": now.isoformat(timespec="seconds"),
        "description": f"{CAPTION}. Model: Leffa {made.model}; its terms: {made.terms}.",
    }
    if made.control == "tryon":
        photos = {"person": "parentOf", "garment": "inputTo"}
        actions = [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["person"]}},
            {"action": "c2pa.edited", "parameters": {"ingredientIds": ["garment"]}, **making},
        ]
    else:
        photos = {"person": "inputTo", "pose": "inputTo"}
        actions = [{"action": "c2pa.created", "parameters": {"ingredientIds": list(photos)}, **making}]
    return {
        "title": CAPTION,
        "claim_generator_info": [ours],
        "ingredients": [
            {"label": name, "title": f"{name} photo, not included", "relationship": relationship}
            for name, relationship in photos.items()
        ],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _kind(picture: bytes) -> str:
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise PictureNotSigned("only PNG, JPEG and WebP can be signed")
