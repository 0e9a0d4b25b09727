"""The way to a picture, as numbered PNGs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from leffa.cli.files import make_folder, writing
from leffa.marking import save_marked

if TYPE_CHECKING:
    from leffa.cli.seeing import Person
    from leffa.dressing import Result
    from leffa.pipeline import Step


class Intermediates:
    """Writes into `folder`: 0 a sheet of what is known of the person, 1 source, 2 reference, 3 mask,
    4 densepose, 5 each step, 6 generated.
    """

    def __init__(self, folder: Path, scale: int) -> None:
        """scale: pixels per latent, by which the previews are enlarged."""
        self._folder = make_folder(folder)
        self._scale = scale

    def step(self, step: Step) -> None:
        """The clean picture as far as it can be told at this step, roughly."""
        assert step.preview is not None
        preview = step.preview()[0]
        size = (preview.width * self._scale, preview.height * self._scale)
        digits = len(str(step.total))
        self._save(f"5_step_{step.index + 1:0{digits}}", preview.resize(size, Image.Resampling.BICUBIC))

    def result(self, result: Result) -> None:
        self._save("1_source", result.source)
        self._save("2_reference", result.reference)
        self._save("3_mask", result.mask)
        self._save("4_densepose", result.densepose)
        self._save("6_generated", result.generated)

    def seen(self, person: Person) -> None:
        """The sheet of a photo that was looked at; people from files bring their maps along."""
        if person.preprocessed is not None:
            from leffa.preprocessing.sheet import person_sheet

            seen = person.preprocessed
            self._save("0_person", person_sheet(seen.picture, seen.maps, seen.mask))

    def _save(self, name: str, picture: Image.Image) -> None:
        path = self._folder / f"{name}.png"
        with writing(path):
            save_marked(picture, path)
