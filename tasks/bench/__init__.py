"""Measurements of the desk: `python -m tasks.bench.desk`."""
