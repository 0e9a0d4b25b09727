"""The weights: is what a worker would load there? The library is asked in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning

PART = "weights"
MINI = "mini"
_SECONDS = 60
_LEFFA = (sys.executable, "-c", "from leffa.cli import main; main()", "weights", "list", "--json")


def check(settings: Settings) -> list[Finding]:
    """The mini model's files, or those of a folder, by name; their contents are `leffa weights verify`'s."""
    spec = find_spec("leffa")
    if spec is None or spec.origin is None:
        return [problem(PART, "leffa is not installed", "pip install ai-giydir")]
    if settings.weights == MINI:
        if not list(Path(spec.origin).parent.glob("mini/**/*.safetensors")):
            return [problem(PART, "the mini model's files are missing", "install ai-giydir again")]
        return [ok(PART, "the mini model, which knows drawn people only")]
    folder = Path(settings.weights)
    if not folder.is_dir():
        advice = f"leffa weights pull --model viton_hd {folder}, or GIYDIR_WEIGHTS=mini"
        return [problem(PART, f"there is no folder {folder}", advice)]
    return _check_folder(folder)


def _check_folder(folder: Path) -> list[Finding]:
    asked = subprocess.run([*_LEFFA, str(folder)], capture_output=True, timeout=_SECONDS, check=False)
    if asked.returncode != 0:
        return [problem(PART, f"{folder} cannot be looked at", f"leffa weights list {folder}")]
    models: dict[str, dict[str, Any]] = json.loads(asked.stdout)["models"]
    ready = [name for name, one in models.items() if one["ready"]]
    findings = [ok(PART, f"{folder}: ready for {', '.join(ready)}")] if ready else []
    for name, one in models.items():
        if one["ready"]:
            continue
        files = one["missing"]
        said = f"{folder} lacks {len(files)} files for {name}: {', '.join(files)}"
        advice = f"leffa weights pull --model {name} {folder}"
        # One model is enough for a service.
        findings.append(warning(PART, said, advice) if ready else problem(PART, said, advice))
    return findings
