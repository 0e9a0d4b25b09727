"""The installed command, as a shell starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from leffa.pictures import decode

LEFFA = Path(sys.executable).with_name("leffa")


def dress(samples: Path) -> list[str | Path]:
    return [LEFFA, "tryon", samples / "person1.png", samples / "garment1.png", "-o", "out.png"]


def test_a_person_is_dressed(samples: Path, tmp_path: Path) -> None:
    words = [*dress(samples), "--steps", "2"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("out.png: 120 x 160")
    assert decode(tmp_path / "out.png").size == (120, 160)


def test_ctrl_c_stops_between_two_steps_and_leaves_no_file(samples: Path, tmp_path: Path) -> None:
    words = [*dress(samples), "--steps", "999", "--progress"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = b""
        while b"step 2 of 999" not in said:
            said += os.read(process.stderr.fileno(), 4096)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert b"error: cancelled after step " in said
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []
