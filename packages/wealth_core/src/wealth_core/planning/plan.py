"""An investment plan: how much is put aside each month, since when, and where it goes."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Final

import attrs

from shared_kernel import FaultList, Money, allocate, from_minor, shown
from shared_kernel.rounding import EXACT_CONTEXT, round_decimal
from wealth_core._checks import check_are, check_is, check_label, kept
from wealth_core.errors import PlanFaults
from wealth_core.networth._checks import check_when
from wealth_core.networth.categories import CashKind, Category, Envelope
from wealth_core.planning import _faults
from wealth_core.planning._checks import MAX_LABEL, check_id, check_money
from wealth_core.planning.months import Month

MAX_PLAN_LINES: Final = 100
_HUNDRED: Final = Decimal(100)


@attrs.frozen(kw_only=True)
class PlanLine:
    """A part of the monthly capacity, and what it feeds.

    Args:
        id: 1 to 64 letters, figures, hyphens or underscores, its own within the plan. The action of
            a month is known by it: a line that keeps its id keeps its actions.
        percent: of the monthly capacity: above 0 and up to 100, at most two decimals.
        envelope: the kind of investment it feeds; or
        cash: the kind of savings account; exactly one of the two is given.
        reference: what is bought there (a fund, an ISIN), on one line, at most 120 characters.
        target: the id of the holding that receives the money; empty, it is the one of that
            envelope (`wealth_core.planning.move_into`).

    Raises:
        PlanFaults: every fault, each with its path.

    >>> PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA).category
    <Category.INVESTMENTS: 'investments'>
    """

    id: str
    percent: Decimal
    envelope: Envelope | None = None
    cash: CashKind | None = None
    reference: str = ""
    target: str = ""

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_id(found, "id", self.id)
        ok = _is_percent(self.percent)
        found.check(ok, _faults.NOT_A_PERCENT, "percent", given=shown(self.percent))
        found.check((self.envelope is None) != (self.cash is None), _faults.ONE_DESTINATION)
        if self.envelope is not None:
            check_is(found, "envelope", self.envelope, (Envelope,))
        if self.cash is not None:
            check_is(found, "cash", self.cash, (CashKind,))
        check_label(found, "reference", self.reference, most=MAX_LABEL)
        if self.target != "":
            check_id(found, "target", self.target)
        found.raise_if_any(PlanFaults)

    @property
    def category(self) -> Category:
        """The category of net worth that its money adds to."""
        return Category.INVESTMENTS if self.cash is None else Category.CASH


def _lines(values: Iterable[PlanLine]) -> tuple[PlanLine, ...]:
    return kept(values)


@attrs.frozen(kw_only=True)
class InvestmentPlan:
    """What someone puts aside each month, and how it is shared.

    Args:
        monthly_capacity: what is put aside a month, above zero.
        starts_on: the day it really starts. Nothing is asked for the months before its own, and the
            years of the goal are counted from it.
        lines: at most 100, of at most 100 % together; what they leave stays unplanned.
        yearly_goal: what is to be put aside in a year, above zero, in the same currency; None is
            twelve times what the lines ask for.

    Raises:
        PlanFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> plan = InvestmentPlan(
    ...     monthly_capacity=money("500", "EUR"),
    ...     starts_on=date(2025, 10, 15),
    ...     lines=[
    ...         PlanLine(id="world", percent=Decimal("66.67"), envelope=Envelope.PEA),
    ...         PlanLine(id="safety", percent=Decimal("33.33"), cash=CashKind.LIVRET_A),
    ...     ],
    ... )
    >>> [str(share.amount) for share in plan.shares()], plan.goal.amount
    (['333.35', '166.65'], Decimal('6000.00'))
    """

    monthly_capacity: Money
    starts_on: date
    lines: tuple[PlanLine, ...] = attrs.field(default=(), converter=_lines)
    yearly_goal: Money | None = None

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        ok = check_money(found, "monthly_capacity", self.monthly_capacity)
        check_when(found, "starts_on", self.starts_on)
        if check_are(found, "lines", self.lines, PlanLine, most=MAX_PLAN_LINES):
            self._check_lines(found)
        if self.yearly_goal is not None:
            currency = self.monthly_capacity.currency.code if ok else ""
            check_money(found, "yearly_goal", self.yearly_goal, currency=currency)
        found.raise_if_any(PlanFaults)

    def _check_lines(self, found: FaultList) -> None:
        seen: set[str] = set()
        for place, line in enumerate(self.lines):
            path = f"lines[{place}].id"
            found.check(line.id not in seen, _faults.ID_TWICE, path, given=line.id)
            seen.add(line.id)
        shared = self.percent
        found.check(shared <= _HUNDRED, _faults.ABOVE_HUNDRED, "lines", given=f"{shared:f}")

    @property
    def percent(self) -> Decimal:
        """What the lines share together, in percent of the monthly capacity."""
        return reduce(EXACT_CONTEXT.add, (line.percent for line in self.lines), Decimal(0))

    @property
    def currency(self) -> str:
        """The ISO 4217 code of its amounts."""
        return self.monthly_capacity.currency.code

    @property
    def first_month(self) -> Month:
        """The first month that has actions: the one of its start."""
        return Month.of(self.starts_on)

    def shares(self) -> tuple[Money, ...]:
        """What each line gets a month, in their order.

        The capacity is shared by the largest remainder, what is left unplanned being a share like
        the others: with lines of 100 % together, their shares add up to it exactly.
        """
        rest = EXACT_CONTEXT.subtract(_HUNDRED, self.percent)
        weights = [*(line.percent for line in self.lines), rest]
        return allocate(self.monthly_capacity, weights)[:-1]

    @property
    def planned(self) -> Money:
        """What all the lines ask for in a month."""
        return sum(self.shares(), start=from_minor(0, self.currency))

    @property
    def goal(self) -> Money:
        """What is to be put aside in a year."""
        return self.planned * 12 if self.yearly_goal is None else self.yearly_goal

    def line(self, line_id: str) -> PlanLine | None:
        """The line of that id, None when there is none."""
        return next((line for line in self.lines if line.id == line_id), None)


def _is_percent(value: object) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value <= _HUNDRED:
        return False
    return round_decimal(value, 2) == value
