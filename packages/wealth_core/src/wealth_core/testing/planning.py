"""Strategies for planning: answers, profiles, plans of every kind of line, and months."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-wealth", "testing") from error

from shared_kernel import Money, from_minor
from wealth_core.networth import CashKind, Envelope
from wealth_core.planning import (
    QUESTIONS,
    FamilySituation,
    Goal,
    InvestmentPlan,
    InvestorProfile,
    Month,
    PlanLine,
    RiskAnswers,
    Situation,
)

PLAN_CURRENCIES = ("EUR", "USD", "XOF", "TND")
"""Two decimals, none, and three."""


def risk_answers() -> st.SearchStrategy[RiskAnswers]:
    """Every way to answer the questionnaire."""
    return st.fixed_dictionaries(
        {question.field: st.sampled_from(question.points) for question in QUESTIONS}
    ).map(lambda points: RiskAnswers(**points))


def months(first: int = 2000, last: int = 2060) -> st.SearchStrategy[Month]:
    """Months of these years."""
    return st.builds(Month, st.integers(first, last), st.integers(1, 12))


def _amounts(currency: str, *, least: int = 1, most: int = 10**8) -> st.SearchStrategy[Money]:
    return (st.integers(least, 2_000) | st.integers(least, most)).map(
        lambda minor: from_minor(minor, currency)
    )


def _names() -> st.SearchStrategy[str]:
    return st.text("abcéè <=+'\"&0", max_size=20)


def _hundredths(parts: Sequence[int]) -> list[int]:
    """Whole hundredths of a percent in proportion to some parts, of 100 % together at most."""
    return [max(10_000 * part // max(sum(parts), 10_000), 1) for part in parts]


@st.composite
def investment_plans(draw: st.DrawFn, *, most_lines: int = 8) -> InvestmentPlan:
    """Plans of any number of lines, of any share, in several currencies."""
    currency = draw(st.sampled_from(PLAN_CURRENCIES))
    parts = draw(st.lists(st.integers(1, 10_000), max_size=most_lines))
    lines = []
    for place, hundredths in enumerate(_hundredths(parts)):
        envelope = draw(st.none() | st.sampled_from(Envelope))
        lines.append(
            PlanLine(
                id=f"line-{place}",
                percent=Decimal(hundredths).scaleb(-2),
                envelope=envelope,
                cash=draw(st.sampled_from(CashKind)) if envelope is None else None,
                reference=draw(_names()),
            )
        )
    return InvestmentPlan(
        monthly_capacity=draw(_amounts(currency)),
        starts_on=draw(st.dates(date(2000, 1, 1), date(2060, 12, 31))),
        lines=tuple(lines),
        yearly_goal=draw(st.none() | _amounts(currency)),
    )


@st.composite
def investor_profiles(draw: st.DrawFn) -> InvestorProfile:
    """Profiles with and without a capacity of their own, goals and answers."""
    currency = draw(st.sampled_from(PLAN_CURRENCIES))
    income = draw(_amounts(currency, least=0))
    return InvestorProfile(
        monthly_income=income,
        monthly_charges=draw(_amounts(currency, least=0)),
        savings_capacity=draw(st.sampled_from((None, income))),
        situation=Situation(
            family=draw(st.sampled_from(FamilySituation)),
            dependants=draw(st.integers(0, 5)),
            birth_year=draw(st.none() | st.integers(1930, 2010)),
            profession=draw(_names()),
        ),
        goals=tuple(
            draw(
                st.lists(
                    st.builds(
                        Goal,
                        st.just("Maison"),
                        _amounts(currency),
                        st.dates(date(2026, 1, 1), date(2060, 12, 31)),
                    ),
                    max_size=2,
                )
            )
        ),
        risk=draw(st.none() | risk_answers()),
    )
