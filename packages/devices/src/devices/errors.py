"""Every error of the library, in one tree.

::

    DevicesError (shared_kernel.KernelError)
    `-- WordsError (shared_kernel.Faults)   an amount or a number cannot be written in words
"""

from shared_kernel.errors import Faults, KernelError

__all__ = ["DevicesError", "WordsError"]


class DevicesError(KernelError):
    """Base of every error of the library."""


class WordsError(DevicesError, Faults):
    """An amount or a number cannot be written in words; the message says what would be."""
