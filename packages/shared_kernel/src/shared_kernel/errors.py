"""Every error of the kernel, in one tree.

::

    KernelError
    |-- Faults (ValueError)             an input is refused: every fault of it, each with its path
    |   `-- MoneyError                  an amount or a currency is refused
    |-- ExtraMissing (ImportError)      an optional dependency is not installed; the extra is named
    |-- StorageError                    the database cannot do what was asked
    |   |-- DatabaseMissing             the tables are not there: run the migrations
    |   |-- DatabaseOlder               the tables are older than the code: run the migrations
    |   |-- DatabaseNewer               the tables are newer than the code: upgrade the code
    |   |-- DatabaseUnreachable         nobody answers at the address, or not in time
    |   |-- DatabaseBusy                another process kept the lock for longer than the limit
    |   |-- DiskFull                    the disk has no room left: nothing was written
    |   |-- MigrationLocked             another process is running the migrations
    |   |-- MigrationFailed             a migration stopped: the tables are as they were
    |   `-- ColumnRefused (ValueError)  a value does not belong in its column
    |-- NotPlain (ValueError)           a value is not what JSON keeps exactly
    |-- VendorFailed                    a vendor's server did not give what was asked
    |   |-- VendorUnreachable           nobody took the connection, or it broke off
    |   |-- VendorTimedOut              it did not answer in time
    |   |-- VendorRedirected            it sends to another place, which was not followed
    |   |-- VendorAnswerTooLarge        its answer is larger than it may be
    |   `-- VendorAnswerPacked          its answer is compressed, though that was not asked for
    `-- RenderError                     a document could not be rendered

Libraries that stand on the kernel derive their own errors from these, so that one ``except``
catches a family: ``class LoanFaults(WealthError, Faults)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from shared_kernel.faults import Fault, FaultKind


class KernelError(Exception):
    """Base of every error of the kernel.

    The message is an English sentence with named holes, kept apart from what fills them, so that a
    screen can look the sentence up in a catalogue (``shared_kernel.translations.translate_error``).

    Args:
        template: an English sentence, with ``{name}`` for each parameter.
        **params: what fills the holes. Without any, the sentence is taken as it is.

    >>> str(KernelError("nobody answers at {address}", address="127.0.0.1:5432"))
    'nobody answers at 127.0.0.1:5432'
    """

    template: str
    params: dict[str, str]

    def __init__(self, template: str = "", **params: str) -> None:
        super().__init__(template)
        self.template = template
        self.params = params

    def __str__(self) -> str:
        return self.template.format_map(self.params) if self.params else self.template


class Faults(KernelError, ValueError):
    """An input is refused: every fault found in it, each with its path.

    Args:
        faults: the faults, in the order of the input; at least one.

    >>> from shared_kernel.faults import FaultKind
    >>> EMPTY = FaultKind("example.empty", "{field} is empty: fill it in", package="example")
    >>> error = Faults.of(EMPTY, "name", field="the name")
    >>> print(error)
    name: the name is empty: fill it in
    >>> error.prefixed("owners[2]").faults[0].path
    'owners[2].name'
    """

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        kept = tuple(faults)
        if not kept:
            raise TypeError("Faults needs at least one fault")
        super().__init__()
        self.args = (kept,)  # what pickle and copy call the class with
        self.faults = kept

    @classmethod
    def of(cls, kind: FaultKind, /, path: str = "", **params: object) -> Self:
        """Returns the error for one fault: ``raise MoneyError.of(UNKNOWN_CURRENCY, given=...)``."""
        from shared_kernel.faults import Fault

        return cls([Fault(path, kind, {name: str(value) for name, value in params.items()})])

    def prefixed(self, path: str) -> Self:
        """Returns the same faults, of the same class, seen from a level above."""
        return type(self)([fault.prefixed(path) for fault in self.faults])

    def __str__(self) -> str:
        return "\n".join(
            f"{fault.path}: {fault.message}" if fault.path else fault.message
            for fault in self.faults
        )


class MoneyError(Faults):
    """An amount or a currency is refused."""


class ExtraMissing(KernelError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it.

    Args:
        distribution: the distribution whose extra is missing, ``"comptoir-shared-kernel"``.
        extra: the extra, ``"pdf"``.

    >>> print(ExtraMissing("comptoir-shared-kernel", "pdf"))
    this needs an optional part: pip install 'comptoir-shared-kernel[pdf]'
    """

    def __init__(self, distribution: str, extra: str) -> None:
        super().__init__(
            "this needs an optional part: pip install '{distribution}[{extra}]'",
            distribution=distribution,
            extra=extra,
        )
        self.args = (distribution, extra)  # what pickle and copy call the class with


class StorageError(KernelError):
    """The database cannot do what was asked."""


class DatabaseMissing(StorageError):
    """The tables are not there yet: the migrations create them."""


class DatabaseOlder(StorageError):
    """The tables are older than the code: the migrations bring them up to date."""


class DatabaseNewer(StorageError):
    """The tables were made by a newer version of the code: upgrade the code."""


class DatabaseUnreachable(StorageError):
    """Nobody answers at the address of the database, or not in time."""


class DatabaseBusy(StorageError):
    """Another process kept the lock for longer than the time limit: try again."""


class DiskFull(StorageError):
    """The disk has no room left; the transaction was rolled back."""


class MigrationLocked(StorageError):
    """Another process is running the migrations and has not ended in time."""


class MigrationFailed(StorageError):
    """A migration stopped on an error or a time limit; its transaction was rolled back."""


class ColumnRefused(StorageError, ValueError):
    """A value does not belong in its column: nothing was sent to the database."""


class NotPlain(KernelError, ValueError):
    """A value is not plain data, which JSON keeps exactly; the message begins with its path."""


class RenderError(KernelError):
    """A document could not be rendered."""


class VendorFailed(KernelError):
    """A vendor's server did not give what was asked; nothing that was sent is told."""


class VendorUnreachable(VendorFailed):
    """Nobody took the connection, or it broke off before the end of the answer."""


class VendorTimedOut(VendorFailed):
    """The vendor did not answer in time."""


class VendorRedirected(VendorFailed):
    """The vendor sends to another place, which was not followed."""


class VendorAnswerTooLarge(VendorFailed):
    """The answer is larger than it may be; the rest of it was not read."""


class VendorAnswerPacked(VendorFailed):
    """The answer is compressed, though that was not asked for: it could unfold into a huge one."""
