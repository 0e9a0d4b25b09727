"""The command `leffa`, one file per subcommand. No help text waits for PyTorch: what computes imports it."""

from __future__ import annotations

import os

import click

from leffa.cli.bench import bench
from leffa.cli.demo import demo
from leffa.cli.evaluate import evaluate
from leffa.cli.pose import pose
from leffa.cli.preprocess import preprocess
from leffa.cli.sample import sample
from leffa.cli.train import train
from leffa.cli.tryon import tryon
from leffa.cli.weights import weights

EPILOG = """\b
Start here:
  leffa demo                                 dress two drawn people, look at one sheet
  leffa sample -o samples                    people and garments to try with
  leffa tryon samples/person1.png samples/garment1.png -o out.png

\b
Exit codes: 0 done, 1 error (one line on stderr), 2 wrong usage, 130 cancelled.
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="ai-giydir", prog_name="leffa", message="%(prog)s %(version)s")
def main() -> None:
    """Virtual try-on and pose transfer with Leffa: a person, a garment, one picture.

    Works at once with the mini model that comes along and knows drawn people only;
    --weights FOLDER takes the published ones, which `leffa weights pull` fetches.
    """
    # Threads that spin while they wait for each other make a picture several times slower on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


for _command in (tryon, pose, preprocess, sample, demo, weights, train, bench, evaluate):
    main.add_command(_command)
