"""Every error of the library, in one tree.

::

    LogisticsError (shared_kernel.KernelError)
    `-- MeasureFaults (shared_kernel.Faults)   a carton, a shipment, a container or a setting is
                                               refused: every fault of it, each with its path
"""

from shared_kernel.errors import Faults, KernelError

__all__ = ["LogisticsError", "MeasureFaults"]


class LogisticsError(KernelError):
    """Base of every error of the library."""


class MeasureFaults(LogisticsError, Faults):
    """Sides, weights, counts or settings are refused; `.faults` lists every fault with its path."""
