"""Profiles and plans as JSON documents, and back: what is stored, exported, and sent by the API.

The document of a plan::

    {"version": 1, "monthly_capacity": {"amount": "500.00", "currency": "EUR"},
     "starts_on": "2025-10-01", "yearly_goal": null,
     "lines": [{"id": "world", "percent": "60", "envelope": "pea", "cash": null,
                "reference": "ETF World", "target": ""}]}

Where a plan is read, a line without an id is given one by its place: ``line-1``. The document of a
profile has the fields of `InvestorProfile`, and version 1 too. Amounts and percentages are strings,
so that no reader can round them.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cattrs import Converter

from shared_kernel import dump_json, make_converter, structure, unstructure
from shared_kernel.documents import opened, parsed, tell_every_fault
from wealth_core.errors import PlanFaults
from wealth_core.planning.months import Month
from wealth_core.planning.plan import InvestmentPlan, PlanLine
from wealth_core.planning.profile import Goal, InvestorProfile, Situation
from wealth_core.planning.risk import RiskAnswers

VERSION: Final = 1
"""Of both documents."""


def planning_converter() -> Converter:
    """A converter that knows the values of this package; a `Month` is its text.

    >>> from wealth_core.planning.risk import RiskAnswers
    >>> converter = planning_converter()
    >>> structure("2025-12", Month, converter=converter)
    Month(year=2025, month=12)
    """
    converter = make_converter()
    converter.register_structure_hook(Month, lambda value, _: Month.parse(value))
    converter.register_unstructure_hook(Month, str)
    for cls in (PlanLine, RiskAnswers, Situation, Goal, InvestmentPlan, InvestorProfile):
        tell_every_fault(converter, cls, PlanFaults)
    return converter


def plan_to_document(plan: InvestmentPlan) -> dict[str, Any]:
    """A plan as JSON data: dicts, lists, strings, ints and None.

    ``Any`` because the values of a JSON object are of every kind.

    >>> from datetime import date
    >>> from shared_kernel import money
    >>> plan = InvestmentPlan(monthly_capacity=money("500", "EUR"), starts_on=date(2025, 10, 1))
    >>> plan_to_document(plan)["monthly_capacity"]
    {'amount': '500.00', 'currency': 'EUR'}
    """
    return _document(plan)


def plan_from_document(document: object) -> InvestmentPlan:
    """The plan of a document, checked as any plan is.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it.

    Raises:
        PlanFaults: every fault with its path (``lines[0].percent``), a version that cannot be read.
    """
    _, fields = opened(document, PlanFaults, VERSION)
    if isinstance(fields.get("lines"), list):
        fields["lines"] = _identified(fields["lines"])
    return structure(fields, InvestmentPlan, converter=_converter())


def plan_to_json(plan: InvestmentPlan) -> str:
    """A plan as JSON text, the same text for equal plans; see `plan_to_document`."""
    return dump_json(_document(plan))


def plan_from_json(text: str | bytes) -> InvestmentPlan:
    """The plan of a JSON text.

    Raises:
        PlanFaults: see `plan_from_document`; also a text that is not JSON, that repeats a key, or
            that is larger than a megabyte.
    """
    return plan_from_document(parsed(text, PlanFaults))


def profile_to_document(profile: InvestorProfile) -> dict[str, Any]:
    """A profile as JSON data; see `plan_to_document`."""
    return _document(profile)


def profile_from_document(document: object) -> InvestorProfile:
    """The profile of a document, checked as any profile is.

    Raises:
        PlanFaults: every fault with its path (``goals[0].target``), a version that cannot be read.
    """
    _, fields = opened(document, PlanFaults, VERSION)
    return structure(fields, InvestorProfile, converter=_converter())


def profile_to_json(profile: InvestorProfile) -> str:
    """A profile as JSON text, the same text for equal profiles."""
    return dump_json(_document(profile))


def profile_from_json(text: str | bytes) -> InvestorProfile:
    """The profile of a JSON text.

    Raises:
        PlanFaults: see `profile_from_document` and `plan_from_json`.
    """
    return profile_from_document(parsed(text, PlanFaults))


@cache
def _converter() -> Converter:
    return planning_converter()


def _document(value: InvestmentPlan | InvestorProfile) -> dict[str, Any]:
    return {"version": VERSION, **unstructure(value, converter=_converter())}


def _identified(lines: list[object]) -> list[object]:
    """The lines of a plan, those without an id called by their place, whatever is taken."""
    taken = {str(line["id"]) for line in lines if isinstance(line, Mapping) and "id" in line}
    made: list[object] = []
    for place, line in enumerate(lines, 1):
        if isinstance(line, Mapping) and "id" not in line:
            name = f"line-{place}"
            while name in taken:
                name += "-a"
            taken.add(name)
            made.append({"id": name, **line})
        else:
            made.append(line)
    return made
