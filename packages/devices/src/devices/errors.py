"""The errors of the devices library.

DevicesError
└── WordsError      an amount or a number that cannot be written in words (also a ``Faults``)
"""

from shared_kernel import Faults

__all__ = ["DevicesError", "WordsError"]


class DevicesError(Exception):
    """Anything this library refuses."""


class WordsError(DevicesError, Faults):
    """An amount or a number that cannot be written in words; says what would be accepted."""
