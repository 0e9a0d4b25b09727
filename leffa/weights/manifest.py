"""`manifest.json`: what a weights folder holds, where it came from, and whether that is still true."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from leffa.errors import WeightsMissing, WeightsUnreadable
from leffa.weights import licences
from leffa.weights.files import LOCK, PART_SUFFIX, Unwatched, Watch, sha256_of, write_json
from leffa.weights.layout import NOT_NEEDED, known_paths

NAME = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One file: `source` is the repository it came from, or the file it was made from.

    revision: the repository's commit. original_sha256: of the file it was made from.
    """

    size: int
    sha256: str
    source: str
    time: str
    revision: str | None = None
    original_sha256: str | None = None


def read(folder: Path) -> dict[str, Entry]:
    """Entries by path in the folder; empty without a manifest. Raises `WeightsUnreadable`."""
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        content = json.loads(text)
        entries = {name: Entry(**entry) for name, entry in content["files"].items()}
        if content["format"] != _FORMAT or not all(isinstance(one.size, int) for one in entries.values()):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsUnreadable(
            f"{path} is no manifest of this version; `leffa weights pull` writes it anew when it is removed"
        ) from error
    if unknown := entries.keys() - known_paths():
        raise WeightsUnreadable(f"{path} names files that are no weights: {min(unknown)!r}")
    return entries


def record(folder: Path, path: str, entry: Entry) -> None:
    """Add or replace one entry."""
    _write(folder, read(folder) | {path: entry})


def forget(folder: Path, path: str) -> None:
    """Take one entry out, if it is there."""
    _write(folder, {name: entry for name, entry in read(folder).items() if name != path})


@dataclass(frozen=True)
class Verdict:
    """Paths in the folder. `extra` files are not in the manifest; that is not wrong by itself."""

    good: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.missing or self.changed)


def verify(folder: Path, watch: Watch | None = None) -> Verdict:
    """Compare every file of the manifest, byte by byte, with what was recorded.

    Raises `WeightsMissing` without a manifest.
    """
    watch = watch or Unwatched()
    entries = read(folder)
    if not entries:
        raise WeightsMissing(
            f"{folder} has no {NAME}: `leffa weights pull` writes it, also for files that are there"
        )
    verdict = Verdict(extra=_extra(folder, entries))
    for number, (path, entry) in enumerate(sorted(entries.items()), start=1):
        file = folder / path
        if not file.is_file():
            verdict.missing.append(path)
        elif file.stat().st_size != entry.size:
            verdict.changed.append(path)
        else:
            watch.begin_bytes(f"checking {path} ({number} of {len(entries)})", entry.size)
            same = sha256_of(file, watch.add_bytes) == entry.sha256
            (verdict.good if same else verdict.changed).append(path)
    return verdict


def _write(folder: Path, entries: dict[str, Entry]) -> None:
    files = {name: {k: v for k, v in asdict(one).items() if v is not None} for name, one in entries.items()}
    write_json(folder / NAME, {"format": _FORMAT, "files": files})


def _extra(folder: Path, entries: dict[str, Entry]) -> list[str]:
    """Files that neither the manifest nor the repository's layout knows; hidden ones do not count."""
    ours = {NAME, licences.RECORD, LOCK, *entries}
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = (Path(where) / name).relative_to(folder).as_posix()
            if not (path in ours or name.startswith(".") or name.endswith(PART_SUFFIX)):
                found.append(path)
    return sorted(path for path in found if not path.startswith(NOT_NEEDED))
