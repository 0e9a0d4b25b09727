"""`giydir web` as a process: what it needs, how it ends, what it never loads."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil

from bot.cli import web_front_end
from config.settings import Settings
from tests.bot.test_process import answers, environment, free_port

__all__ = ["environment"]

MEGABYTE = 1_000_000
# NumPy and pandas come with Gradio.
NEVER = ("torch", "cv2", "diffusers", "transformers", "leffa", "celery", "discord", "telegram", "matplotlib")
COMMAND = [sys.executable, "-c", "from bot.cli import web; web()"]


def test_giydir_up_serves_it_unless_it_is_off() -> None:
    assert web_front_end(Settings()) == ["web"]
    assert web_front_end(Settings(web_port=0)) is None


def test_for_other_machines_it_does_not_start_without_a_password(environment: dict[str, str]) -> None:
    result = subprocess.run(
        COMMAND, env=environment | {"GIYDIR_WEB_HOST": "0.0.0.0"}, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: GIYDIR_WEB_HOST is reached from other machines")
    assert result.stderr.endswith("[setting_missing]\n")


def test_it_serves_without_redis_and_ends_when_told(
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    port, health = free_port(), free_port()
    environment |= {
        "GIYDIR_WEB_PORT": str(port),
        "GIYDIR_WEB_HEALTH_PORT": str(health),
        "TMPDIR": str(tmp_path),
    }
    process = subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert answers(f"http://127.0.0.1:{port}/robots.txt", within=60)
        assert answers(f"http://127.0.0.1:{health}/healthz")
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/readyz") as ready:
            assert b'"ready": true' in ready.read()
        memory = psutil.Process(process.pid).memory_info().rss
        loaded = " ".join(mapped.path for mapped in psutil.Process(process.pid).memory_maps())
        busy = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=60)
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0, log
    assert '"event": "ended"' in log
    assert "127.0.0.1:" not in log.replace(f"127.0.0.1:{health}", ""), "no visitor's address"
    assert not list(tmp_path.glob("giydir-web-*")), "its folder is gone"
    assert "[port_taken]" in busy.stderr

    print(f"{memory / MEGABYTE:.0f} MB")
    assert memory <= 300 * MEGABYTE
    assert not [name for name in ("torch/lib", "cv2/") if name in loaded]


def test_the_page_loads_no_pictures_and_no_worker() -> None:
    code = (
        "import sys, time; began = time.process_time()\n"
        "import bot.cli, bot.web.process, bot.web.tryon.page\n"
        "print(round(time.process_time() - began, 1))\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, modules = result.stdout.splitlines()
    assert not set(NEVER) & set(modules.split())
    # Of the processor: Gradio brings half a hundred components along.
    assert float(seconds) <= 10
