"""Seeing drawn people in a plain picture: one small network that comes with the mini model.

It was trained on people drawn by `leffa.synthetic` alone. Of photographs it knows nothing.
"""
