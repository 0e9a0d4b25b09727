"""Seeing the person in a plain photo: DensePose, human parsing and pose, from the published weights.

`densepose` finds people and says which part of the body each pixel shows; `parsing` labels clothes, limbs
and hair; `pose` finds 18 joints. Each is one network in plain PyTorch and what is read out of it.
"""
