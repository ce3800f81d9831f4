"""Every error of the library, in one tree.

::

    WealthError (shared_kernel.KernelError)
    |-- LoanFaults (shared_kernel.Faults)   a loan, an insurance, a repayment or a document is
    |                                       refused: every fault of it, each with its path
    |-- DateBeforeLoan (ValueError)         a balance was asked for a day before the loan starts
    |-- AprUndefined (ValueError)           no rate, or more than one, makes the two sides equal
    |-- SavedLoanMissing (LookupError)      the owner keeps no such loan, or has removed it
    `-- StaleVersion                        a kept loan was changed since the version at hand

The messages are English sentences with named holes, and the keys of `translations/fr.po`.
"""

from shared_kernel.errors import Faults, KernelError


class WealthError(KernelError):
    """Base of every error of the library."""


class LoanFaults(WealthError, Faults):
    """The terms of a loan are refused; `.faults` lists every fault with its path."""


class DateBeforeLoan(WealthError, ValueError):
    """A balance was asked for a day before the money was lent."""


class AprUndefined(WealthError, ValueError):
    """The flows have no annual percentage rate, and the message says why."""


class SavedLoanMissing(WealthError, LookupError):
    """The owner keeps no such loan, or has removed it."""


class StaleVersion(WealthError):
    """A kept loan was changed since it was read: read it again, and change that."""
