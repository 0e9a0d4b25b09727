"""Every help text explains itself at once, and loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from types import ModuleType

import click
import pytest
from click import Command, Context, Group, Option

from tasks.cli import COMMANDS, group, main
from tests.tasks.cli.conftest import Giydir


def every(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    yield name, command
    if isinstance(command, Group):
        for one in command.commands:
            yield from every(f"{name} {one}", command.commands[one])


def load(name: str) -> Command:
    found = main.get_command(Context(main), name)
    assert found is not None
    return found


EVERY = {name: command for first in COMMANDS for name, command in every(first, load(first))}


def test_it_lists_every_command_and_where_to_start(giydir: Giydir) -> None:
    text = giydir("--help").output
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert "giydir doctor" in text


@pytest.mark.parametrize("name", EVERY)
def test_every_command_shows_an_example_and_says_what_each_option_does(giydir: Giydir, name: str) -> None:
    done = giydir(*name.split(), "--help")
    assert done.exit_code == 0
    assert f"giydir {name}" in done.output.partition("Example")[2]
    assert all(option.help for option in EVERY[name].params if isinstance(option, Option))
    assert max(map(len, done.output.splitlines())) <= 110


def test_no_help_text_waits_for_a_database_or_for_celery() -> None:
    heavy = {"alembic", "celery", "fsspec", "leffa", "psycopg", "pydantic", "redis", "sqlalchemy", "torch"}
    code = (
        "import sys; from tasks.cli import main\n"
        f"for name in {['', *EVERY]}: main([*name.split(), '--help'], standalone_mode=False)\n"
        f"sys.exit(sorted({heavy} & set(sys.modules)) != [])"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_the_version_is_told(giydir: Giydir) -> None:
    name, version = giydir("--version").output.split()
    assert name == "giydir"
    assert version[0].isdigit()


def install(monkeypatch: pytest.MonkeyPatch, **commands: str) -> None:
    there = EntryPoints(EntryPoint(name, value, group.ENTRY_POINTS) for name, value in commands.items())
    monkeypatch.setattr(group, "entry_points", lambda **which: there.select(**which))


@click.command(short_help="Says hello.")
def hello() -> None:
    """Say hello."""
    click.echo("hello")


def test_another_package_adds_a_command_by_an_entry_point(
    giydir: Giydir, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = ModuleType("another_package")
    another.hello = another.doctor = hello  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "another_package", another)
    install(monkeypatch, hello="another_package:hello", doctor="another_package:doctor")
    assert giydir("hello").output == "hello\n"
    assert giydir("--help").output.count("Says hello.") == 1
    # Ours win.
    assert load("doctor") is EVERY["doctor"]


def test_a_package_that_cannot_be_imported_hides_no_other_command(
    giydir: Giydir, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, bot="not_there_at_all.cli:bot")
    listed = giydir("--help").output
    assert "cannot be imported" in listed
    assert "  doctor " in listed
    done = giydir("bot")
    assert done.exit_code == 1
    assert "not_there_at_all" in done.stderr


def test_a_command_that_nobody_has_is_wrong_usage(giydir: Giydir) -> None:
    assert giydir("dance").exit_code == 2
