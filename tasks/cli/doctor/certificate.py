"""The certificate that pictures are signed with: is it there, does it sign, and for how long?"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning
from tasks.errors import DeskError

PART = "certificate"
_SOON = timedelta(days=30)
# One grey pixel, as PNG.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def check(settings: Settings) -> list[Finding]:
    """A picture of one pixel is signed. A self-made certificate is neither made nor renewed here: the file
    must belong to the user who runs the workers."""
    from tasks.provenance.notary import Made, Notary
    from tasks.provenance.own_authority import find_certificate

    own = settings.c2pa_certificate is not None or settings.c2pa_private_key is not None
    notary = Notary.open(settings)
    try:
        if not own and find_certificate(settings.certificate, datetime.now(UTC)) is None:
            return [ok(PART, f"self-made with the next picture, in {settings.certificate}")]
        certificate = notary.certificate()
        notary.sign(_PIXEL, made=Made("tryon", "none", "none"))
    except OSError as error:
        said = f"{settings.certificate} cannot be read: {error.strerror}"
        return [problem(PART, said, "give it to the user who runs the workers")]
    except DeskError as error:
        return [problem(PART, str(error), "GIYDIR_C2PA_CERTIFICATE, GIYDIR_C2PA_PRIVATE_KEY: docs/safety.md")]
    until = f"until {certificate.ends_at:%Y-%m-%d}"
    if certificate.self_made:
        said = f"self-made, {until}: it proves that pictures are unchanged, not whose they are"
        return [ok(PART, said)]
    if certificate.ends_at - datetime.now(UTC) < _SOON:
        return [warning(PART, f"your own, only {until}", "a new one, or no picture can be made after that")]
    return [ok(PART, f"your own, {until}")]
