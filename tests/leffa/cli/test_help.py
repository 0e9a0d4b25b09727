"""Every help text explains itself at once."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from click import Command, Group, Option

from leffa import control, dressing, presets
from leffa.cli import main, options
from tests.leffa.cli.conftest import Leffa

COMMANDS = sorted(main.commands)
EVERY = {
    name: command
    for first, group in main.commands.items()
    for name, command in [
        (first, group),
        *(
            (f"{first} {second}", one)
            for second, one in (group.commands.items() if isinstance(group, Group) else [])
        ),
    ]
}


def test_it_lists_every_command_and_where_to_start(leffa: Leffa) -> None:
    text = leffa("--help").output
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert "leffa demo" in text


@pytest.mark.parametrize("name", EVERY)
def test_every_command_shows_an_example_and_says_what_each_option_does(leffa: Leffa, name: str) -> None:
    command: Command = EVERY[name]
    assert f"leffa {name}" in leffa(*name.split(), "--help").output.partition("Example")[2]
    assert all(option.help for option in command.params if isinstance(option, Option))


def test_no_help_text_waits_for_pytorch() -> None:
    code = (
        "import sys; from leffa.cli import main\n"
        f"for name in {['', *EVERY]}: main([*name.split(), '--help'], standalone_mode=False)\n"
        "sys.exit({'torch', 'diffusers', 'cv2'} & set(sys.modules) != set())"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_choices_are_those_of_the_library() -> None:
    assert options.GARMENT_TYPES == dressing.GARMENT_TYPES
    assert get_args(presets.Rule) == options.MASK_RULES
    assert get_args(control.ModelName) == options.MODELS
    assert set(options.TRY_ON_MODELS) < set(options.MODELS)
    assert options.MAX_SEED == dressing.MAX_SEED


def test_the_version_is_told(leffa: Leffa) -> None:
    name, version = leffa("--version").output.split()
    assert name == "leffa"
    assert version[0].isdigit()
