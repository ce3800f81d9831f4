"""What an error looks like at the terminal, and the exit code it gives.

A refusal says what was wrong, where, and what would be accepted, on stderr, in the reader's
language; nothing is printed on stdout. A fault of an option is named by that option.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale

__all__ = ["PartlyDone", "Refusal", "refusing"]

_GIVEN_ONE_BY_ONE = {"fees": "fee", "rate_changes": "rate-change", "repayments": "repay"}


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
    """Name what fills a field: ``annual_rate`` is ``--annual-rate``; a variable keeps its name."""
    if path.isupper():
        return path
    # The options hold the terms of a loan, whatever holds the loan.
    name, bracket, rest = path.removeprefix("loan.").partition("[")
    option = _GIVEN_ONE_BY_ONE.get(name, name.replace("_", "-"))
    return f"--{option}{bracket}{rest}"
