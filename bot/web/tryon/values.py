"""Values as Gradio's components have them in the browser: files are paths on the visitor's shelf.

Our events go without Gradio's own pre- and postprocessing, which would decode pictures and write copies.
"""

from __future__ import annotations

from typing import Any


def file_value(path: str, name: str | None = None) -> dict[str, Any]:
    """A picture for a component; `name` is what a download is called."""
    return {"path": path, "orig_name": name or path.rpartition("/")[2], "meta": {"_type": "gradio.FileData"}}


def path_of(value: Any) -> str | None:
    """Of what a component holds."""
    path = value.get("path") if isinstance(value, dict) else None
    return path if isinstance(path, str) and path else None
