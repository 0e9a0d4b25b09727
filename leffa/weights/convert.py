"""Published weights as half-precision `.safetensors`, without what no forward pass reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from leffa.control import ModelName
from leffa.errors import WeightsMissing
from leffa.weights import manifest
from leffa.weights.converters import CONVERTERS
from leffa.weights.files import Unwatched, Watch, in_units, locked, now, sha256_of
from leffa.weights.folder import state_of
from leffa.weights.layout import MODELS, PublishedFile, files_of, models_needing
from leffa.weights.manifest import Entry
from leffa.weights.tensorfile import write_tensors


@dataclass(frozen=True)
class Converted:
    """Paths in the folder; sizes in bytes. made: False where it was there already."""

    path: str
    size: int
    original: str
    original_size: int | None
    made: bool


def convert(
    folder: Path,
    models: Sequence[ModelName] = MODELS,
    *,
    dtype: torch.dtype = torch.float16,
    remove_originals: bool = False,
    again: bool = False,
    watch: Watch | None = None,
) -> list[Converted]:
    """Convert what the folder holds of these models; loading takes the converted files from then on.

    Reads and writes tensor by tensor. Originals stay unless `remove_originals`; files that were converted
    before stay as they are unless `again`.

    Raises `WeightsMissing` where there is nothing to convert, `WeightsError`s for files that cannot be read,
    `DiskFull`, `WeightsBusy`; the folder then is as before.
    """
    wanted = [part for part in CONVERTERS if set(models) & set(models_needing(part))]
    files = [file for part in wanted for file in files_of(part)]
    here = [file for file in files if state_of(folder, file) in ("there", "converted")]
    if not here:
        names = ", ".join(file.path for file in files)
        raise WeightsMissing(f"{folder} holds nothing that can be converted: {names}")
    with locked(folder):
        return [_convert(folder, file, dtype, remove_originals, again, watch or Unwatched()) for file in here]


def _convert(
    folder: Path, file: PublishedFile, dtype: torch.dtype, remove: bool, again: bool, watch: Watch
) -> Converted:
    name = str(file.converted)
    original, path = folder / file.path, folder / name
    size = original.stat().st_size if original.is_file() else None
    make = original.is_file() and (again or not path.is_file())
    if make:
        converter = CONVERTERS[file.part]
        write_tensors(path, lambda: converter(original), dtype, {"converted_from": file.path}, watch)
        _record(folder, file, dtype, watch)
        watch.say(f"{name}: {in_units(path.stat().st_size)}")
    if remove and original.is_file():
        original.unlink()
        manifest.forget(folder, file.path)
    return Converted(name, path.stat().st_size, file.path, size, make)


def _record(folder: Path, file: PublishedFile, dtype: torch.dtype, watch: Watch) -> None:
    """Enter the converted file into the manifest, with the original's checksum."""
    name = str(file.converted)
    path, original = folder / name, folder / file.path
    fetched = manifest.read(folder).get(file.path)
    watch.begin_bytes(f"checking {name}", path.stat().st_size)
    entry = Entry(
        size=path.stat().st_size,
        sha256=sha256_of(path, watch.add_bytes),
        source=f"{file.path}, converted to {str(dtype).removeprefix('torch.')}",
        time=now(),
        revision=fetched.revision if fetched else None,
        original_sha256=fetched.sha256 if fetched else sha256_of(original),
    )
    manifest.record(folder, name, entry)
