"""How long a declared figure may stand before it is shown as stale."""

from typing import Final

import attrs

from shared_kernel import FaultKind, FaultList, shown
from wealth_core.errors import NetWorthFaults

MOST_DAYS: Final = 36_525
"""A hundred years: as good as never."""

NOT_DAYS = FaultKind(
    "freshness.not_days", "{given} is not a number of days: write a whole number, 1 to {most}"
)


@attrs.frozen(kw_only=True)
class Freshness:
    """How many days a figure that somebody typed may stand, by what it is of.

    An older one still counts, and its line is told as stale. A price has its own age, which
    `wealth_core.quotes.QuotePolicy` judges.

    Args:
        cash_days: a balance of an account; a quarter by default.
        investment_days: the value of an envelope; a quarter, as often as insurers write.
        property_days: the value of a property; a year and a month.
        other_days: the value of another good; a year and a month.
        credit_days: the balance of a credit that has no schedule; a quarter.

    Raises:
        NetWorthFaults: a number of days that is not a whole number from 1 to a hundred years.

    >>> Freshness(cash_days=31).property_days
    400
    >>> Freshness(cash_days=0)
    Traceback (most recent call last):
        ...
    wealth_core.errors.NetWorthFaults: cash_days: 0 is not a number of days: write a whole \
number, 1 to 36525
    """

    cash_days: int = 92
    investment_days: int = 92
    property_days: int = 400
    other_days: int = 400
    credit_days: int = 92

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        for field in attrs.fields(Freshness):
            days: object = getattr(self, field.name)
            found.check(
                type(days) is int and 1 <= days <= MOST_DAYS,
                NOT_DAYS,
                field.name,
                given=shown(days),
                most=MOST_DAYS,
            )
        found.raise_if_any(NetWorthFaults)
