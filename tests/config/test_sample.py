"""The sample file."""

from __future__ import annotations

import re
from pathlib import Path

from config.sample import SAMPLE, sample
from config.settings import load_settings, variables


def test_the_sample_file_is_what_the_settings_say() -> None:
    assert SAMPLE.read_text() == sample(), "write it anew: python -m config.sample"


def test_with_every_line_taken_in_the_sample_gives_the_defaults(tmp_path: Path) -> None:
    lines = re.sub(r"^#(GIYDIR_\w+=)", r"\1", sample(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(lines)
    assert re.findall(r"^(GIYDIR_\w+)=", lines, re.MULTILINE) == list(variables().values())
    assert load_settings(tmp_path / ".env") == load_settings(None)
