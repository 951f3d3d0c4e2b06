"""What the benchmarks share: contenders that alternate, meters of time and memory, photos, figures.

``contenders`` and ``meters`` run in a peer's environment too, so at their top is only what that one
has as well: numpy and Pillow.
"""
