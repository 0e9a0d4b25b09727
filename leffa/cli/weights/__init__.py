"""`leffa weights`: get, check and convert the published weights, one file per subcommand."""

from __future__ import annotations

import click

from leffa.cli.weights.convert import convert
from leffa.cli.weights.list import list_
from leffa.cli.weights.pull import pull
from leffa.cli.weights.verify import verify

EPILOG = """\b
Examples:
  leffa weights list                           what there is, what is missing, on which terms
  leffa weights pull --model viton_hd          fetch what try-on needs, about 8.2 GB
  leffa weights convert --remove-originals     7.2 GB become 3.4 GB, with the same pictures
  leffa tryon PERSON GARMENT -o out.png --weights weights
"""


@click.group(epilog=EPILOG, short_help="Get, check and convert the published weights.")
def weights() -> None:
    """Get, check and convert the weights of the published model repository, franciszzj/Leffa.

    FOLDER is where they are kept, in the repository's own layout: GIYDIR_WEIGHTS if it names a
    folder, else ./weights. The mini model needs nothing of this.
    """


for _command in (list_, pull, verify, convert):
    weights.add_command(_command)
