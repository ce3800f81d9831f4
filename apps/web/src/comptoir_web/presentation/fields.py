"""Form fields that read what people type: amounts, percentages, dates, whole numbers, choices.

Each keeps the text as it was typed. A text that can't be read stays in its field with a message
beside it; one that can is shown again as the reader's language writes it, so a number survives a
change of language.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import attrs
from markupsafe import Markup, escape
from wtforms.fields.core import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput, html_params

from shared_kernel import (
    Fault,
    Faults,
    MoneyError,
    format_date,
    format_decimal,
    format_money,
    money,
    parse_date,
    parse_decimal,
    translate_fault,
)

from .languages import gettext, language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from wtforms.form import BaseForm

__all__ = [
    "AmountField",
    "ChoiceField",
    "CountField",
    "DayField",
    "MeasureField",
    "PercentField",
    "TypedField",
]

T = TypeVar("T")

#: Longer than any honest number or date; a longer text is refused before it is read.
_LONGEST = 40

_THREE_DECIMALS = re.compile(r"-?\d{1,3}[.,]\d{3}")
_FIGURE = re.compile(r"-?\d+\.\d+", re.ASCII)
_AMOUNT = re.compile(r"(?<![\w.,-])(-?\d+(?:\.\d+)?) ([A-Z]{3})\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


class TypedField(Field, Generic[T]):
    """A line of text with a meaning: `data` is the value, or None while there is none.

    A class that derives from it says how a text is read and a value written.
    """

    widget = TextInput()
    data: T | None
    input_mode: ClassVar[str] = "text"

    def read(self, text: str) -> T:
        """The value of a text.

        Raises:
            Faults: What is wrong with it.
            ValueError: The same, as a sentence in the reader's language.
        """
        raise NotImplementedError

    def write(self, value: T) -> str:
        """The text of a value, in the reader's language."""
        raise NotImplementedError

    def process_data(self, value: T | None) -> None:
        """Take a default."""
        self.data = value
        self.typed = "" if value is None else self.write(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed; an absent field keeps its default."""
        if not valuelist:
            return
        self.data, self.typed = None, valuelist[0].strip()
        if not self.typed:
            return
        if len(self.typed) > _LONGEST:
            raise ValueError(
                gettext("This is too long: %(most)s characters at most.", most=_LONGEST)
            )
        try:
            self.data = self.read(self.typed)
        except Faults as error:
            raise ValueError(fault_sentence(error.faults[0])) from error
        self.typed = self.write(self.data)

    @property
    def empty(self) -> bool:
        """Whether nothing is written in it."""
        return not self.typed

    def _value(self) -> str:
        return self.typed

    def __call__(self, **attributes: object) -> Markup:
        """The input, with the keyboard a phone should show."""
        attributes.setdefault("inputmode", self.input_mode)
        attributes.setdefault("autocomplete", "off")
        return super().__call__(**attributes)


def sentence(text: str) -> str:
    """A library's message as a person reads it: dates, amounts, a capital, a full stop.

    >>> sentence("the day 2030-06-15 is not a due date")
    'The day 15/06/2030 is not a due date.'
    """
    text = _as_read(text)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def fault_sentence(fault: Fault) -> str:
    """A fault as a person reads it, in the reader's language; what was typed keeps its letters."""
    figures = {
        name: text if name == "given" else _figure_as_read(text)
        for name, text in fault.params.items()
    }
    fault = attrs.evolve(fault, params=figures)
    text = sentence(translate_fault(fault, language()))
    given = _as_read(fault.params.get("given", ""))
    return given + text[len(given) :] if text.lower().startswith(given.lower()) else text


def _figure_as_read(text: str) -> str:
    """A bare figure with the reader's decimal comma; any other text as it is."""
    return text.replace(".", ",") if language() == "fr" and _FIGURE.fullmatch(text) else text


def _as_read(text: str) -> str:
    text = _AMOUNT.sub(_amount_as_read, text)
    return _ISO_DATE.sub(lambda found: "/".join(reversed(found.groups())), text)


def _amount_as_read(found: re.Match[str]) -> str:
    try:
        return format_money(money(*found.groups()), locale=language())
    except MoneyError:
        return found[0]  # it only looked like an amount


class AmountField(TypedField[Decimal]):
    """An amount, without its currency: `215 000`, `1 059,12`, `1059.12`."""

    input_mode = "decimal"

    def read(self, text: str) -> Decimal:
        """Decimal comma and point are both understood."""
        return parse_decimal(text, locale=language())

    def write(self, value: Decimal) -> str:
        """With the reader's separators; one decimal is written as two."""
        kept = Decimal(f"{value.normalize():f}")
        exponent = kept.as_tuple().exponent
        decimals = 2 if exponent == -1 else None
        return format_decimal(kept, locale=language(), decimals=decimals)


class MeasureField(AmountField):
    """A figure that is never in thousands, a volume in cubic metres: `3,125` is no doubt here."""

    def read(self, text: str) -> Decimal:
        """Decimal comma and point are both understood, with three decimals as well."""
        # A fourth decimal says that the three are decimals.
        clear = f"{text}0" if _THREE_DECIMALS.fullmatch(text) else text
        return parse_decimal(clear, locale=language())

    def write(self, value: Decimal) -> str:
        """With the decimals it has; three of them stay a figure that is read again as it was."""
        return format_decimal(Decimal(f"{value.normalize():f}"), locale=language())


class PercentField(MeasureField):
    """A rate typed in percent; `data` is the percentage, `fraction` what the engines take."""

    def read(self, text: str) -> Decimal:
        """`3,35` or `3,35 %`; one hundred percent and more is refused with an example."""
        return super().read(text.removesuffix("%").rstrip())

    def write(self, value: Decimal) -> str:
        """With the reader's decimal sign, and at least two decimals."""
        kept = Decimal(f"{value.normalize():f}")
        exponent = kept.as_tuple().exponent
        few = isinstance(exponent, int) and exponent > -2 and exponent != 0
        return format_decimal(kept, locale=language(), decimals=2 if few else None)

    @property
    def fraction(self) -> Decimal | None:
        """3.35 % is 0.0335."""
        return None if self.data is None else self.data.scaleb(-2)


class CountField(TypedField[int]):
    """A whole number: a duration in months, the number of an instalment."""

    input_mode = "numeric"

    def read(self, text: str) -> int:
        """Digits alone (spaces between thousands are understood)."""
        value = parse_decimal(text, locale=language())
        if value != value.to_integral_value():
            raise ValueError(gettext("Write a whole number, for example 12."))
        if abs(value) >= 10**9:
            raise ValueError(gettext("This number is too large."))
        return int(value)

    def write(self, value: int) -> str:
        """Digits alone."""
        return str(value)


class DayField(TypedField["date"]):
    """A date: `09/12/2025` or `2025-12-09`."""

    input_mode = "text"

    def read(self, text: str) -> date:
        """Day first, or ISO 8601."""
        return parse_date(text)

    def write(self, value: date) -> str:
        """Day first."""
        return format_date(value, locale="fr", style="short")


class ChoiceField(Field):
    """A choice among a few, shown as a list.

    WTForms' own select declares its options in a way that changes from one version to the next;
    this one takes pairs and writes the list itself.

    Args:
        label: The field's label.
        choices: Pairs of a value and what the reader sees.
        default: The value that an absent field means, which the script leaves out of an address.
    """

    data: str

    def __init__(
        self,
        label: object = None,
        *,
        choices: Sequence[tuple[str, object]],
        default: str,
        **kwargs: Any,  # whatever WTForms gives a field when a form is made
    ) -> None:
        """Keep the choices."""
        super().__init__(label, default=default, **kwargs)  # type: ignore[arg-type]  # a lazy text
        self.choices = tuple(choices)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was chosen; an absent field keeps its default."""
        if valuelist:
            self.data = valuelist[0]

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is not among the choices, in the reader's language."""
        if self.data not in {value for value, _label in self.choices}:
            raise ValidationError(gettext("Choose one of the answers of the list."))

    def __call__(self, **attributes: object) -> Markup:
        """The list; every value and every text of it is escaped."""
        given = {"id": self.id, "name": self.name, "data-default": self.default, **attributes}
        options = Markup().join(
            _tag("option", {"value": value, "selected": value == self.data}, escape(label))
            for value, label in self.choices
        )
        return _tag("select", given, options)


def _tag(name: str, attributes: Mapping[str, object], content: Markup) -> Markup:
    written = html_params(**attributes)  # WTForms escapes them
    opening = Markup(f"<{name} {written}>")  # noqa: S704 # nosec B704  # escaped just before
    return opening + content + Markup("</{}>").format(name)
