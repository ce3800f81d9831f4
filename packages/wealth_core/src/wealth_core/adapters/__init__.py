"""The vendors, one module each. Needs the extra ``quotes``.

The map::

    binance    prices of cryptos: all of them in one call
    ecb        euro reference rates of the European Central Bank: today's, and since 1999

Each is a `wealth_core.quotes.PriceSource`. None of them waits for longer than its limits allow,
reads more than it was told, or follows a vendor to another host.
"""

from __future__ import annotations

from shared_kernel.errors import ExtraMissing

try:
    import defusedxml  # noqa: F401  # the extra brings the three: asked for here, to say which extra
    import httpx  # noqa: F401  # the same
    import stamina  # noqa: F401  # the same
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-wealth", "quotes") from error

from wealth_core.adapters._http import Limits
from wealth_core.adapters.binance import Binance
from wealth_core.adapters.ecb import Ecb

__all__ = ["Binance", "Ecb", "Limits"]
