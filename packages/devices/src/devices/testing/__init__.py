"""Hypothesis strategies for the documents of this library (extra ``testing``).

Map:
    spoken_amounts    any amount that can be written in words
"""

from devices.testing.strategies import spoken_amounts

__all__ = ["spoken_amounts"]
