"""Who an investor is: income and charges, the savings rate, the five questions and their words."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from shared_kernel import money
from shared_kernel.testing import catalogue_gaps
from shared_kernel.translations import catalogue
from wealth_core.errors import PlanFaults
from wealth_core.planning import (
    QUESTIONS,
    FamilySituation,
    Goal,
    InvestorProfile,
    RiskAnswers,
    RiskLevel,
    Situation,
    profile_from_document,
    profile_from_json,
    profile_to_document,
    profile_to_json,
    risk_profile,
    savings_rate,
)
from wealth_core.planning.risk import TITLES, WORDS
from wealth_core.testing.planning import investor_profiles, risk_answers

LEVELS = {
    RiskLevel.PRUDENT: range(5, 9),
    RiskLevel.BALANCED: range(9, 13),
    RiskLevel.DYNAMIC: range(13, 26),
}


def euros(amount: str) -> InvestorProfile:
    """A profile with an income of 3,200 EUR and these charges."""
    return InvestorProfile(
        monthly_income=money("3200", "EUR"), monthly_charges=money(amount, "EUR")
    )


@given(risk_answers())
@settings(max_examples=60)
def test_the_score_gives_the_level(answers: RiskAnswers) -> None:
    """The points add up; 5 to 8 is prudent, 9 to 12 balanced, 13 to 25 dynamic."""
    profile = risk_profile(answers)
    assert profile.score == sum(getattr(answers, question.field) for question in QUESTIONS)
    assert profile.score in LEVELS[profile.level]
    assert (profile.title, profile.words) == (TITLES[profile.level], WORDS[profile.level])


@pytest.mark.parametrize(
    ("points", "level"),
    [
        ((1, 1, 1, 1, 1), RiskLevel.PRUDENT),
        ((2, 2, 2, 1, 1), RiskLevel.PRUDENT),
        ((2, 2, 2, 2, 1), RiskLevel.BALANCED),
        ((3, 3, 2, 1, 3), RiskLevel.BALANCED),
        ((3, 3, 2, 2, 3), RiskLevel.DYNAMIC),
        ((5, 5, 5, 5, 5), RiskLevel.DYNAMIC),
    ],
)
def test_each_side_of_the_limits(points: tuple[int, ...], level: RiskLevel) -> None:
    """The scores 5, 8, 9, 12, 13 and 25 fall on the side that the rule says."""
    fields = [question.field for question in QUESTIONS]
    answers = RiskAnswers(**dict(zip(fields, points, strict=True)))
    assert risk_profile(answers).level is level


def test_an_answer_outside_its_question_is_refused() -> None:
    """Every bad answer is told at once; the reaction to a fall is 1, 3 or 5, nothing between."""
    with pytest.raises(PlanFaults) as caught:
        RiskAnswers(drop=0, horizon=6, liquidity=True, experience=3, reaction=2)
    assert [fault.path for fault in caught.value.faults] == [
        "drop", "horizon", "liquidity", "reaction",
    ]  # fmt: skip
    assert caught.value.faults[-1].message == "2 is not one of the answers: 1, 3, 5"


def test_the_questionnaire_is_said_in_french() -> None:
    """Each question, answer, title and explanation has its French."""
    texts = [question.words for question in QUESTIONS]
    texts += [answer.words for question in QUESTIONS for answer in question.answers]
    texts += [*TITLES.values(), *WORDS.values()]
    assert len(set(texts)) == 5 + 23 + 3 + 3
    gaps = catalogue_gaps("wealth_core", "fr", messages=texts)
    assert [gap for gap in gaps if any(text in str(gap) for text in texts)] == []
    assert catalogue("wealth_core", "fr").gettext("Dynamic profile") == "Profil dynamique"


def test_what_can_be_saved() -> None:
    """Undeclared, the capacity is what the charges leave, and nothing when they take more."""
    assert (euros("2350").capacity, savings_rate(euros("2350"))) == (
        money("850", "EUR"),
        Decimal("26.56"),
    )
    assert (euros("4000").capacity, savings_rate(euros("4000"))) == (
        money("0", "EUR"),
        Decimal("0.00"),
    )
    declared = InvestorProfile(
        monthly_income=money("3200", "EUR"),
        monthly_charges=money("2350", "EUR"),
        savings_capacity=money("400", "EUR"),
    )
    assert savings_rate(declared) == Decimal("12.50")
    nothing = InvestorProfile(monthly_income=money("0", "XOF"), monthly_charges=money("0", "XOF"))
    assert savings_rate(nothing) == Decimal("0.00")


def test_every_fault_of_a_profile_is_told_at_once() -> None:
    """Amounts below zero, a second currency, a capacity above the income: each with its path."""
    with pytest.raises(PlanFaults) as caught:
        InvestorProfile(
            monthly_income=money("3200", "EUR"),
            monthly_charges=money("-1", "USD"),
            savings_capacity=money("3200.01", "EUR"),
            goals=("a house",),  # type: ignore[arg-type]  # what a caller may get wrong
        )
    found = {(fault.path, fault.code) for fault in caught.value.faults}
    assert found == {
        ("monthly_charges", "planning.negative"),
        ("monthly_charges", "planning.other_currency"),
        ("savings_capacity", "profile.capacity_above_income"),
        ("goals[0]", "value.not_accepted"),
    }
    with pytest.raises(PlanFaults) as caught:
        Goal("  ", money("0", "EUR"), date(1000, 1, 1))
    assert {fault.path for fault in caught.value.faults} == {"label", "target", "by"}
    with pytest.raises(PlanFaults) as caught:
        Situation(dependants=-1, birth_year=1800, profession="two\nlines")
    assert {fault.path for fault in caught.value.faults} == {
        "dependants", "birth_year", "profession",
    }  # fmt: skip


@given(investor_profiles())
@settings(max_examples=60)
def test_a_profile_comes_back_from_its_document(profile: InvestorProfile) -> None:
    """What was written is read again, as data and as text; markup and formulas are plain text."""
    assert profile_from_document(profile_to_document(profile)) == profile
    assert profile_from_json(profile_to_json(profile)) == profile


def test_a_refused_document_tells_every_fault() -> None:
    """Faults of shape and of sense, each with its path; a version of the future is not read."""
    document = profile_to_document(euros("100"))
    document["situation"] = {"family": "alone", "dependants": 2, "birth_year": 3000}
    document["goals"] = [{"label": "", "target": {"amount": "5", "currency": "EUR"}, "by": "soon"}]
    document["monthly_charges"] = {"amount": "5", "currency": "USD"}
    with pytest.raises(PlanFaults) as caught:
        profile_from_document(document)
    assert {fault.path for fault in caught.value.faults} == {
        "situation.family", "situation.birth_year", "goals[0].label", "goals[0].by",
        "monthly_charges",
    }  # fmt: skip
    refused: list[object] = [{**document, "version": 2}, {"monthly_income": None}, [], None]
    for wrong in refused:
        with pytest.raises(PlanFaults):
            profile_from_document(wrong)
    with pytest.raises(PlanFaults):
        profile_from_json("{")
    assert FamilySituation("civil_union") is FamilySituation.CIVIL_UNION
