"""Checks that every domain shares. Each records a fault and says whether all was well.

The kinds of fault are declared here, beside the rules they belong to.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar, cast

from shared_kernel import FaultList
from shared_kernel.faults import FaultKind, shown
from shared_kernel.texts import is_one_line

NOT_ACCEPTED = FaultKind("value.not_accepted", "{given} cannot stand here: give {accepted}")
NOT_A_LIST = FaultKind("value.not_a_list", "{given} is not a list: give a list of {accepted}")
TOO_MANY = FaultKind("value.too_many", "{given} of them are too many: give at most {most}")
NOT_A_DATE = FaultKind(
    "value.not_a_date", "{given} is not a date without a time: write date(2025, 10, 1)"
)
LABEL_NOT_TEXT = FaultKind(
    "value.label_not_text",
    "{given} is not a label: write letters, figures and signs, on one line of at most {most}",
)
NOT_A_SHARE = FaultKind(
    "value.not_a_share", '{given} is not an exact share: write Decimal("0.5") for 50 %'
)
SHARE_OUT_OF_RANGE = FaultKind(
    "value.share_out_of_range",
    '{given} is not a share above 0 and up to 1: write Decimal("0.5") for 50 %',
)
TOO_PRECISE = FaultKind(
    "value.too_precise", "{given} has more than {digits} decimals: round it first"
)

SHARE_DIGITS: Final = 10

T = TypeVar("T")


def check_share(found: FaultList, path: str, value: object) -> bool:
    """A share of a whole: exact, above 0, up to 1."""
    if not isinstance(value, Decimal) or not value.is_finite():
        found.add(NOT_A_SHARE, path, given=shown(value))
    elif not 0 < value <= 1:
        found.add(SHARE_OUT_OF_RANGE, path, given=shown(value))
    elif not has_at_most(value, SHARE_DIGITS):
        found.add(TOO_PRECISE, path, given=shown(value), digits=SHARE_DIGITS)
    else:
        return True
    return False


def check_label(found: FaultList, path: str, value: object, *, most: int) -> bool:
    """A text on one line, without the characters that no screen shows; it may be empty."""
    return found.check(
        isinstance(value, str) and len(value) <= most and is_one_line(value),
        LABEL_NOT_TEXT,
        path,
        given=shown(value),
        most=most,
    )


def check_day(found: FaultList, path: str, value: object) -> bool:
    """A day, without a time of day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        found.add(NOT_A_DATE, path, given=shown(value))
        return False
    return True


def kept(values: Iterable[T]) -> tuple[T, ...]:
    """Several values as a tuple; what is not several is left for `check_are` to refuse."""
    given: object = values
    return tuple(values) if isinstance(given, Iterable) else cast("tuple[T, ...]", values)


def check_are(
    found: FaultList, path: str, values: object, accepted: type | tuple[type, ...], *, most: int
) -> bool:
    """Several values of one class, or of a few, not too many of them."""
    classes = accepted if isinstance(accepted, tuple) else (accepted,)
    if not isinstance(values, tuple):
        found.add(NOT_A_LIST, path, given=shown(values), accepted=_names(classes))
        return False
    before = len(found)
    found.check(len(values) <= most, TOO_MANY, path, given=len(values), most=most)
    for place, value in enumerate(values[:most]):
        check_is(found, f"{path}[{place}]", value, classes)
    return len(found) == before


def check_is(found: FaultList, path: str, value: object, accepted: tuple[type, ...]) -> bool:
    """A value of one of the classes that may stand there."""
    if isinstance(value, accepted):
        return True
    found.add(NOT_ACCEPTED, path, given=shown(value), accepted=_names(accepted))
    return False


def has_at_most(value: Decimal, digits: int) -> bool:
    """Whether a finite Decimal has no more than so many decimals, trailing zeros aside."""
    _, figures, exponent = value.as_tuple()
    places = -int(exponent)
    trailing = 0
    for figure in reversed(figures):
        if figure or trailing >= places:
            break
        trailing += 1
    return not value or places - trailing <= digits


def _names(classes: tuple[type, ...]) -> str:
    return " | ".join(each.__name__ for each in classes)
