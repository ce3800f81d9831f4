"""A vendor of prices over HTTP: the kernel's bounded client, its failures told as a source's.

The codes of these failures are kept in the database, and shown with the other ones of a source.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from shared_kernel import Fault, FaultKind
from shared_kernel import vendors as http
from shared_kernel.errors import (
    KernelError,
    VendorAnswerPacked,
    VendorAnswerTooLarge,
    VendorRedirected,
    VendorTimedOut,
    VendorUnreachable,
)
from shared_kernel.faults import shown
from shared_kernel.vendors import Answer, Limits, retry_after
from wealth_core.errors import SourceDown, SourceNonsense
from wealth_core.quotes import _faults

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "Limits", "Vendor", "nonsense", "refusal", "retry_after"]

FIREWALL_WAIT: Final = timedelta(minutes=10)
BUSY_WAIT: Final = timedelta(minutes=1)


class Vendor:
    """A vendor's server.

    Args:
        source: the name of the source, for what is said of it.
        base_url: where it is; only this host is ever asked.
        limits: how long it may take.
        transport: what stands for the network in a test.
    """

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._source = source
        self._server = http.Vendor(
            source, base_url, distribution="comptoir-wealth", limits=limits, transport=transport
        )

    def get(self, path: str, *, max_bytes: int, params: Mapping[str, str] | None = None) -> Answer:
        """Asks once, and once more when nobody takes the connection.

        Raises:
            SourceDown: nobody answered in time, or the answer leads to another host.
            SourceNonsense: the answer is larger than `max_bytes`, or compressed.
        """
        try:
            return self._server.get(path, max_bytes=max_bytes, params=params)
        except VendorTimedOut as error:
            raise SourceDown(self._fault(_faults.TIMED_OUT, error)) from error
        except VendorUnreachable as error:
            raise SourceDown(self._fault(_faults.UNREACHABLE, error)) from error
        except VendorRedirected as error:
            raise SourceDown(self._fault(_faults.REDIRECTED, error)) from error
        except VendorAnswerTooLarge as error:
            raise SourceNonsense(self._fault(_faults.ANSWER_TOO_LARGE, error)) from error
        except VendorAnswerPacked as error:
            raise nonsense(self._source, "compressed, though that was not asked for") from error

    def _fault(self, kind: FaultKind, error: KernelError) -> Fault:
        """The same failure under the name it has here: its sentence has the same other holes."""
        holes = {name: text for name, text in error.params.items() if name != "vendor"}
        return Fault("", kind, {"source": self._source, **holes})


def refusal(source: str, answer: Answer, *, at: datetime) -> SourceDown:
    """Gives the error for an answer that is not a 200."""
    wait = retry_after(answer.headers, at=at)
    if answer.status == 429:
        fault = Fault("", _faults.TOO_MANY_REQUESTS, {"source": source})
        return SourceDown(fault, BUSY_WAIT if wait is None else wait)
    if answer.status == 403:
        fault = Fault("", _faults.FIREWALL, {"source": source})
        return SourceDown(fault, FIREWALL_WAIT if wait is None else wait)
    params = {"source": source, "status": str(answer.status)}
    return SourceDown(Fault("", _faults.BAD_STATUS, params), wait)


def nonsense(source: str, why: str) -> SourceNonsense:
    """Gives the error for an answer that is not what the vendor's documentation says."""
    return SourceNonsense(Fault("", _faults.NOT_UNDERSTOOD, {"source": source, "why": shown(why)}))
