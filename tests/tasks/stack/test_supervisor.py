"""Parts are started in order, started again when they die, and stopped in the opposite order."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tasks.stack.supervisor import NotReady, Part, Supervisor


def part(name: str, log: Path, *, then: str = "time.sleep(60)", stop_seconds: float = 5) -> Part:
    """A process that writes its name into `log` when it starts and when it is told to stop."""
    code = f"""
import signal, sys, time
def say(word):
    with open({str(log)!r}, 'a') as file:
        file.write(word + ' {name}\\n')
def stop(*_):
    say('stopped')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
say('started')
{then}
"""
    return Part(name, [sys.executable, "-c", code], stop_seconds)


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def watched() -> Iterator[Callable[[Supervisor], None]]:
    """Lets a supervisor watch in a thread until the end of the test."""
    stopping = threading.Event()
    threads: list[threading.Thread] = []

    def watch(stack: Supervisor) -> None:
        threads.append(threading.Thread(target=stack.run, args=(stopping,)))
        threads[-1].start()

    yield watch
    stopping.set()
    for thread in threads:
        thread.join()


def test_parts_stop_in_the_opposite_order(log: Path) -> None:
    with Supervisor(os.environ) as stack:
        for name in ("first", "second"):
            stack.start(part(name, log))
            wait_for(lambda name=name: f"started {name}" in lines(log))  # type: ignore[misc]
    assert lines(log) == ["started first", "started second", "stopped second", "stopped first"]


def test_a_part_that_is_killed_is_started_again(log: Path, watched: Callable[[Supervisor], None]) -> None:
    with Supervisor(os.environ) as stack:
        stack.start(part("worker", log))
        watched(stack)
        wait_for(lambda: len(lines(log)) == 1)
        killed = stack.pids()["worker"]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: len(lines(log)) == 2)
        assert stack.pids()["worker"] != killed


def test_a_part_that_dies_at_once_is_not_started_again_without_end(
    log: Path, watched: Callable[[Supervisor], None]
) -> None:
    with Supervisor(os.environ) as stack:
        stack.start(part("broken", log, then="sys.exit(1)"))
        watched(stack)
        wait_for(lambda: len(lines(log)) == 2)
        time.sleep(0.9)  # The second pause is a second, and the poll a fifth of one.
        assert len(lines(log)) == 2


def test_a_part_that_does_not_stop_is_killed_with_all_its_children(log: Path) -> None:
    child = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    stubborn = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {child}; say('ready'); time.sleep(60)"
    with Supervisor(os.environ) as stack:
        stack.start(part("stubborn", log, then=stubborn, stop_seconds=0.2))
        wait_for(lambda: "ready stubborn" in lines(log))
        (child_process,) = psutil.Process(stack.pids()["stubborn"]).children()
    # Killed is not gone yet: a busy machine takes its time.
    psutil.wait_procs([child_process], timeout=10)
    assert not child_process.is_running() or child_process.status() == psutil.STATUS_ZOMBIE


def test_what_does_not_come_up_stops_all_that_did(log: Path) -> None:
    def never() -> None:
        raise NotReady("second did not come up")

    def start_both(stack: Supervisor) -> None:
        with stack:
            stack.start(part("first", log))
            wait_for(lambda: "started first" in lines(log))
            stack.start(Part("second", part("second", log).command, 5, ready=never))

    stack = Supervisor(os.environ)
    with pytest.raises(NotReady):
        start_both(stack)
    assert "stopped first" in lines(log)
    assert not any(psutil.pid_exists(pid) for pid in stack.pids().values())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_parts_end_when_the_supervisor_is_killed(log: Path) -> None:
    import subprocess

    code = f"""
import os, sys, threading
from tests.tasks.stack.test_supervisor import part
from tasks.stack.supervisor import Supervisor
from pathlib import Path
with Supervisor(os.environ) as stack:
    stack.start(part('worker', Path({str(log)!r})))
    stack.run(threading.Event())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[3])
    wait_for(lambda: "started worker" in lines(log))
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: "stopped worker" in lines(log))
