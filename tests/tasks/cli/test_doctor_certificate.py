"""What `giydir doctor` says of the certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from tasks.cli.doctor import certificate as check_of
from tasks.cli.doctor.findings import OK, PROBLEM, WARNING
from tasks.provenance.certificate import open_certificate
from tests.tasks.provenance.test_notary import own_certificate, with_own


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(certificate=tmp_path / "certificate.pem")


def test_one_that_is_still_to_be_made_is_fine_and_is_not_made(settings: Settings) -> None:
    (finding,) = check_of.check(settings)
    assert finding.level == OK
    assert "next picture" in finding.said
    assert not settings.certificate.exists()


def test_a_self_made_one_is_fine_and_said_to_prove_little(settings: Settings) -> None:
    open_certificate(settings, datetime.now(UTC))
    (finding,) = check_of.check(settings)
    assert (finding.level, "not whose they are" in finding.said) == (OK, True)


def test_one_that_is_due_is_left_to_the_worker(settings: Settings) -> None:
    open_certificate(settings, datetime.now(UTC) - timedelta(days=2.5 * 365))
    before = settings.certificate.read_bytes()
    (finding,) = check_of.check(settings)
    assert (finding.level, settings.certificate.read_bytes()) == (OK, before)


def test_the_operators_own_that_ends_soon_is_a_warning(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_certificate(tmp_path, "p256")
    (finding,) = check_of.check(with_own(settings, tmp_path))
    assert finding.level == WARNING
    monkeypatch.setattr(check_of, "_SOON", timedelta(days=20))
    (finding,) = check_of.check(with_own(settings, tmp_path))
    assert finding.level == OK


def test_one_that_cannot_sign_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    settings.certificate.write_text("nonsense")
    assert [one.level for one in check_of.check(settings)] == [PROBLEM]
    assert [one.level for one in check_of.check(with_own(settings, tmp_path))] == [PROBLEM]
