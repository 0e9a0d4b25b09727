"""`leffa eval`: how good pictures are, and how far attention misses; one file per subcommand."""

from __future__ import annotations

import click

from leffa.cli.evaluate.dress import dress
from leffa.cli.evaluate.flow import flow
from leffa.cli.evaluate.pictures import pictures

EPILOG = """\b
Examples:
  leffa eval dress viton_hd DATA -o results --weights weights      make the pictures of a test set
  leffa eval pictures results DATA/test/image --networks networks --dataset viton_hd
  leffa eval flow                                                  the mini model on drawn people
"""


@click.group("eval", epilog=EPILOG, short_help="Measure pictures and attention.")
def evaluate() -> None:
    """Measure pictures by the published protocol, and attention against the truth of drawn people.

    docs/evaluation.md says what is measured and how data sets are laid out.
    """


for _command in (dress, pictures, flow):
    evaluate.add_command(_command)
