"""Every error of the library, in one tree.

::

    WealthError (shared_kernel.KernelError)
    |-- LoanFaults (shared_kernel.Faults)   a loan, an insurance, a repayment or a document is
    |                                       refused: every fault of it, each with its path
    |-- DateBeforeLoan (ValueError)         a balance was asked for a day before the loan starts
    |-- AprUndefined (ValueError)           no rate, or more than one, makes the two sides equal
    |-- HoldingsFaults (shared_kernel.Faults)
    |                                       a line of holdings, a document or an import is refused:
    |                                       every fault of it, each with its path
    |-- LineMissing (LookupError)           no line of the holdings has the identifier
    |-- NetWorthFaults (shared_kernel.Faults)
    |                                       a valuation is refused: its day, its currency, its
    |                                       limits of age; every fault of it
    |-- ProjectionFaults (shared_kernel.Faults)
    |                                       a projection is refused: its assumptions, its end, or a
    |                                       start that has lines without a price
    |-- QuoteFaults (shared_kernel.Faults)  a price is refused: every fault of it, with its path
    |-- NoRate (LookupError)                no chain of prices leads from one asset to another
    |-- SourceFailed                        a vendor of prices gave none; `.reason` says why
    |   |-- SourceDown                      it did not answer, or refused; it may say when to return
    |   `-- SourceNonsense                  it answered, and what it said cannot be believed
    |-- PlanFaults (shared_kernel.Faults)   a profile, a plan, a decision or an alert is refused:
    |                                       every fault of it, each with its path
    |-- ActionMissing (LookupError)         the owner has no such action
    |-- SavedLoanMissing (LookupError)      the owner keeps no such loan, or has removed it
    |-- HoldingsMissing (LookupError)       nothing is kept yet of what the owner has
    |-- RunMissing (LookupError)            no recomputation of everybody has that number
    `-- StaleVersion                        what is kept was changed since the version at hand

The messages are English sentences with named holes, and the keys of `translations/fr.po`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared_kernel.errors import Faults, KernelError

if TYPE_CHECKING:
    from shared_kernel.faults import Fault


class WealthError(KernelError):
    """Base of every error of the library."""


class LoanFaults(WealthError, Faults):
    """The terms of a loan are refused; `.faults` lists every fault with its path."""


class DateBeforeLoan(WealthError, ValueError):
    """A balance was asked for a day before the money was lent."""


class AprUndefined(WealthError, ValueError):
    """The flows have no annual percentage rate, and the message says why."""


class NetWorthFaults(WealthError, Faults):
    """A valuation is refused; `.faults` lists every fault with its path."""


class ProjectionFaults(WealthError, Faults):
    """A projection is refused; `.faults` lists every fault with its path."""


class HoldingsFaults(WealthError, Faults):
    """Holdings, a line of them or their document is refused; `.faults` lists every fault."""


class LineMissing(WealthError, LookupError):
    """No line of the holdings has the identifier."""


class SavedLoanMissing(WealthError, LookupError):
    """The owner keeps no such loan, or has removed it."""


class HoldingsMissing(WealthError, LookupError):
    """Nothing is kept yet of what the owner has and owes."""


class RunMissing(WealthError, LookupError):
    """No recomputation of everybody has that number."""


class PlanFaults(WealthError, Faults):
    """A profile, a plan, a decision or an alert is refused; `.faults` lists every fault."""


class ActionMissing(WealthError, LookupError):
    """The owner has no such action of a plan."""


class StaleVersion(WealthError):
    """A kept loan was changed since it was read: read it again, and change that."""


class QuoteFaults(WealthError, Faults):
    """A price is refused; `.faults` lists every fault with its path."""


class NoRate(WealthError, LookupError):
    """No chain of prices leads from one asset to another: nothing is converted.

    Args:
        asset: what was to be converted, ``"BTC"``.
        to: into what, ``"EUR"``.
    """

    def __init__(self, asset: str, to: str) -> None:
        super().__init__(
            "no price leads from {asset} to {to}: refresh the prices, or enter one",
            asset=asset,
            to=to,
        )
        self.args = (asset, to)  # what pickle and copy call the class with


class SourceFailed(WealthError):
    """A vendor of prices gave none; the prices kept stay as they are.

    Args:
        reason: why, as a fault whose sentence can be translated.
    """

    reason: Fault

    def __init__(self, reason: Fault) -> None:
        super().__init__(reason.kind.template, **reason.params)
        self.args = (reason,)  # what pickle and copy call the class with
        self.reason = reason


class SourceDown(SourceFailed):
    """A vendor did not answer, or refused.

    Args:
        reason: why.
        retry_after: how long it asks to be left alone; None where it did not say.
    """

    retry_after: timedelta | None

    def __init__(self, reason: Fault, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.args = (reason, retry_after)
        self.retry_after = retry_after


class SourceNonsense(SourceFailed):
    """A vendor answered, and what it said cannot be believed: none of it was taken."""
