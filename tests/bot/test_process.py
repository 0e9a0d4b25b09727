"""`giydir bot` as a process: what it needs, how it ends, what it never loads."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from bot.cli import bot, front_end
from config.settings import Settings
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade

MEGABYTE = 1_000_000
TOKENS = ("DISCORD_TOKEN", "GIYDIR_DISCORD_TOKEN", "TELEGRAM_TOKEN", "GIYDIR_TELEGRAM_TOKEN")
NEVER = {
    *("torch", "cv2", "diffusers", "transformers", "leffa", "celery", "telegram"),
    # What a bot with SQLite needs as little; each is worth some megabytes.
    *("numpy", "psycopg", "alembic", "mako"),
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A database with its tables, and a Discord that does not answer."""
    url = f"sqlite:///{tmp_path}/desk.db"
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIYDIR_")}
    return {
        **{name: value for name, value in kept.items() if name not in TOKENS},
        "GIYDIR_DATABASE_URL": url,
        "GIYDIR_STORE_URL": f"file://{tmp_path}/store",
        "GIYDIR_SECRET_KEY": "k" * 40,
        "GIYDIR_REDIS_URL": f"unix://{tmp_path}/nobody.sock",
        "GIYDIR_DISCORD_API_URL": f"http://127.0.0.1:{free_port()}/api/v10",
        "GIYDIR_LOG_FORMAT": "json",
    }


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def answers(url: str, within: float = 20) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


def test_without_a_token_it_says_what_to_set(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in TOKENS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        if name.startswith("GIYDIR_"):
            monkeypatch.setenv(name, value)
    result = CliRunner().invoke(bot)
    assert result.exit_code == 1
    told = "error: no front end has a token: set DISCORD_TOKEN or TELEGRAM_TOKEN [setting_missing]\n"
    assert result.stderr == told


def test_giydir_up_runs_it_where_there_is_a_token() -> None:
    assert front_end(Settings(discord_token=None)) is None
    assert front_end(Settings.model_validate({"discord_token": "a.b.c"})) == ["bot"]


def test_it_waits_for_discord_answers_meanwhile_and_ends_when_told(environment: dict[str, str]) -> None:
    port = free_port()
    environment |= {"DISCORD_TOKEN": "secret.token.here", "GIYDIR_BOT_HEALTH_PORT": str(port)}
    command = [sys.executable, "-c", "from bot.cli import bot; bot()"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert answers(f"http://127.0.0.1:{port}/healthz")
        assert not answers(f"http://127.0.0.1:{port}/readyz", within=0.5), "not connected"
        memory = psutil.Process(process.pid).memory_info().rss
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0, log
    assert "not_logged_in" in log
    assert "secret.token.here" not in log
    assert '"event": "ended"' in log
    assert memory <= 140 * MEGABYTE


def test_a_bot_loads_no_pictures_and_no_worker_and_little_else() -> None:
    code = (
        "import time, sys; began = time.process_time()\n"
        "import bot.cli, bot.process, bot.discord.front, tasks.cli.opened, tasks.db.revisions\n"
        "from bot.core.catalogues import Catalogues; Catalogues.load()\n"
        "print(time.process_time() - began)\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, modules = result.stdout.splitlines()
    assert not NEVER & set(modules.split())
    # Of the processor, since the machine may have other things to do.
    assert float(seconds) <= 2.0
