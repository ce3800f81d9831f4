"""What an error looks like at the terminal, and the exit code it gives.

A refusal says what was wrong, where, and what would be accepted, on stderr, in the reader's
language; nothing is printed on stdout. A fault of an option is named by that option.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale

if TYPE_CHECKING:
    from shared_kernel import Fault

__all__ = ["PartlyDone", "Refusal", "placed", "refusing", "refusing_file"]

_OPTIONS = {
    "base_currency": "base",
    "billed_litres": "billed-cbm",
    "cartons": "carton",
    "fees": "fee",
    "payload_grams": "payload-kg",
    "rate_changes": "rate-change",
    "repayments": "repay",
    "stowable_litres": "stowable-cbm",
    "volume_cbm": "volume",
    "weight_kg": "weight",
}
"""The options that are not called as what they fill."""
_ARGUMENTS = frozenset({"amount", "base", "price", "quote"})
"""What is given by its place."""


class Refusal(click.ClickException):
    """A command that was understood and not carried out: exit code 1."""


class PartlyDone(Refusal):
    """A command of which a part was carried out before the rest was refused: exit code 3."""

    exit_code = 3


@contextmanager
def refusing() -> Iterator[None]:
    """Turn the errors of the libraries and of the system into refusals.

    Raises:
        Refusal: In their place, with one message.
    """
    try:
        yield
    except OSError as error:
        raise Refusal(_system_message(error)) from error
    except Exception as error:  # the libraries' errors are imported only when one comes
        message = _library_message(error)
        if message is None:
            raise
        raise Refusal(message) from error


@contextmanager
def refusing_file() -> Iterator[None]:
    """Turn the faults of a document into a refusal, each after its place in it.

    Raises:
        Refusal: In their place, with one message.
    """
    from shared_kernel import Faults

    try:
        yield
    except Faults as error:
        raise Refusal("\n".join(map(placed, error.faults))) from error


def placed(fault: Fault) -> str:
    """Say a fault after its place in a document."""
    from shared_kernel.translations import translate_fault

    text = translate_fault(fault, locale())
    return f"{fault.path}: {text}" if fault.path else text


def _library_message(error: Exception) -> str | None:
    """Say an error of a library in the reader's language; None when it is none of theirs."""
    from shared_kernel import Faults, KernelError
    from shared_kernel.translations import translate_error, translate_fault

    if isinstance(error, Faults):
        said = ((fault.path, translate_fault(fault, locale())) for fault in error.faults)
        return "\n".join(f"{_option(path)}: {text}" if path else text for path, text in said)
    if isinstance(error, KernelError):
        return translate_error(error, locale())
    return None


def _system_message(error: OSError) -> str:
    """Say an error of the system: a full disk and a missing file have sentences of their own."""
    where = error.filename or ""
    sentences = {
        errno.ENOSPC: _(
            "The disk is full: nothing more was written. Free some room, then try again."
        ),
        errno.EADDRINUSE: _("The port is in use: stop the other program or choose --port."),
        errno.ENOENT: _("No such file: {where}").format(where=where),
        errno.EACCES: _("Not allowed to open {where}").format(where=where),
    }
    return sentences.get(error.errno or 0, str(error))


def _option(path: str) -> str:
    """Name what fills a field: ``annual_rate`` is ``--annual-rate``.

    A variable keeps its name, and so does a place inside a document; an argument is in capitals.
    """
    # The options hold the terms of a loan, whatever holds the loan.
    name, bracket, rest = path.removeprefix("loan.").partition("[")
    if path.isupper() or "." in name:
        return path
    if path in _ARGUMENTS:
        return path.upper()
    return f"--{_OPTIONS.get(name, name.replace('_', '-'))}{bracket}{rest}"
