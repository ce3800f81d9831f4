"""Planning: who an investor is, what is put aside each month, and what is told when it matters.

The map::

    profile      income, charges, capacity, situation, goals; the savings rate
    risk         five questions, a score, a level and its words
    months       a calendar month, ``2025-12``
    plan         the monthly capacity shared in percent between envelopes
    actions      what a month asks for, how it ends, and the money it moves into the holdings
    goals        the progress of the year, counted from the real start
    alerts       a threshold crossed, a price stale, a plan late: each told once
    documents    profiles and plans as JSON documents, and back

Everything here is pure: days, prices and holdings come in as arguments.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from wealth_core.planning.actions import (
    Action,
    ActionState,
    PlannedAction,
    decision,
    destination_words,
    late_actions,
    move_into,
    planned_actions,
    take_back,
)
from wealth_core.planning.alerts import (
    AlertKind,
    AlertRule,
    Direction,
    Finding,
    alert_words,
    crossings,
    figures,
    late_months,
    stale_prices,
    threshold_crossed,
)
from wealth_core.planning.goals import GoalProgress, goal_progress
from wealth_core.planning.months import Month
from wealth_core.planning.plan import MAX_PLAN_LINES, InvestmentPlan, PlanLine
from wealth_core.planning.profile import (
    FamilySituation,
    Goal,
    InvestorProfile,
    Situation,
    savings_rate,
)
from wealth_core.planning.risk import (
    QUESTIONS,
    Answer,
    Question,
    RiskAnswers,
    RiskLevel,
    RiskProfile,
    risk_profile,
)

if TYPE_CHECKING:
    from wealth_core.planning.documents import (
        plan_from_document,
        plan_from_json,
        plan_to_document,
        plan_to_json,
        planning_converter,
        profile_from_document,
        profile_from_json,
        profile_to_document,
        profile_to_json,
    )

__all__ = [
    "MAX_PLAN_LINES",
    "QUESTIONS",
    "Action",
    "ActionState",
    "AlertKind",
    "AlertRule",
    "Answer",
    "Direction",
    "FamilySituation",
    "Finding",
    "Goal",
    "GoalProgress",
    "InvestmentPlan",
    "InvestorProfile",
    "Month",
    "PlanLine",
    "PlannedAction",
    "Question",
    "RiskAnswers",
    "RiskLevel",
    "RiskProfile",
    "Situation",
    "alert_words",
    "crossings",
    "decision",
    "destination_words",
    "figures",
    "goal_progress",
    "late_actions",
    "late_months",
    "move_into",
    "plan_from_document",
    "plan_from_json",
    "plan_to_document",
    "plan_to_json",
    "planned_actions",
    "planning_converter",
    "profile_from_document",
    "profile_from_json",
    "profile_to_document",
    "profile_to_json",
    "risk_profile",
    "savings_rate",
    "stale_prices",
    "take_back",
    "threshold_crossed",
]

_DOCUMENTS = frozenset(
    name for name in __all__ if name.endswith(("_document", "_json", "_converter"))
)


def __getattr__(name: str) -> object:
    """Imports the documents (and cattrs) when they are first asked for."""
    if name in _DOCUMENTS:
        return getattr(import_module("wealth_core.planning.documents"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
