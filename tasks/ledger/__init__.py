"""Entries that are only ever added, and the sums over them."""
