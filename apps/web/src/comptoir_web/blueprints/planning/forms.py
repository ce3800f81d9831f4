"""The forms of the plan, of the profile and of a threshold.

The lines of a plan and the goals of a profile are repeated rows. A form carries the version it was
opened at, and a text of its own (`seed`) that names the rows added in it: sent twice, it says the
same thing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final, Self

from wtforms import Form
from wtforms.fields import FieldList, FormField, HiddenField, RadioField

from comptoir_web.blueprints.loans.forms import CURRENCIES, without_row
from comptoir_web.forms import text_field
from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    CountField,
    DayField,
    PercentField,
)
from comptoir_web.presentation.languages import lazy_gettext as _
from wealth_core.planning import QUESTIONS

from .words import DESTINATIONS, DIRECTIONS, FAMILIES, library_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict
    from wtforms.fields.core import Field

__all__ = [
    "RISK_FIELDS",
    "GoalForm",
    "PlanForm",
    "PlanLineForm",
    "ProfileForm",
    "RowsForm",
    "RuleForm",
]

RISK_FIELDS: Final = tuple(question.field for question in QUESTIONS)
_SEED_LENGTH = 16


def _currency() -> ChoiceField:
    return ChoiceField(_("Currency"), choices=[(c, c) for c in CURRENCIES], default="EUR")


class RowsForm(Form):
    """A form with one group of repeated rows, a version and a seed."""

    version = HiddenField()
    seed = HiddenField()
    currency: ChoiceField
    group: str

    def __init__(
        self,
        given: MultiDict[str, str] | None = None,
        **kwargs: Any,  # whatever WTForms gives a form: the defaults of its fields
    ) -> None:
        """Read what was sent; a currency that is not proposed but exists joins the list."""
        super().__init__(formdata=given, **kwargs)
        kept = str(self.seed.data or "")
        usable = kept.isascii() and kept.isalnum() and len(kept) <= _SEED_LENGTH
        self.seed.data = kept if usable else secrets.token_hex(_SEED_LENGTH // 2)
        asked = self.currency.data
        if asked not in CURRENCIES and asked.isalpha() and len(asked) == 3:
            self.currency.choices = (*((c, c) for c in CURRENCIES), (asked, asked))

    @property
    def repeated(self) -> FieldList[FormField[Form]]:
        """The group of rows."""
        field = self[self.group]
        if not isinstance(field, FieldList):
            raise TypeError(self.group)
        return field

    @property
    def rows(self) -> list[Form]:
        """The forms of the rows."""
        return [entry.form for entry in self.repeated.entries]

    def refuse(self, field: Field, message: str) -> None:
        """Put a message beside a field."""
        field.errors = [*field.errors, message]

    @classmethod
    def touched(cls, given: MultiDict[str, str]) -> Self | None:
        """The form with the row that a button adds or takes away; None when it is to be saved."""
        if removed := given.get("remove"):
            return cls(without_row(given, removed))
        if "add" not in given:
            return None
        form = cls(given)
        form.repeated.append_entry()
        return form

    def spare(self) -> FormField[Form]:
        """An empty row, which the page's script copies."""
        form = type(self)()
        form.repeated.append_entry()
        form.complete(self)
        entry: FormField[Form] = form.repeated.entries[0]
        return entry

    def complete(self, other: Self) -> None:
        """Let the rows choose among what those of another form choose among."""


class PlanLineForm(Form):
    """A part of what is put aside, and what it feeds."""

    id = HiddenField()
    destination = ChoiceField(
        _("Where to"), choices=[("", _("Choose…")), *DESTINATIONS.items()], default=""
    )
    reference = text_field(_("Reference"))
    percent = PercentField(_("Share"))
    target = ChoiceField(
        _("Line that receives the money"), choices=[("", _("the one of that kind"))], default=""
    )

    @property
    def written(self) -> bool:
        """Whether something is said in it; its id says nothing of it."""
        return bool(
            self.destination.data or self.reference.data or self.percent.typed or self.target.data
        )


class PlanForm(RowsForm):
    """What is put aside each month, since when, and where it goes."""

    group = "lines"
    monthly_capacity = AmountField(_("Amount a month"))
    currency = _currency()
    starts_on = DayField(_("Since"))
    yearly_goal = AmountField(_("Goal of a year"))
    lines = FieldList(FormField(PlanLineForm), _("Line"))
    targets: Sequence[tuple[str, str]] = ()

    def complete(self, other: Self) -> None:
        """Propose the same holdings."""
        self.propose(other.targets)

    def propose(self, targets: Sequence[tuple[str, str]]) -> None:
        """Let the lines choose among these holdings, each an id and its name."""
        self.targets = targets
        known = {value for value, _label in targets}
        for row in self.rows:
            if isinstance(row, PlanLineForm):
                kept = row.target.data
                gone = [(kept, kept)] if kept and kept not in known else []
                row.target.choices = (("", _("the one of that kind")), *targets, *gone)


class GoalForm(Form):
    """Something to save for."""

    label = text_field(_("What it is for"))
    target = AmountField(_("Amount needed"))
    by = DayField(_("Needed by"))

    @property
    def written(self) -> bool:
        """Whether something is typed in it."""
        return bool(self.label.data or self.target.typed or self.by.typed)


def _radio() -> RadioField:
    # What was not answered is said by us, once for the five questions.
    return RadioField(validate_choice=False)


class ProfileForm(RowsForm):
    """Income, charges, situation, goals, and the five questions."""

    group = "goals"
    monthly_income = AmountField(_("Income a month"))
    currency = _currency()
    monthly_charges = AmountField(_("Charges a month"))
    savings_capacity = AmountField(_("What can be put aside a month"))
    family = ChoiceField(
        _("Family situation"),
        choices=[(each.value, name) for each, name in FAMILIES.items()],
        default="single",
    )
    dependants = CountField(_("Dependants"))
    birth_year = CountField(_("Year of birth"))
    profession = text_field(_("Profession"))
    goals = FieldList(FormField(GoalForm), _("Goal"))
    drop = _radio()
    horizon = _radio()
    liquidity = _radio()
    experience = _radio()
    reaction = _radio()

    def __init__(
        self,
        given: MultiDict[str, str] | None = None,
        **kwargs: Any,  # whatever WTForms gives a form: the defaults of its fields
    ) -> None:
        """Read what was sent; the questions are those of the library, in the reader's language."""
        super().__init__(given, **kwargs)
        for question in QUESTIONS:
            field = self.question(question.field)
            field.label.text = library_text(question.words)
            field.choices = [
                (str(answer.points), library_text(answer.words)) for answer in question.answers
            ]

    def question(self, name: str) -> RadioField:
        """The field of a question.

        Raises:
            TypeError: There is no such question.
        """
        field = self[name]
        if not isinstance(field, RadioField):
            raise TypeError(name)
        return field

    @property
    def answered(self) -> tuple[str, ...]:
        """The questions that have an answer."""
        return tuple(name for name in RISK_FIELDS if self[name].data)


class RuleForm(Form):
    """A level to be told about."""

    seed = HiddenField()
    subject = ChoiceField(_("When"), choices=[], default="net_worth")
    direction = ChoiceField(
        _("Which way"),
        choices=[(each.value, name) for each, name in DIRECTIONS.items()],
        default="above",
    )
    level = AmountField(_("Level"))
    currency = _currency()

    def __init__(
        self, given: MultiDict[str, str] | None = None, *, subjects: Sequence[tuple[str, object]]
    ) -> None:
        """Read what was sent; `subjects` are what can be watched."""
        super().__init__(formdata=given)
        self.subject.choices = tuple(subjects)
