"""The base of every form: Flask-WTF with its token, and fields that trim what is typed.

Flask-WTF carries no types; this module is the only one that imports it.
"""

from __future__ import annotations

from flask_wtf import FlaskForm  # type: ignore[import-untyped]  # it ships no types
from wtforms import StringField

from comptoir_web.presentation.fields import fault_sentence
from shared_kernel import Faults

__all__ = ["Form", "show_faults", "text_field", "trimmed"]


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


def text_field(label: object, most: int = 120, **more: object) -> StringField:
    """A line of text of at most so many characters, which no browser fills in by itself.

    Args:
        label: Its label; a lazy text will do.
        most: How many characters it takes.
        more: Other attributes of the field.
    """
    shown = {"maxlength": most, "autocomplete": "off", **more}
    return StringField(label, filters=[trimmed], render_kw=shown)  # type: ignore[arg-type]  # a lazy text


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
