"""`python -m leffa.cli`: the command `leffa`, for launchers that start modules."""

from leffa.cli import main

if __name__ == "__main__":
    main(prog_name="leffa")
