"""The errors of logistics_core.

::

    LogisticsError
    └── MeasureFaults    a carton, shipment, container or setting is refused (also a Faults)
"""

from shared_kernel import Faults

__all__ = ["LogisticsError", "MeasureFaults"]


class LogisticsError(Exception):
    """The base of every error raised by logistics_core."""


class MeasureFaults(LogisticsError, Faults):  # noqa: N818 (the house's word: an input has faults)
    """Sides, weights, counts or settings that are refused, each fault with its path."""
