"""What is owed on very many plain loans on one day, and what falls due next: arrays.

The figures are those of `wealth_core.networth.debts`, by the same reasoning and the same bounds: an
annuity without options takes the short way where that is sure to give the figure of the schedule,
and is left to the schedule where it is not.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shared_kernel import add_months
from wealth_core.loans import CENT, EXACT, Rounding
from wealth_core.loans.bulk import (
    HIGHEST_MONTHS,
    HIGHEST_PRINCIPAL,
    HIGHEST_RATE_PPM,
    _instalments,
    remaining_balances,
)
from wealth_core.networth.debts import _ABSOLUTE_ERROR, _RELATIVE_ERROR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["DebtColumns", "PlainDebt"]

PPM: Final = 1_000_000
YEAR_PPM: Final = 12 * PPM
MOST_KNOWN: Final = 100_000

PlainDebt = tuple[int, int, str, str, int, int]
"""Instalments paid, months, next due date and last one (as JSON), balance, next instalment."""


class DebtColumns:
    """Collects plain loans, and works them out together.

    Args:
        on: the day.
        rounding: the table they are read in.
    """

    def __init__(self, on: date, rounding: Rounding) -> None:
        self._on = on
        self._rounding = rounding
        self._calendars: dict[tuple[str, int], tuple[int, bool, str, str]] = {}
        self._rates: dict[str, int] = {}
        self._loans: list[tuple[int, int, int, int]] = []
        self._told: list[tuple[int, bool, str, str]] = []

    def __len__(self) -> int:
        return len(self._loans)

    def cut(self, count: int) -> None:
        """Forgets the loans collected after the first `count`."""
        del self._loans[count:]
        del self._told[count:]

    def add(self, loan: dict[str, Any], repayments: object) -> bool:
        """Collects the loan of a document that was checked; False for one with an option.

        Args:
            loan: the terms, as `wealth_core.loans.documents` writes them.
            repayments: the early repayments; there must be none.
        """
        if (
            repayments
            or loan["kind"]["type"] != "annuity"
            or loan["deferral"] is not None
            or loan["rate_changes"]
            or loan["first_period_days"] is not None
        ):
            return False
        months = loan["months"]
        rate_ppm = self._rate_ppm(loan["annual_rate"])
        principal = int(loan["principal"]["amount"].replace(".", ""))
        if rate_ppm < 0 or principal > HIGHEST_PRINCIPAL or months > HIGHEST_MONTHS:
            return False
        calendar = self._calendar(loan["first_due"], months)
        self._loans.append((principal, rate_ppm, months, calendar[0]))
        self._told.append(calendar)
        return True

    def worked_out(self) -> list[PlainDebt | None]:
        """Gives what is owed on each loan collected, in their order, and forgets them.

        None is for a loan whose figures only the schedule can tell.
        """
        if not self._loans:
            return []
        principal, rate_ppm, months, paid = np.array(self._loans, dtype=np.int64).T
        if self._rounding is EXACT:
            balances, instalments, sure = _exact_figures(principal, rate_ppm, months, paid)
        else:
            last = self._rounding is CENT
            balances, instalments, sure = _figures(principal, rate_ppm, months, paid, last=last)
        terms = zip(
            self._told,
            months.tolist(),
            balances.tolist(),
            instalments.tolist(),
            sure.tolist(),
            strict=True,
        )
        found: list[PlainDebt | None] = [
            (told[0], term, told[2], told[3], balance if told[1] else 0, instalment)
            if is_sure
            else None
            for told, term, balance, instalment, is_sure in terms
        ]
        self.cut(0)
        return found

    def _rate_ppm(self, text: str) -> int:
        """The annual rate in millionths; -1 for one that is between two, or out of range."""
        known = self._rates.get(text)
        if known is None:
            ppm = Decimal(text) * PPM
            known = int(ppm) if ppm == int(ppm) and ppm <= HIGHEST_RATE_PPM else -1
            remember(self._rates, text, known)
        return known

    def _calendar(self, first_due: str, months: int) -> tuple[int, bool, str, str]:
        """How many instalments are paid, whether the money is lent, the next due date, the last."""
        key = first_due, months
        known = self._calendars.get(key)
        if known is None:
            first = date.fromisoformat(first_due)
            on = self._on
            lent = on >= add_months(first, -1)
            elapsed = (on.year - first.year) * 12 + on.month - first.month
            if elapsed >= 0 and add_months(first, elapsed) <= on:
                elapsed += 1
            paid = min(max(elapsed, 0), months) if lent else 0
            following = "null" if paid == months else f'"{add_months(first, paid).isoformat()}"'
            last = f'"{add_months(first, months - 1).isoformat()}"'
            known = paid, lent, following, last
            remember(self._calendars, key, known)
        return known


def _figures(
    principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints, *, last: bool
) -> tuple[Ints, Ints, Bools]:
    """The balances of the bank's table, the next instalments, and which of them are sure."""
    balances = remaining_balances(principal, rate_ppm, months, paid)
    instalments = _instalments(principal, rate_ppm, months)
    if last:  # it takes what is left
        ending = paid == months - 1
        owed = balances[ending]
        interest = (2 * owed * rate_ppm[ending] + YEAR_PPM) // (2 * YEAR_PPM)
        instalments[ending] = owed + interest
    instalments[paid == months] = 0
    return balances, instalments, _end_at_term(principal, rate_ppm, months)


