"""What a monitor sees of a process: well, unwell, busy, and with the database away."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.settings import Settings
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable, OptionInvalid, PortTaken
from tasks.health import HealthServer, redis_answers, seen_within
from tasks.health.probe import probe
from tests.tasks.kit import ADA, Office

HERE = "127.0.0.1"


def get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{HERE}:{server.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def scrape(server: HealthServer) -> dict[str, float]:
    status, text = get(server, "/metrics")
    assert status == 200
    return {
        "".join((sample.name, *(f"/{value}" for value in sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def well() -> Iterator[HealthServer]:
    with HealthServer(HERE, 0, {"model": lambda: None}) as server:
        yield server


def test_a_process_that_is_well_says_so(well: HealthServer) -> None:
    assert get(well, "/healthz") == (200, "ok\n")
    status, answer = get(well, "/readyz")
    assert (status, json.loads(answer)) == (200, {"ready": True, "failed": {}})
    assert scrape(well)["process_resident_memory_bytes"] > 0
    assert get(well, "/")[0] == 404


def test_what_failed_is_named_by_a_word_and_the_process_is_still_alive() -> None:
    def away() -> None:
        raise DatabaseUnavailable("no route to postgresql://giydir:hunter22@db")

    checks = {"database": away, "model": lambda: "loading", "store": lambda: None}
    with HealthServer(HERE, 0, checks) as server:
        status, answer = get(server, "/readyz")
        assert (status, json.loads(answer)) == (
            503,
            {"ready": False, "failed": {"database": "database_unavailable", "model": "loading"}},
        )
        assert get(server, "/healthz")[0] == 200


def test_a_check_that_hangs_is_not_waited_for_and_not_begun_again() -> None:
    release, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        release.wait(30)

    with HealthServer(HERE, 0, {"store": hang}, seconds=0.1) as server:
        for _ in range(3):
            started = time.monotonic()
            status, answer = get(server, "/readyz")
            assert (status, json.loads(answer)["failed"]) == (503, {"store": "no_answer_in_time"})
            assert time.monotonic() - started < 5
        assert len(begun) == 1
        release.set()
        while get(server, "/readyz")[0] != 200:
            assert time.monotonic() - started < 10


def test_a_check_with_a_mistake_in_it_is_an_error_that_shows_nothing() -> None:
    def mistaken() -> None:
        raise KeyError("hunter22")

    with HealthServer(HERE, 0, {"store": mistaken}) as server:
        status, answer = get(server, "/readyz")
    assert status == 500
    assert "hunter22" not in answer


def test_a_worker_that_makes_steps_or_is_idle_is_ready_and_a_silent_one_is_not() -> None:
    now = time.monotonic()
    assert seen_within(60, lambda: now)() is None
    assert seen_within(60, lambda: None)() is None
    assert seen_within(60, lambda: now - 61)() == "silent"


def test_a_worker_that_computes_all_the_time_answers(well: HealthServer) -> None:
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            sum(range(1000))

    worker = threading.Thread(target=compute)
    worker.start()
    try:
        assert get(well, "/readyz")[0] == 200
    finally:
        done.set()
        worker.join()


def test_redis_is_asked_whether_it_answers() -> None:
    nobody = redis.Redis(host=HERE, port=_free_port(), retry=Retry(NoBackoff(), 0))
    assert redis_answers(nobody)() == "no_answer"


def test_the_desks_figures_are_read_when_they_are_asked_for(office: Office) -> None:
    office.welcome(ADA)
    with HealthServer(HERE, 0, {}, office.desk.figures) as server:
        assert scrape(server)["giydir_jobs/queued"] == 0
        office.submit(ADA)
        office.submit(ADA)
        office.claim()
        office.clock.pass_time(seconds=90)
        office.desk.pause_all(None)
        seen = scrape(server)
    told = {name: seen[f"giydir_{name}"] for name in ("database_up", "queue_paused", "jobs_undelivered")}
    assert told == {"database_up": 1, "queue_paused": 1, "jobs_undelivered": 0}
    assert (seen["giydir_jobs/queued"], seen["giydir_jobs/running"]) == (1, 1)
    assert 89 < seen["giydir_oldest_queued_seconds"] < 91
    assert 89 < seen["giydir_oldest_heartbeat_seconds"] < 91


def test_with_the_database_down_the_rest_is_served() -> None:
    desk = Desk.open(Settings(database_url=SecretStr(f"postgresql://u:hunter22@{HERE}:{_free_port()}/d")))
    with HealthServer(HERE, 0, {}, desk.figures) as server:
        seen = scrape(server)
    assert seen["giydir_database_up"] == 0
    assert "giydir_jobs/queued" not in seen
    assert seen["process_resident_memory_bytes"] > 0


def test_a_database_that_does_not_answer_is_down_too() -> None:
    release = threading.Event()

    def hang() -> Any:
        release.wait(30)

    with HealthServer(HERE, 0, {}, hang, seconds=0.1) as server:
        assert scrape(server)["giydir_database_up"] == 0
        release.set()


def test_a_taken_port_is_an_error_or_the_next_one_is_used(well: HealthServer) -> None:
    with pytest.raises(PortTaken, match=f"port {well.port}$"):
        HealthServer(HERE, well.port, {}).start()
    with HealthServer(HERE, well.port, {}, more_ports=31) as beside:
        assert well.port < beside.port <= well.port + 31
        assert get(beside, "/healthz")[0] == 200


def test_it_stops_and_may_be_stopped_again() -> None:
    server = HealthServer(HERE, 0, {}).start()
    server.stop()
    server.stop()
    assert probe(str(server.port), 1) == (False, "no answer (URLError)")


def test_a_probe_tells_well_from_unwell(well: HealthServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{HERE}:9")
    assert probe(str(well.port)) == (True, '{"ready": true, "failed": {}}')
    assert probe(f"http://{HERE}:{well.port}/healthz") == (True, "ok")
    assert probe(f"http://{HERE}:{well.port}/nothing") == (False, "404 404: Not Found")
    with HealthServer(HERE, 0, {"model": lambda: "loading"}) as unwell:
        assert probe(str(unwell.port)) == (False, '503 {"ready": false, "failed": {"model": "loading"}}')


@pytest.mark.parametrize("target", ["file:///etc/passwd", "nonsense", "http://[", ""])
def test_a_probe_asks_web_addresses_only(target: str) -> None:
    with pytest.raises(OptionInvalid):
        probe(target)


def test_a_probe_gives_up_on_a_process_that_says_nothing() -> None:
    with socket.create_server((HERE, 0)) as silent:
        ok, said = probe(str(silent.getsockname()[1]), 0.2)
    assert (ok, said.startswith("no answer")) == (False, True)


def test_the_health_server_needs_no_pytorch() -> None:
    loaded = "import sys, tasks.health, tasks.health.probe; print('torch' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60, env=os.environ
    )
    assert said.stdout == "False\n"


def _free_port() -> int:
    with socket.create_server((HERE, 0)) as there:
        return int(there.getsockname()[1])
