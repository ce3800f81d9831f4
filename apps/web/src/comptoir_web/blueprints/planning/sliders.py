"""The form of the projection: a slider a figure, all in the address.

A slider sends a plain number (`3.5`); an address typed by hand is understood as any other form is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs
from wtforms import Form

from comptoir_web.blueprints.loans.address import plain
from comptoir_web.blueprints.wealth.words import CATEGORIES
from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    CountField,
    PercentField,
    fault_sentence,
)
from comptoir_web.presentation.formats import money, percent
from comptoir_web.presentation.languages import gettext, ngettext
from comptoir_web.presentation.languages import lazy_gettext as _
from shared_kernel import FaultList, from_minor, minor_digits, rounded_money, to_minor
from wealth_core.networth import Category, Return
from wealth_core.networth.assumptions import DEFAULT_ASSUMPTIONS, Assumptions

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from comptoir_web.presentation.fields import TypedField
    from shared_kernel import Money

__all__ = ["NOMINAL", "REAL", "Question", "Slider", "SlidersForm", "read_question"]

NOMINAL: Final = "nominal"
REAL: Final = "real"
YEARS: Final = 10
MOST_YEARS: Final = 40
_INFLATION_REACH: Final = (Decimal(0), Decimal(8))
_REACH: Final = {
    Category.CASH: (Decimal(0), Decimal(6)),
    Category.INVESTMENTS: (Decimal(-5), Decimal(15)),
    Category.REAL_ESTATE: (Decimal(-5), Decimal(10)),
    Category.CRYPTO: (Decimal(-30), Decimal(30)),
    Category.OTHER_GOODS: (Decimal(-10), Decimal(10)),
}
"""How far each slider goes, in percent; a figure beyond, but allowed, makes it go further."""
_STEP: Final = Decimal("0.1")


@attrs.frozen(kw_only=True)
class Question:
    """What is asked of the future.

    Attributes:
        years: How far.
        monthly: What is put aside each month.
        assumptions: Returns and inflation.
        real: Whether amounts are told in today's money.
    """

    years: int
    monthly: Money
    assumptions: Assumptions
    real: bool


@attrs.frozen(kw_only=True)
class Slider:
    """A slider as the page draws it; its figures are plain numbers.

    Attributes:
        name: The name of its field.
        label: What it moves.
        value: Where it stands.
        shown: That, in words.
        least: Its left end.
        most: Its right end.
        step: How far a key moves it.
        default: Where it stands in an address that does not say.
        unit: How the script writes it: `years`, `percent`, or the code of a currency.
        errors: What is wrong with the figure of the address.
    """

    name: str
    label: str
    value: str
    shown: str
    least: str
    most: str
    step: str
    default: str
    unit: str
    errors: tuple[str, ...]


def _mean(category: Category) -> PercentField:
    # A lazy text is no str for the types, and is written like one.
    return PercentField(CATEGORIES[category])  # type: ignore[arg-type]  # a lazy text


class SlidersForm(Form):
    """How far, how much a month, at which returns, in which money."""

    years = CountField(_("Horizon"))
    monthly = AmountField(_("Amount a month"))
    inflation = PercentField(_("Inflation"))
    cash = _mean(Category.CASH)
    investments = _mean(Category.INVESTMENTS)
    real_estate = _mean(Category.REAL_ESTATE)
    crypto = _mean(Category.CRYPTO)
    other_goods = _mean(Category.OTHER_GOODS)
    terms = ChoiceField(
        _("Amounts"),
        choices=[(NOMINAL, _("of each year")), (REAL, _("in today’s money"))],
        default=NOMINAL,
    )

    def __init__(self, given: MultiDict[str, str] | None, *, monthly: Money) -> None:
        """Read the address; what is put aside is proposed as the plan has it."""
        returns = DEFAULT_ASSUMPTIONS.returns
        data = {category.value: returns[category].mean.scaleb(2) for category in Category}
        data["inflation"] = DEFAULT_ASSUMPTIONS.inflation.scaleb(2)
        data["monthly"] = monthly.amount
        super().__init__(formdata=given, data={**data, "years": YEARS})
        self._proposed = monthly

    def mean(self, category: Category) -> PercentField:
        """The field of the mean return of a category."""
        field = self[category.value]
        if not isinstance(field, PercentField):
            raise TypeError(category)
        return field

    @property
    def sliders(self) -> tuple[tuple[Slider, ...], tuple[Slider, ...]]:
        """The sliders that everyone moves, and those of the returns."""
        returns = DEFAULT_ASSUMPTIONS.returns
        means = tuple(
            _percent_slider(self.mean(category), _REACH[category], returns[category].mean)
            for category in Category
        )
        inflation = _percent_slider(self.inflation, _INFLATION_REACH, DEFAULT_ASSUMPTIONS.inflation)
        return (self._years(), self._monthly(), inflation), means

    def _years(self) -> Slider:
        asked = self.years.data
        years = YEARS if asked is None else min(max(asked, 1), MOST_YEARS)
        return _slider(
            self.years,
            value=Decimal(years),
            reach=(Decimal(1), Decimal(MOST_YEARS)),
            step=Decimal(1),
            default=Decimal(YEARS),
            unit="years",
            shown=ngettext("%(num)s year", "%(num)s years", years),
        )

    def _monthly(self) -> Slider:
        proposed = self._proposed
        currency = proposed.currency.code
        most, step = _reach_of(proposed)
        asked = proposed.amount if self.monthly.data is None else self.monthly.data
        shown = rounded_money(min(max(asked, Decimal(0)), _most(currency).amount), currency)
        # A slider stands on its steps: its default is the step nearest to the plan's own figure,
        # and an address that does not say stands for that figure itself.
        nearest = (proposed.amount / step).to_integral_value() * step
        return _slider(
            self.monthly,
            value=nearest if shown == proposed else shown.amount,
            reach=(Decimal(0), most),
            step=step,
            default=nearest,
            unit=currency,
            shown=money(shown),
        )


def _reach_of(amount: Money) -> tuple[Decimal, Decimal]:
    """How far the slider of an amount goes, and its step: round figures, three times the amount."""
    least = Decimal(1000) if minor_digits(amount.currency.code) else Decimal(300_000)
    wanted = max(amount.amount * 3, least)
    power = Decimal(10) ** wanted.adjusted()
    most = next(power * size for size in (1, 2, 3, 5, 10) if power * size >= wanted)
    return most, power / 100 * (5 if most > power * 2 else 1)


def _percent_slider(
    field: TypedField[Decimal], reach: tuple[Decimal, Decimal], usual: Decimal
) -> Slider:
    default = usual.scaleb(2)
    value = default if field.data is None else field.data
    return _slider(
        field,
        value=value,
        reach=reach,
        step=_STEP,
        default=default,
        unit="percent",
        shown=percent(value.scaleb(-2)),
    )


def _slider(
    field: TypedField[int] | TypedField[Decimal],
    *,
    value: Decimal,
    reach: tuple[Decimal, Decimal],
    step: Decimal,
    default: Decimal,
    unit: str,
    shown: str,
) -> Slider:
    return Slider(
        name=str(field.name),
        label=str(field.label.text),
        value=plain(value),
        shown=shown,
        least=plain(min(reach[0], value)),
        most=plain(max(reach[1], value)),
        step=plain(step),
        default=plain(default),
        unit=unit,
        errors=tuple(str(error) for error in field.errors),
    )


def read_question(form: SlidersForm, *, monthly: Money) -> Question | None:
    """What the form asks; None when something is wrong, which the form then says.

    Args:
        form: The form.
        monthly: What the plan puts aside, in its currency: that of the slider.
    """
    form.validate()
    years = form.years.data
    if years is None or not 1 <= years <= MOST_YEARS:
        _refuse(form, "years", gettext("Choose from 1 to %(most)s years.", most=MOST_YEARS))
    found = FaultList()
    returns = {}
    for category in Category:
        usual = DEFAULT_ASSUMPTIONS.returns[category]
        returns[category] = usual
        with found.collect(category.value):
            mean = form.mean(category).fraction
            returns[category] = Return(usual.mean if mean is None else mean, usual.volatility)
    assumptions = DEFAULT_ASSUMPTIONS
    with found.collect():
        usual_inflation = DEFAULT_ASSUMPTIONS.inflation
        inflation = form.inflation.fraction
        assumptions = attrs.evolve(
            DEFAULT_ASSUMPTIONS,
            returns=returns,
            inflation=usual_inflation if inflation is None else inflation,
        )
    for fault in found.faults:
        _refuse(form, fault.path.partition(".")[0], fault_sentence(fault))
    amount = _monthly_asked(form, monthly)
    if form.errors or amount is None or years is None:
        return None
    return Question(
        years=years,
        monthly=amount,
        assumptions=assumptions,
        real=form.terms.data == REAL,
    )


def _monthly_asked(form: SlidersForm, monthly: Money) -> Money | None:
    asked = form.monthly.data
    if asked is None or not 0 <= asked <= _most(monthly.currency.code).amount:
        _refuse(form, "monthly", gettext("Write an amount of zero or more, for example 500."))
        return None
    exact = rounded_money(asked, monthly.currency.code)
    return monthly if to_minor(exact) == to_minor(monthly) else exact


def _most(currency: str) -> Money:
    """The largest amount a month that is projected, whatever the slider's reach."""
    return from_minor(10**12, currency)


def _refuse(form: SlidersForm, name: str, message: str) -> None:
    field = form[name]
    if not field.errors:
        field.errors = [message]
