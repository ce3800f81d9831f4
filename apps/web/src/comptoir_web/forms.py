"""The base of every form: Flask-WTF with its token, and fields that trim what is typed.

Flask-WTF carries no types; this module is the only one that imports it.
"""

from __future__ import annotations

from flask_wtf import FlaskForm  # type: ignore[import-untyped]  # it ships no types

from comptoir_web.presentation.fields import fault_sentence
from shared_kernel import Faults

__all__ = ["Form", "show_faults", "trimmed"]


class Form(FlaskForm):  # type: ignore[misc]  # its base is untyped
    """A form protected by the CSRF token; ``validate_on_submit`` is true for a good POST."""

    def validate_on_submit(self, extra_validators: object = None) -> bool:
        """Whether the form was sent and everything in it is acceptable."""
        return bool(super().validate_on_submit(extra_validators=extra_validators))


def trimmed(value: str | None) -> str:
    """Strip the spaces around a typed value (a filter of a field).

    >>> trimmed("  client@example.com ")
    'client@example.com'
    """
    return (value or "").strip()


def show_faults(form: Form, faults: Faults) -> None:
    """Put each fault beside the field its path names, in the reader's language.

    A fault of no field, or of the whole input, stands above the form.
    """
    for fault in faults.faults:
        message = fault_sentence(fault)
        found = form._fields.get(fault.path)
        if found is None:
            form.form_errors.append(message)
        else:
            found.errors = [*found.errors, message]
