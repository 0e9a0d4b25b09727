"""`leffa weights list`: what there is, what is missing, and on which terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leffa.cli.command import Command
from leffa.cli.invocation import command_line
from leffa.cli.options import MODELS, json_option
from leffa.cli.weights.options import folder_argument, models_option

if TYPE_CHECKING:
    from leffa.control import ModelName
    from leffa.weights.layout import PublishedFile

EPILOG = """\b
Examples:
  leffa weights list
  leffa weights list --model dress_code /data/leffa --json
"""


@click.command("list", cls=Command, epilog=EPILOG, short_help="What is there and what is missing.")
@folder_argument
@models_option
@json_option
def list_(folder: Path, models: tuple[ModelName, ...], as_json: bool) -> None:
    """Show every file that a model needs: its size, and whether FOLDER has it; and the terms of use.

    Looks at names only, reads no file and asks no network; `leffa weights verify` compares contents.
    """
    report = _report(folder, models or MODELS)
    click.echo(json.dumps(report) if as_json else "\n".join(_lines(report, folder)))


def _report(folder: Path, models: tuple[ModelName, ...]) -> dict[str, Any]:
    from leffa.weights.folder import lacking
    from leffa.weights.layout import FILES, REPOSITORY, models_needing
    from leffa.weights.licences import licences_for, not_accepted

    files = [file for file in FILES if set(models) & set(models_needing(file.part))]
    parts = [file.part for file in files]
    still_open = not_accepted(folder, parts)
    missing = {model: lacking(folder, [model]) for model in models}
    return {
        "folder": str(folder),
        "repository": REPOSITORY,
        "models": {
            model: {
                "ready": not files,
                "missing": [file.path for file in files],
                "to_fetch": sum(file.size or 0 for file in files),
            }
            for model, files in missing.items()
        },
        "files": [_file(folder, file) for file in files],
        "licences": [
            {"title": one.title, "terms": one.name, "links": one.links, "accepted": one not in still_open}
            for one in licences_for(parts)
        ],
    }


def _file(folder: Path, file: PublishedFile) -> dict[str, Any]:
    from leffa.weights.folder import partial_files, state_of
    from leffa.weights.layout import models_needing
    from leffa.weights.licences import licence_of

    state = state_of(folder, file)
    path = file.converted if state == "converted" and file.converted else file.path
    return {
        "path": path,
        "part": file.part,
        "models": models_needing(file.part),
        "state": state,
        "size": (folder / path).stat().st_size if state in ("there", "converted") else file.size,
        "fetched": sum(one.stat().st_size for one in partial_files(folder, file)),
        "licence": licence_of(file.part).name,
    }


def _lines(report: dict[str, Any], folder: Path) -> list[str]:
    from leffa.weights.files import in_units

    lines = [f"{report['folder']}, in the layout of {report['repository']}", ""]
    for file in report["files"]:
        size = "" if file["size"] is None else in_units(file["size"])
        state = file["state"]
        if state == "missing" and file["part"] == "parsing_torch":
            state = "optional"  # the ONNX pair does
        elif state == "partial":
            state = f"{in_units(file['fetched'])} of it"
        lines.append(f"  {size:>9}  {state:<11}  {file['path']}")
    lines.append("")
    for model, one in report["models"].items():
        if one["ready"]:
            lines.append(f"  {model}: ready")
        else:
            command = command_line("weights", "pull", "--model", model, folder)
            count, size = len(one["missing"]), in_units(one["to_fetch"])
            lines.append(f"  {model}: {count} files missing, {size}: {command}")
    lines += ["", "Terms of use:"]
    for one in report["licences"]:
        accepted = "accepted" if one["accepted"] else "not accepted yet"
        lines.append(f"  {one['title']}: {one['terms']} ({accepted})")
    return lines