def _end_at_term(principal: Ints, rate_ppm: Ints, months: Ints) -> Bools:
    """Which tables surely leave something to the last instalment; see `debts`."""
    free = rate_ppm == 0
    rate = np.where(free, 1, rate_ppm) / YEAR_PPM
    grown = np.expm1(months * np.log1p(rate))
    instalment = principal * rate * (grown + 1) / grown
    surely = instalment / (1 + rate) > 1.01 * grown / rate + 1
    return np.where(free, principal > 2 * months * months, surely)


def _exact_figures(
    principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints
) -> tuple[Ints, Ints, Bools]:
    """The same of the table that is not rounded, by its closed form."""
    free = rate_ppm == 0
    rate = np.where(free, 1, rate_ppm) / YEAR_PPM
    force = np.log1p(rate)
    whole = np.expm1(-months * force)
    over = paid == months
    left = np.minimum(paid + 1 - months, 0)
    owed = principal * np.expm1((paid - months) * force) / whole
    instalment, instalment_sure = _nearest(principal * rate / -whole, principal)
    before, before_sure = _nearest(owed, principal)
    before = np.where(paid == 0, principal, before)
    after, after_sure = _nearest(principal * np.expm1(left * force) / whole, principal)
    interest = owed * rate
    least = np.floor(interest)
    sure = (
        (before_sure | (paid == 0))
        & after_sure
        & instalment_sure
        & (np.minimum(interest - least, least + 1 - interest) > _error(interest, principal))
    )
    capital = before - after
    whole_interest = least.astype(np.int64)
    following = capital + np.clip(instalment - capital, whole_interest, whole_interest + 1)
    # Without interest the capital is shared evenly: whole numbers say it all.
    before_free = (2 * principal * (months - paid) + months) // (2 * months)
    after_free = (2 * principal * -left + months) // (2 * months)
    before = np.where(free, before_free, before)
    following = np.where(free, before_free - after_free, following)
    return np.where(over, 0, before), np.where(over, 0, following), sure | free | over


def _nearest(values: Floats, principal: Ints) -> tuple[Ints, Bools]:
    """The nearest units, and which of them are surely so."""
    error = _error(values, principal)
    shifted = values + 0.5
    units = np.floor(shifted)
    fraction = shifted - units
    return units.astype(np.int64), (error < fraction) & (fraction < 1 - error)


def _error(values: Floats, principal: Ints) -> Floats:
    return np.maximum(values, principal) * _RELATIVE_ERROR + _ABSOLUTE_ERROR


def remember(known: dict[Any, Any], key: object, value: object) -> None:
    """Keeps what was found, in a dictionary that does not grow for ever."""
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[key] = value
