"""`python -m tasks.cli`: the command `giydir` by the Python at hand."""

from __future__ import annotations

from tasks.cli import main

main(prog_name="giydir")
