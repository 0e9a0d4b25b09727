"""All checks, side by side; one that fails or hangs is a finding of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from config.settings import Settings, SettingsInvalid, load_settings
from tasks.cli.doctor import (
    certificate,
    database,
    machine,
    packages,
    redis,
    screening,
    secrets,
    store,
    weights,
)
from tasks.cli.doctor import settings as setting
from tasks.cli.doctor.findings import Finding, problem
from tasks.cli.hiding import scrub

Check = Callable[[Settings], Sequence[Finding]]

# In the order in which they are told.
CHECKS: dict[str, Check] = {
    "database": database.check,
    "redis": redis.check,
    "store": store.check,
    "key": secrets.check_key,
    "tokens": secrets.check_tokens,
    "weights": weights.check,
    "certificate": certificate.check,
    "screening": screening.check,
    "gpu": machine.check_gpu,
    "disk": machine.check_disk,
    "packages": packages.check,
}


def examine(limit: float) -> list[Finding]:
    """Everything that is found, none of it longer than about `limit` seconds in the making."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        # The other parts are what the settings say: with wrong ones there is nothing to check.
        return [*setting.check_file(), *setting.wrong(str(error))]
    except (OSError, UnicodeDecodeError):
        return setting.check_file()
    findings = [*setting.check_file(), *setting.right()]
    findings += run_checks(CHECKS, settings, limit)
    return [
        replace(one, said=scrub(one.said, settings), advice=scrub(one.advice, settings)) for one in findings
    ]


def run_checks(checks: dict[str, Check], settings: Settings, limit: float) -> list[Finding]:
    """All at once, each in a thread; one that hangs is left behind, and ends with the process."""
    found: dict[str, Sequence[Finding]] = {}

    def run(part: str, check: Check) -> None:
        try:
            found[part] = check(settings)
        except Exception as error:  # whatever it is, it is told; its text may hold a secret
            found[part] = [
                problem(part, f"the check itself failed: {type(error).__name__}", "tell the developers")
            ]

    threads = {
        part: threading.Thread(target=run, args=(part, check), daemon=True) for part, check in checks.items()
    }
    for thread in threads.values():
        thread.start()
    end = time.monotonic() + limit
    for thread in threads.values():
        thread.join(max(0.0, end - time.monotonic()))
    return [one for part in checks for one in found.get(part) or [_hangs(part, limit)]]


def _hangs(part: str, limit: float) -> Finding:
    return problem(part, f"no answer in {limit:g} s", "it hangs, or is slow: --limit gives it longer")
