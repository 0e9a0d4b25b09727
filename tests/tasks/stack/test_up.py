"""`giydir up` as somebody would use it for the first time: an empty folder, a request, a picture, Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PIL import Image

from config.settings import load_settings
from leffa.synthetic import sample_pair
from tasks.desk import Desk
from tasks.records import Asker, Control, JobState, Request
from tasks.store.store import Store

ROOT = Path(__file__).parents[3]
ADA = Asker("web", "local", "ada")


def wait_for(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int, web_port: int = 0) -> subprocess.Popen[str]:
    """The whole stack in `folder`; its page on `web_port`, or without one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIYDIR_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tasks.cli", "up"],
        cwd=folder,
        env=environment
        | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "GIYDIR_HEALTH_PORT": str(port),
            "GIYDIR_WEB_PORT": str(web_port),
            "GIYDIR_DEVICE": "cpu",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def photo(picture: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=90)  # type: ignore[arg-type]
    return file.getvalue()


def test_from_an_empty_folder_to_a_picture_and_back_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    stack = start(tmp_path, port)
    try:
        wait_for(lambda: is_ready(port), 60)
        monkeypatch.chdir(tmp_path)
        settings = load_settings(Path(".env"))
        desk, store = Desk.open(settings), Store.open(settings)
        account = desk.account(ADA.person)
        desk.give_consent(ADA.person)
        pair = sample_pair(3, (192, 256), "upper_body")
        request = Request(
            request_id="first",
            control=Control.TRYON,
            model="viton_hd",
            garment_type="upper_body",
            source_key=store.put(account, photo(pair.person.image)),
            reference_key=store.put(account, photo(pair.garment.image)),
            steps=4,
        )
        job = desk.submit(ADA, request).job
        wait_for(lambda: desk.job(job.id).ended_at is not None, 90)
        ended = desk.job(job.id)
        assert (ended.state, ended.error_code) == (JobState.SUCCEEDED, None)
        assert ended.result_key is not None
        with Image.open(io.BytesIO(store.get(account, ended.result_key))) as picture:
            assert picture.size == (192, 256)
        # The photos it was made of are gone.
        wait_for(lambda: [one.key for one in store.stored()] == [ended.result_key], 10)
        desk.close()

        second = start(tmp_path, port)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert "is up already" in said

        parts = psutil.Process(stack.pid).children(recursive=True)
        assert torch_is_only_in_the_child(parts)
    finally:
        stack.send_signal(signal.SIGINT)
        said, _ = stack.communicate(timeout=90)
    assert stack.returncode == 0, said
    first, _, then, *_ = said.splitlines()
    assert first.startswith("Made a secret key"), "and no line of how the database was made"
    assert then == "giydir is up: 1 worker, weights mini."
    assert said.rstrip().endswith("Stopped.")
    assert not [part for part in parts if part.is_running()]
    assert not list(tmp_path.glob("var/run/*.sock"))
    secret = settings.secret_key
    assert secret is not None
    assert secret.get_secret_value() not in said


@pytest.mark.slow
def test_with_its_page_it_takes_the_next_port_dresses_somebody_and_leaves_no_process(tmp_path: Path) -> None:
    from gradio_client import Client, handle_file

    samples = ROOT / "bot" / "web" / "assets"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        web_port = int(taken.getsockname()[1])
        stack = start(tmp_path, free_port(), web_port)
        assert stack.stdout is not None
        said = ""
        try:
            while "Ctrl-C" not in said:
                line = stack.stdout.readline()
                assert line, said
                said += line
            url = next(line.split()[2] for line in said.splitlines() if "Web page" in line)
            assert f"(port {web_port} is taken)" in said
            begun = time.monotonic()
            program = Client(f"{url}en/", verbose=False, download_files=tmp_path, analytics_enabled=False)
            program.predict(program.predict(api_name="/terms")["version"], api_name="/agree")
            photos = handle_file(samples / "person1.png"), handle_file(samples / "garment1.png")
            picture, told = program.predict(*photos, steps=10, api_name="/tryon")
            assert told["state"] == "succeeded"
            assert time.monotonic() - begun < 60
            Image.open(picture).verify()
            program.close()
            parts = psutil.Process(stack.pid).children(recursive=True)
        finally:
            stack.send_signal(signal.SIGINT)
            rest, _ = stack.communicate(timeout=90)
    assert stack.returncode == 0, rest
    assert not [part for part in parts if part.is_running()]
    assert not list(tmp_path.glob("var/run/*.sock"))


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def torch_is_only_in_the_child(parts: list[psutil.Process]) -> bool:
    """A process that has loaded PyTorch must not fork: the worker's parent never does."""
    (parent,) = [
        part for part in parts if part.cmdline()[-4:-2] == ["tasks.cli", "worker"] and is_parent(part)
    ]
    (child,) = parent.children()
    return not has_torch(parent) and has_torch(child)


def is_parent(part: psutil.Process) -> bool:
    return bool(part.children())


def has_torch(process: psutil.Process) -> bool:
    return any("libtorch" in region.path for region in process.memory_maps())
