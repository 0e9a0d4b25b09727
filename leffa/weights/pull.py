"""What a model needs, from the published repository into a folder of the same layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leffa.control import ModelName
from leffa.errors import WeightsCorrupt, WeightsUnavailable
from leffa.weights import manifest
from leffa.weights.download import fetch, part_path
from leffa.weights.files import Unwatched, Watch, in_units, locked, now, require_room, sha256_of
from leffa.weights.folder import pull_command, state_of
from leffa.weights.layout import REVISION, Parsing, PublishedFile, files_for, parts_for
from leffa.weights.licences import require_accepted
from leffa.weights.manifest import Entry
from leffa.weights.repository import Listing, RemoteFile, look


@dataclass(frozen=True)
class Pulled:
    """Paths in the folder. `commit` is None where nothing was missing and no repository could be asked."""

    commit: str | None
    fetched: list[str]
    present: list[str]
    size: int


def pull(
    folder: Path,
    models: Sequence[ModelName],
    *,
    parsing: Parsing = "onnx",
    revision: str = REVISION,
    endpoint: str | None = None,
    watch: Watch | None = None,
) -> Pulled:
    """Fetch what these models need and the folder lacks; run again after any interruption.

    Files that are there are compared by checksum: what this function fetched once and is now different is
    fetched again; a file of somebody else's making is never replaced. The original of a converted file
    need not be there.

    Raises `LicenceNotAccepted` and `DiskFull` (nothing was fetched), `WeightsUnavailable`,
    `WeightsCorrupt`, `WeightsBusy`.
    """
    watch = watch or Unwatched()
    files = files_for(models, parsing)
    require_accepted(folder, parts_for(models, parsing))
    try:
        listing = look(files, revision, endpoint)
    except WeightsUnavailable as error:
        lacking = [file.path for file in files if state_of(folder, file) in ("missing", "partial")]
        if not lacking:
            return Pulled(None, [], [file.path for file in files], 0)
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        command = pull_command(folder, models[0])
        raise WeightsUnavailable(
            f"{folder} lacks {lacking[0]}{more} ({error}); where there is a network: {command}"
        ) from error
    with locked(folder):
        return _pull(folder, files, listing, watch)


def _pull(folder: Path, files: list[PublishedFile], listing: Listing, watch: Watch) -> Pulled:
    present = [file for file in files if _is_there(folder, file, listing, watch)]
    wanted = [(file, listing.files[file.path]) for file in files if file not in present]
    require_room(folder, sum(remote.size - _kept(folder, remote) for _, remote in wanted))
    for number, (file, remote) in enumerate(wanted, start=1):
        watch.begin_bytes(f"{remote.path} ({number} of {len(wanted)})", remote.size)
        sha256 = fetch(remote, folder / remote.path, watch.add_bytes)
        _record(folder, remote, sha256, listing)
        if file.converted and file.converted in manifest.read(folder):
            # Made of what was just replaced, and taken before it.
            (folder / file.converted).unlink(missing_ok=True)
            manifest.forget(folder, file.converted)
        watch.say(f"{remote.path}: {in_units(remote.size)}, checksum right")
    fetched = [remote for _, remote in wanted]
    return Pulled(
        listing.commit,
        [remote.path for remote in fetched],
        [file.path for file in present],
        sum(remote.size for remote in fetched),
    )


def _is_there(folder: Path, file: PublishedFile, listing: Listing, watch: Watch) -> bool:
    """Whether the folder has this very content, or what was made of it."""
    remote, entries = listing.files[file.path], manifest.read(folder)
    path = folder / file.path
    if not path.is_file():
        made = entries.get(file.converted) if file.converted else None
        if made is None or not (folder / str(file.converted)).is_file():
            return False
        if made.original_sha256 != remote.checksum.digest:
            raise WeightsCorrupt(
                f"{file.converted} was made of another {file.path} than {listing.source} has; "
                "remove it to fetch that one"
            )
        return True
    if path.stat().st_size == remote.size:
        watch.begin_bytes(f"checking {file.path}", remote.size)
        if remote.checksum.matches(path, watch.add_bytes):
            if file.path not in entries:
                _record(folder, remote, sha256_of(path), listing)
            return True
    if file.path not in entries:
        raise WeightsCorrupt(
            f"{path} is not what {listing.source} has, and was not fetched from there; "
            "move it away to fetch that one"
        )
    watch.say(f"{file.path}: changed since it was fetched, is fetched again")
    return False


def _kept(folder: Path, remote: RemoteFile) -> int:
    """How much of it an earlier run left."""
    part = part_path(folder / remote.path, remote)
    return part.stat().st_size if part.is_file() else 0


def _record(folder: Path, remote: RemoteFile, sha256: str, listing: Listing) -> None:
    entry = Entry(remote.size, sha256, listing.source, now(), revision=listing.commit)
    manifest.record(folder, remote.path, entry)
