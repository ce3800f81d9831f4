"""One line of a profile of Atlas, and what every reader of a line does: amounts, names, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from shared_kernel import (
    FaultKind,
    FaultList,
    Faults,
    Money,
    join_path,
    known_currency,
    rounded_money,
    shown,
)
from shared_kernel.json_text import key_path
from shared_kernel.rounding import EXACT_CONTEXT, round_decimal
from wealth_core.errors import HoldingsFaults
from wealth_core.networth import _faults
from wealth_core.networth import atlas_names as names
from wealth_core.networth._atlas_values import is_blank, number_of, one_line, pick
from wealth_core.networth._checks import MAX_LABEL
from wealth_core.networth._ids import Ids

Fields = Mapping[str, Any]
"""A JSON object, whose values are of every kind."""


class Line:
    """A line of a list: its fields, which of them were read, and as what."""

    def __init__(self, fields: Fields, path: str) -> None:
        self.fields = fields
        self.path = path
        self.taken: set[str] = set()
        self.sources: dict[str, str] = {}

    def take(self, fields: tuple[str, ...], name: str = "") -> tuple[str, Any]:
        """The first of some fields that is told; it counts as read, and so do those that agree."""
        field, value = pick(self.fields, fields)
        self.taken.update(each for each in fields if self.fields.get(each) == value)
        if field and name:
            self.sources[name] = field
        return field, value

    def text(self, fields: tuple[str, ...], name: str) -> str:
        value = self.take(fields, name)[1]
        return value if isinstance(value, str) else ""

    def path_of(self, name: str) -> str:
        return join_path(self.path, key_path(self.sources[name])) if name in self.sources else ""


class LineReader:
    """What reading any line needs; the notes gather here.

    Args:
        as_of: the day of the figures.
        currency: that of the amounts which tell none.
    """

    def __init__(self, as_of: date, currency: str) -> None:
        self.as_of = as_of
        self.currency = currency
        self.notes = FaultList()
        self.ids = Ids()

    def hundredth(self, percent: Decimal, places: int) -> Decimal:
        return round_decimal(percent.scaleb(-2, EXACT_CONTEXT), places).normalize(EXACT_CONTEXT)

    def amount_of(
        self, line: Line, fields: tuple[str, ...], name: str, *, needed: bool = True
    ) -> Money | None:
        """The amount of a line, in the currency of the line or else of the profile."""
        field, value = line.take(fields, name)
        if not field:
            if needed:
                self.missing(line, fields, "")
            return None
        told, code = line.take(names.CURRENCY)
        if told:
            known = ""
            with self.noted(f"{line.path}.{told}"):
                known = known_currency(code)
            return self.amount(value, line.path_of(name), known) if known else None
        return self.amount(value, line.path_of(name), self.currency)

    def amount(self, value: object, path: str, currency: str) -> Money | None:
        number = number_of(value)
        if number is None:
            self.note(_faults.NOT_UNDERSTOOD, path, given=shown(value))
            return None
        with self.notes.collect(path):
            amount = rounded_money(number, currency)
            if amount.amount != number:
                self.note(_faults.ROUNDED, path, given=shown(value), kept=written(amount))
            return amount
        return None

    def label(self, line: Line, default: str) -> str:
        text = line.text(names.LABEL, "label") or default
        label = one_line(text, most=MAX_LABEL)
        if not label:
            return default
        if label != text:
            self.note(_faults.SHORTENED, line.path_of("label"), kept=shown(label))
        return label

    def note(self, kind: FaultKind, path: str, **params: object) -> None:
        self.notes.add(kind, path, **params)

    @contextmanager
    def noted(self, path: str) -> Iterator[None]:
        """What a line of one field refuses is noted at that field."""
        try:
            yield
        except Faults as error:
            self.notes.extend(at_its_field(error), path)

    def missing(self, line: Line, fields: tuple[str, ...], told: str) -> None:
        if told:
            value = shown(line.fields[told])
            self.note(_faults.NOT_UNDERSTOOD, f"{line.path}.{told}", given=value)
        else:
            self.note(_faults.MISSING, line.path, missing=fields[0])

    def tell_unread(self, line: Line) -> None:
        for field, value in line.fields.items():
            if field not in line.taken and field not in names.IGNORED_OF_LINES:
                self.unknown(value, join_path(line.path, key_path(field)))

    def unknown(self, value: object, path: str) -> None:
        if is_blank(value) or number_of(value) == 0:
            return
        if isinstance(value, list | dict) or number_of(value) is not None:
            self.note(_faults.UNKNOWN_FIELD, path, given=shown(value))
        else:
            self.note(_faults.UNKNOWN_TEXT, path)


def renamed(error: Faults, line: Line) -> Faults:
    """The faults of a line, each under the name of the field it was read from."""
    return HoldingsFaults(
        attrs.evolve(fault, path=line.sources.get(re.sub(r"[.\[].*", "", fault.path), fault.path))
        for fault in error.faults
    )


def at_its_field(error: Faults) -> Faults:
    """The faults of what one field holds, without the paths inside it."""
    return HoldingsFaults(attrs.evolve(fault, path="") for fault in error.faults)


def written(amount: Money | None) -> str:
    return "" if amount is None else f"{amount.amount} {amount.currency.code}"


def lower(key: object) -> str:
    return str(key).strip().lower()
