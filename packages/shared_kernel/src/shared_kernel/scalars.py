"""The cattrs hooks of single values: what each takes from JSON, and the fault it finds.

cattrs calls a hook with whatever the JSON held (hence ``object``) and with the type wanted.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from typing import Any, Final

from moneyed import Money

from shared_kernel.amounts import money
from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, FaultList, shown
from shared_kernel.json_text import JsonNumber, key_path

__all__ = ["MOST_FAULTS", "SCALARS", "checked_object", "written_time"]

UNKNOWN_KEY = FaultKind("convert.unknown_key", "{key} is not known here: the keys are {accepted}")
MISSING_KEY = FaultKind("convert.missing_key", "{key} is missing: it is needed")
NOT_AN_OBJECT = FaultKind(
    "convert.not_an_object", "{given} is not an object: write {{...}} with the keys {accepted}"
)
NOT_TEXT = FaultKind("convert.not_text", '{given} is not a text: write it in quotes, as "{given}"')
NOT_WHOLE = FaultKind(
    "convert.not_whole", "{given} is not a whole number: write digits without quotes, such as 300"
)
NOT_A_FLOAT = FaultKind("convert.not_a_float", "{given} is not a number: write one, such as 1.5")
NOT_A_BOOLEAN = FaultKind("convert.not_a_boolean", "{given} is neither true nor false: write one")
NOT_A_DECIMAL = FaultKind(
    "convert.not_a_decimal", '{given} is not a decimal number: write it as a text, such as "0.0335"'
)
DECIMAL_AS_FLOAT = FaultKind(
    "convert.decimal_as_float",
    "{given} is a number that computers round: write it as a text, {suggestion}",
)
NOT_A_FRACTION = FaultKind(
    "convert.not_a_fraction", '{given} is not a fraction: write it as a text, such as "7/12"'
)
NOT_A_DAY = FaultKind(
    "convert.not_a_day", '{given} is not a day of the calendar: write it as "2025-12-31"'
)
NOT_A_TIME = FaultKind(
    "convert.not_a_time",
    '{given} is not a time with its zone: write it as "2025-12-31T09:30:00Z"',
)
NOT_ACCEPTED = FaultKind("convert.not_accepted", "{given} is not accepted: write one of {accepted}")

_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?", re.ASCII)
_FRACTION = re.compile(r"(-?[0-9]{1,40})(?:/([0-9]{1,40}))?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST_FAULTS: Final = 200
"""Of one list or object: nobody mends more at a time."""


def _text(value: object, cls: Any) -> object:
    if issubclass(cls, Enum):
        return _enum(value, cls)
    if not isinstance(value, str):
        raise Faults.of(NOT_TEXT, given=shown(value))
    return value


def _whole(value: object, cls: Any) -> object:
    if issubclass(cls, Enum):
        return _enum(value, cls)
    if type(value) is not int:
        raise Faults.of(NOT_WHOLE, given=shown(value))
    return value


def _boolean(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise Faults.of(NOT_A_BOOLEAN, given=shown(value))
    return value


def _float(value: object, _: object) -> float:
    number = float(value.text) if isinstance(value, JsonNumber) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Faults.of(NOT_A_FLOAT, given=shown(value))
    if not abs(number) < 1e300:  # infinite, NaN, or an integer that no float holds
        raise Faults.of(NOT_A_FLOAT, given=shown(value))
    return float(number)


def _decimal(value: object, _: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if type(value) is int and value.bit_length() < 128:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    _refuse_float(value)
    raise Faults.of(NOT_A_DECIMAL, given=shown(value))


def _refuse_float(value: object, path: str = "") -> None:
    if isinstance(value, JsonNumber | float):
        text = str(value)
        number = Decimal(text)
        plain = f"{number:f}" if number.is_finite() and -40 < number.adjusted() < 40 else "0.0335"
        raise Faults.of(DECIMAL_AS_FLOAT, path, given=shown(text), suggestion=f'"{plain}"')


def _fraction(value: object, _: object) -> Fraction:
    if isinstance(value, str) and (match := _FRACTION.fullmatch(value)):
        below = int(match[2] or 1)
        if below:
            return Fraction(int(match[1]), below)
    if type(value) is int or isinstance(value, Fraction):
        return Fraction(value)
    raise Faults.of(NOT_A_FRACTION, given=shown(value))


def _day(value: object, _: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):  # 2025-02-30: told below, as any other text
            return date.fromisoformat(value)
    raise Faults.of(NOT_A_DAY, given=shown(value))


def _time(value: object, _: object) -> datetime:
    found = value if isinstance(value, datetime) else None
    if isinstance(value, str) and len(value) < 40 and "T" in value:
        with contextlib.suppress(ValueError):  # told below
            found = datetime.fromisoformat(value)
    if found is None or found.utcoffset() is None:
        raise Faults.of(NOT_A_TIME, given=shown(value))
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar, in a far zone
        raise Faults.of(NOT_A_TIME, given=shown(value)) from None


def written_time(value: datetime) -> str:
    """Writes an aware time in UTC, as ``2025-12-31T09:30:00Z``."""
    if value.utcoffset() is None:
        raise TypeError("a time without its zone cannot be written: make it aware, in UTC")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _money(value: object, _: object) -> Money:
    if isinstance(value, Money):
        return money(value.amount, value.currency)
    data = checked_object(value, ("amount", "currency"), required=("amount", "currency"))
    amount: Any = data["amount"]
    currency: Any = data["currency"]
    _refuse_float(amount, "amount")
    return money(amount, currency)


def _enum(value: object, cls: Any) -> object:
    if isinstance(value, cls):
        return value
    for member in cls:
        if member.value == value and type(member.value) is type(value):
            return member
    accepted = ", ".join(str(member.value) for member in cls)
    raise Faults.of(NOT_ACCEPTED, given=shown(value), accepted=accepted)


SCALARS: Final[tuple[tuple[Callable[[Any, Any], Any], tuple[type, ...]], ...]] = (
    (_text, (str,)),
    (_whole, (int,)),
    (_boolean, (bool,)),
    (_float, (float,)),
    (_decimal, (Decimal,)),
    (_fraction, (Fraction,)),
    (_day, (date,)),
    (_time, (datetime,)),
    (_money, (Money,)),
    (_enum, (Enum, StrEnum, IntEnum)),
)


def checked_object(
    value: object, keys: Sequence[str], *, required: Sequence[str], found: FaultList | None = None
) -> Mapping[str, object]:
    """Returns an object after a look at its keys; the faults go to ``found``, or are raised."""
    if not isinstance(value, Mapping):
        raise Faults.of(NOT_AN_OBJECT, given=shown(value), accepted=", ".join(keys) or "-")
    here = FaultList() if found is None else found
    for key in value:
        if key not in keys:
            accepted = ", ".join(keys) or "-"
            here.add(UNKNOWN_KEY, key_path(key), key=shown(key), accepted=accepted)
            if len(here) >= MOST_FAULTS:
                break
    for key in required:
        if key not in value:
            here.add(MISSING_KEY, key, key=key)
    if found is None:
        here.raise_if_any()
    return value
