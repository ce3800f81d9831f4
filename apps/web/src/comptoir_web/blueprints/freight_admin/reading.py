"""From a form to what the library takes: amounts, choices, and where each fault goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, TypeVar

from wtforms.fields import FieldList

from comptoir_web.presentation.fields import TypedField, fault_sentence
from comptoir_web.presentation.languages import gettext, language
from shared_kernel import Faults, parse_money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from wtforms import Form
    from wtforms.fields.core import Field

    from comptoir_web.presentation.fields import AmountField, ChoiceField, DayField
    from shared_kernel import Fault, Money

__all__ = ["amount_of", "begins", "chosen", "midnight", "refuse", "say", "wanted"]

T = TypeVar("T")

_INDEXED = re.compile(r"(\w+)\[(\d+)\]\.(\w+)(?:\..*)?")


def refuse(field: Field, message: str) -> None:
    """Put a message beside a field that has none yet."""
    if not field.errors:
        field.errors = [message]


def wanted(field: TypedField[T], message: str) -> None:
    """Refuse a field that has no value."""
    if field.data is None:
        refuse(field, message)


def amount_of(field: AmountField, code: str, *, message: str = "") -> Money | None:
    """The amount of a field in a currency.

    None where it holds none, which is said when a message is given, or where it cannot be read.
    """
    if message:
        wanted(field, message)
    if field.data is None:
        return None
    try:
        return parse_money(field.typed, code, locale=language())
    except Faults as error:
        refuse(field, fault_sentence(error.faults[0]))
        return None


def chosen(field: ChoiceField) -> str:
    """What was chosen; the default in place of what is no choice, which the form says."""
    known = {value for value, _label in field.choices}
    return field.data if field.data in known else str(field.default)


def midnight(day: date | None) -> datetime | None:
    """The first moment of a day in UTC, which is the time of Conakry; None without a day."""
    return None if day is None else datetime.combine(day, time(), UTC)


def begins(field: DayField, at: datetime) -> datetime:
    """When what begins on a day begins: now without a day, or today; a past one is refused."""
    if field.data is None or field.data == at.date():
        return at
    if field.data < at.date():
        refuse(field, gettext("This day is past: write today’s or a later one."))
        return at
    return datetime.combine(field.data, time(), UTC)


def say(form: Form, faults: Iterable[Fault]) -> None:
    """Put each fault beside the field its path names, `categories[1].price` too.

    What has no field stands above the form.
    """
    for fault in faults:
        field = _field(form, fault.path)
        if field is None:
            form.form_errors.append(fault_sentence(fault))
        else:
            refuse(field, fault_sentence(fault))


def _field(form: Form, path: str) -> Field | None:
    indexed = _INDEXED.fullmatch(path)
    if indexed and indexed[1] in form:
        group = form[indexed[1]]
        entries = group.entries if isinstance(group, FieldList) else []
        row = entries[int(indexed[2])].form if int(indexed[2]) < len(entries) else None
        return row[indexed[3]] if row is not None and indexed[3] in row else None
    name = path.partition(".")[0]
    return form[name] if name in form else None  # noqa: SIM401 (a form has no get)
