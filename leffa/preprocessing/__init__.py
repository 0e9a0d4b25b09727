"""Seeing the person in a plain photo.

`preprocessor` is the door. In photographs three kinds of published networks see (`published`):
`densepose` finds people and says which part of the body each pixel shows; `parsing` labels clothes, limbs
and hair; `pose` finds 18 joints. Each is one network in plain PyTorch and what is read out of it. `drawn` is
the mini model's own network, for drawn people.
"""
