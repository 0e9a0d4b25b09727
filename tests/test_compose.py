"""What docker-compose.yml and the Dockerfile promise: every name in them exists, and nothing lies open."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from config.settings import Settings, variables
from tests.deployment import (
    COMPOSE,
    ROOT,
    Unset,
    compose,
    dockerfile,
    env_sample,
    is_sent_to_the_build,
    lineage,
    seconds,
    variables_of_compose,
)

FILLED = {name: value or "filled" for name, value in env_sample().items()}
# Until the command `giydir` is in the tree: what it is going to know.
COMMANDS_TO_COME = {"bot", "db", "dispatcher", "healthcheck", "up", "worker"}
USUAL_NAMES = {"DISCORD_TOKEN", "TELEGRAM_TOKEN"}
NOT_OURS = {"postgres", "redis"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found = compose(FILLED)["services"]
    assert isinstance(found, dict)
    return found


def _schema_complaints(path: Path) -> str:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return "" if checked.returncode == 0 else checked.stdout


def test_it_is_what_the_compose_specification_allows(tmp_path: Path) -> None:
    assert _schema_complaints(COMPOSE) == ""
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(COMPOSE.read_text().replace("stop_grace_period:", "stop_grace:"))
    assert "stop_grace" in _schema_complaints(wrong)


def test_every_variable_it_needs_is_in_the_sample_and_a_missing_secret_stops_it() -> None:
    assert variables_of_compose() <= env_sample().keys()
    for name in ("GIYDIR_SECRET_KEY", "POSTGRES_PASSWORD"):
        with pytest.raises(Unset, match=f"{name}: see docker/env.sample"):
            compose(FILLED | {name: ""})


def test_the_sample_and_the_file_hold_no_secret() -> None:
    secret = re.compile("SECRET|TOKEN|PASSWORD")
    assert not [name for name, value in env_sample().items() if secret.search(name) and value]
    for name, service in compose(FILLED)["services"].items():
        for variable, value in service.get("environment", {}).items():
            if secret.search(variable):
                assert value in ("", "filled"), f"{name}: {variable}"


def test_every_variable_of_ours_is_a_setting(services: dict[str, Any]) -> None:
    known = {*variables().values(), *USUAL_NAMES}
    for name in services.keys() - NOT_OURS:
        assert services[name].get("environment", {}).keys() <= known
    ours = {name for name in env_sample() if name.startswith("GIYDIR_")}
    assert ours <= known
    for instruction in dockerfile(_dockerfiles(services).pop()):
        assert not {name for name in re.findall(r"GIYDIR_\w+", instruction.rest) if name not in known}


def test_every_command_is_one_that_its_program_knows(services: dict[str, Any]) -> None:
    for name in services.keys() - NOT_OURS:
        _parse(services[name]["command"])
        if (check := services[name].get("healthcheck")) is not None:
            assert check["test"][0] == "CMD"
            _parse(check["test"][1:])


def test_a_wrong_command_is_noticed() -> None:
    for wrong in (
        ["giydir", "dispatch"],
        ["leffa", "weights", "pull", "--modell", "viton_hd"],
        ["sh", "-c", ""],
    ):
        with pytest.raises((AssertionError, click.ClickException)):
            _parse(wrong)


def test_the_health_checks_ask_the_port_that_is_served(services: dict[str, Any]) -> None:
    environment = services["worker"]["environment"]
    assert services["worker"]["healthcheck"]["test"][-1] == environment["GIYDIR_WORKER_HEALTH_PORT"]
    served = str(Settings.model_fields["health_port"].default)
    assert services["dispatcher"]["healthcheck"]["test"][-1] == served


def test_a_health_check_is_patient_and_restarts_nothing(services: dict[str, Any]) -> None:
    for service in services.values():
        if (check := service.get("healthcheck")) is not None:
            assert seconds(check["timeout"]) >= 10
            assert check["retries"] >= 3
        assert not [label for label in service.get("labels", []) if "autoheal" in str(label)]
    assert seconds(services["worker"]["healthcheck"]["start_period"]) >= 300


def test_a_worker_has_time_to_end_its_work(services: dict[str, Any]) -> None:
    drains = [field.default for name, field in Settings.model_fields.items() if "drain" in name]
    for name in ("worker", "worker-cpu"):
        assert seconds(services[name]["stop_grace_period"]) > max([60, *drains])


def test_any_number_of_each_service_may_run(services: dict[str, Any]) -> None:
    assert not [name for name, service in services.items() if {"container_name", "hostname"} & service.keys()]


def test_nothing_is_reachable_from_outside(services: dict[str, Any]) -> None:
    assert not [name for name, service in services.items() if service.get("ports")]
    assert not [name for name, service in services.items() if service.get("network_mode")]
    networks = compose(FILLED)["networks"]
    assert networks["inside"] == {"internal": True}
    for name in ("postgres", "redis", "worker", "worker-cpu", "dispatcher", "migrate"):
        assert services[name]["networks"] == ["inside"]


def test_only_the_bot_holds_its_tokens(services: dict[str, Any]) -> None:
    tokens = {*USUAL_NAMES, "GIYDIR_DISCORD_TOKEN", "GIYDIR_TELEGRAM_TOKEN"}
    for name in services.keys() - NOT_OURS - {"bot"}:
        if services[name]["env_file"]:
            environment = services[name]["environment"]
            assert {environment.get(token) for token in tokens} == {""}, name


def test_our_containers_may_do_as_little_as_they_need(services: dict[str, Any]) -> None:
    for name in services.keys() - NOT_OURS:
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp"]
    for service in services.values():
        assert service["init"] is True
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["logging"]["options"]["max-size"]
        assert not service.get("privileged")


def test_what_must_outlive_a_container_lies_in_a_volume(services: dict[str, Any]) -> None:
    declared = compose(FILLED)["volumes"].keys()
    mounted = {
        name: dict(reversed(volume.split(":")[:2]) for volume in service.get("volumes", []))
        for name, service in services.items()
    }
    assert {volume for mounts in mounted.values() for volume in mounts.values()} == declared
    # Where the images of version 18 and later keep it.
    assert "/var/lib/postgresql" in mounted["postgres"]
    assert "/data" in mounted["redis"]
    store = services["worker"]["environment"]["GIYDIR_STORE_URL"].removeprefix("file://")
    for name in ("worker", "worker-cpu", "dispatcher", "bot"):
        assert store in mounted[name]


def test_the_broker_forgets_nothing(services: dict[str, Any]) -> None:
    command = services["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert (options["--maxmemory-policy"], options["--appendonly"]) == ("noeviction", "yes")


def test_services_depend_on_services_that_are_there(services: dict[str, Any]) -> None:
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed]
            else:
                assert services[needed]["restart"] == "no"


def test_every_path_exists(services: dict[str, Any]) -> None:
    for name in services.keys() - NOT_OURS:
        build = services[name]["build"]
        assert (ROOT / build["context"]).is_dir()
        assert (ROOT / build["context"] / build["dockerfile"]).is_file()
        assert services[name]["env_file"] in ([], [".env"])
    for path in re.findall(r"(?:docker|docs|config)/[\w./-]*\w", COMPOSE.read_text()):
        assert (ROOT / path).exists(), path


def test_the_image_takes_all_of_the_house_and_nothing_that_is_not_there(services: dict[str, Any]) -> None:
    (path,) = _dockerfiles(services)
    copied = {source for one in dockerfile(path) if one.word == "COPY" for source in one.copied}
    for source in copied:
        assert (ROOT / source).exists(), source
        assert is_sent_to_the_build(source), source
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {*packages, *project["project"]["license-files"], project["project"]["readme"]} <= copied
    for secret in (".env", "var", "weights", ".git", "tests"):
        assert not is_sent_to_the_build(secret)


def test_each_image_is_pinned_and_runs_as_nobody_in_particular(services: dict[str, Any]) -> None:
    (path,) = _dockerfiles(services)
    instructions = dockerfile(path)
    targets = {services[name]["build"]["target"] for name in services.keys() - NOT_OURS}
    assert targets == {"cpu", "cuda"}
    for target in targets:
        history = lineage(instructions, target)
        assert [one.rest for one in history if one.word == "USER"][-1:] == ["giydir"]
        assert services["worker" if target == "cuda" else "bot"]["image"] == f"giydir:{target}"
    installs = [one.rest for one in instructions if one.word == "RUN" and "pip install" in one.rest]
    assert len(installs) == 3
    assert all("--constraint /constraints.txt" in install for install in installs)
    folders = next(one.rest for one in instructions if "install --directory" in one.rest)
    for folder in ("/data/store", "/weights"):
        assert f" {folder}" in folders
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"service", "pose"} <= extras.keys()
    for name in NOT_OURS:
        assert re.fullmatch(r"[\w/]+:\d+-alpine", services[name]["image"])


def _dockerfiles(services: dict[str, Any]) -> set[Path]:
    return {ROOT / services[name]["build"]["dockerfile"] for name in services.keys() - NOT_OURS}


def _parse(command: list[str]) -> None:
    """Raises where the program does not know these words; nothing is run."""
    program, *words = command
    if program == "leffa":
        from leffa.cli import main as leffa_command

        _parse_by(leffa_command, program, words)
    else:
        assert program == "giydir", command
        if importlib.util.find_spec("tasks.cli") is None:
            assert words[0] in COMMANDS_TO_COME, command
        else:
            giydir = importlib.import_module("tasks.cli")
            _parse_by(giydir.main, program, words)


def _parse_by(command: click.Command, name: str, words: list[str]) -> None:
    if not isinstance(command, click.Group):
        command.make_context(name, words)
        return
    assert words, f"{name} needs a command"
    inner = command.get_command(click.Context(command), words[0])
    assert inner is not None, f"{name} has no command {words[0]}"
    _parse_by(inner, words[0], words[1:])
