"""The profile of an investor: income, charges, what can be saved, situation, goals."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import attrs

from shared_kernel import FaultList, Money, from_minor, round_decimal, round_ratio, to_minor
from wealth_core._checks import check_are, check_is, check_label, kept
from wealth_core.errors import PlanFaults
from wealth_core.networth._checks import check_when
from wealth_core.planning import _faults
from wealth_core.planning._checks import MAX_LABEL, check_money, check_name, check_number, said
from wealth_core.planning.risk import RiskAnswers

MAX_GOALS: Final = 20
MAX_DEPENDANTS: Final = 30


class FamilySituation(StrEnum):
    """The family situation that French tax and matrimonial law tell apart."""

    SINGLE = "single"
    COHABITING = "cohabiting"
    """*Concubinage*."""
    CIVIL_UNION = "civil_union"
    """A PACS."""
    MARRIED = "married"
    DIVORCED = "divorced"
    """Or separated."""
    WIDOWED = "widowed"


@attrs.frozen(kw_only=True)
class Situation:
    """Who the investor is, as far as advice needs it.

    Args:
        family: the family situation.
        dependants: how many people depend on the income, 0 to 30.
        birth_year: the year of birth, None when it is not told.
        profession: on one line, at most 120 characters; it may be empty.

    Raises:
        PlanFaults: every fault, each with its path.
    """

    family: FamilySituation = FamilySituation.SINGLE
    dependants: int = 0
    birth_year: int | None = None
    profession: str = ""

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_is(found, "family", self.family, (FamilySituation,))
        check_number(found, "dependants", self.dependants, least=0, most=MAX_DEPENDANTS)
        if self.birth_year is not None:
            check_number(found, "birth_year", self.birth_year, least=1900, most=2100)
        check_label(found, "profession", self.profession, most=MAX_LABEL)
        found.raise_if_any(PlanFaults)


@attrs.frozen
class Goal:
    """Something to save for.

    Args:
        label: what it is, on one line, 1 to 120 characters.
        target: what it takes, above zero.
        by: the day it should be there.

    Raises:
        PlanFaults: every fault, each with its path.
    """

    label: str
    target: Money
    by: date

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_name(found, "label", self.label)
        check_money(found, "target", self.target)
        check_when(found, "by", self.by)
        found.raise_if_any(PlanFaults)


def _goals(values: Iterable[Goal]) -> tuple[Goal, ...]:
    return kept(values)


@attrs.frozen(kw_only=True)
class InvestorProfile:
    """What an adviser needs to know before a plan.

    Args:
        monthly_income: what comes in each month, zero or more.
        monthly_charges: what goes out each month, zero or more, in the same currency.
        savings_capacity: what can be put aside each month, up to the income; None is what the
            charges leave of it, and nothing when they take more.
        situation: family, dependants, year of birth, profession.
        goals: at most 20.
        risk: the answers of the questionnaire; None when it was not filled in.

    Raises:
        PlanFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> profile = InvestorProfile(
    ...     monthly_income=money("3200", "EUR"), monthly_charges=money("2350", "EUR")
    ... )
    >>> profile.capacity.amount, savings_rate(profile)
    (Decimal('850.00'), Decimal('26.56'))
    """

    monthly_income: Money
    monthly_charges: Money
    savings_capacity: Money | None = None
    situation: Situation = attrs.field(factory=Situation)
    goals: tuple[Goal, ...] = attrs.field(default=(), converter=_goals)
    risk: RiskAnswers | None = None

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        income_ok = check_money(found, "monthly_income", self.monthly_income, zero=True)
        currency = self.monthly_income.currency.code if income_ok else ""
        check_money(found, "monthly_charges", self.monthly_charges, zero=True, currency=currency)
        if self.savings_capacity is not None:
            capacity = self.savings_capacity
            ok = check_money(found, "savings_capacity", capacity, zero=True, currency=currency)
            if ok and income_ok:
                found.check(
                    capacity <= self.monthly_income,
                    _faults.CAPACITY_ABOVE_INCOME,
                    "savings_capacity",
                    given=said(capacity),
                    income=said(self.monthly_income),
                )
        check_is(found, "situation", self.situation, (Situation,))
        check_are(found, "goals", self.goals, Goal, most=MAX_GOALS)
        if self.risk is not None:
            check_is(found, "risk", self.risk, (RiskAnswers,))
        found.raise_if_any(PlanFaults)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of income, charges and capacity."""
        return self.monthly_income.currency.code

    @property
    def capacity(self) -> Money:
        """What can be put aside each month: as declared, or what the charges leave."""
        if self.savings_capacity is not None:
            return self.savings_capacity
        nothing = from_minor(0, self.currency)
        return max(self.monthly_income - self.monthly_charges, nothing)


def savings_rate(profile: InvestorProfile) -> Decimal:
    """Gives the part of the income that can be put aside, in percent, half up to 0.01.

    Without an income it is 0.00: nothing is put aside of nothing.
    """
    return percent_of(profile.capacity, profile.monthly_income)


def percent_of(part: Money, whole: Money) -> Decimal:
    """Gives a part in percent of a whole of the same currency, half up to 0.01.

    It is 0.00 of nothing.
    """
    below = to_minor(whole)
    hundredths = round_ratio(to_minor(part) * 10_000, below) if below else 0
    return round_decimal(Decimal(hundredths).scaleb(-2), 2)
