"""Hypothesis strategies for the documents of this library, for other projects' tests.

They need the extra ``testing``: ``pip install 'comptoir-devices[testing]'``.
"""

from devices.testing.strategies import spoken_amounts

__all__ = ["spoken_amounts"]
