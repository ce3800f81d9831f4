"""Rates of exchange: those there were, and others from now or from a day on.

Other rates are a new version of the tariff in force, in which everything else stays; where another
tariff is to follow it, it still does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
from flask import render_template, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.charts import StepsChart
from comptoir_web.presentation.formats import day_short, percent
from comptoir_web.presentation.languages import gettext as _
from logistics_core.errors import StaleVersion, TariffFaults, TariffMissing, TariffOverlap
from shared_kernel import FaultList

from . import words
from .forms import RateForm
from .reading import begins, refuse, say, wanted
from .tariffs import published
from .views import blueprint, differences, me, now, office, people, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.tariffs import Tariff

    from .views import Difference

__all__: list[str] = []

FEW_POINTS = 2


@blueprint.route("/taux", methods=["GET", "POST"])
def rates() -> ResponseReturnValue:
    """The rates there were, and others from now or from a day on: a new version of the tariff."""
    history = office().tariffs()
    current = office().current_tariff()
    if current is None:
        raise TariffMissing("no tariff is in force")
    form = RateForm()
    if not form.is_submitted():
        form.version.data = str(history[0].tariff.version)
        form.rate.process_data(current.tariff.rate)
        form.real_rate.process_data(current.tariff.real_rate)
        return _rates_page(form, history, current)
    form.validate()
    since = begins(form.effective_from, now())
    wanted(form.rate, _("Write a rate, for example 1250."))
    _check_rates(form, current.tariff)
    if form.errors or form.form_errors or form.rate.data is None:
        return _rates_page(form, history, current), 422
    last = history[0].tariff
    real = form.rate.data if form.real_rate.data is None else form.real_rate.data
    if version_of(form.version.data) != last.version:
        if (last.rate, last.real_rate) == (form.rate.data, real):
            return published(last)  # the same form sent twice
        return _stale(form, real)
    told = f"1 {last.goods_currency} = {words.rate(form.rate.data)} {last.currency}. "
    back = url_for("freight_admin.rates")
    question = unconfirmed(told + words.ask_rates(), _("Publish"), back)
    if question:
        return question
    try:
        made = office().publish_rate(
            form.rate.data,
            real_rate=form.real_rate.data,
            effective_from=since,
            actor=me(),
            note=form.note.data or "",
            version=last.version,
        )
    except StaleVersion:
        return _stale(form, real)
    except (TariffMissing, TariffOverlap) as error:
        refuse(form.effective_from, words.error_sentence(error))
    except TariffFaults as faults:
        say(form, faults.faults)
    else:
        return published(made)
    return _rates_page(form, history, current), 422


def _check_rates(form: RateForm, tariff: Tariff) -> None:
    """Say what is wrong with the rates before anything is asked."""
    found = FaultList()
    if form.rate.data is not None:
        with found.collect():
            attrs.evolve(tariff, rate=form.rate.data, real_rate=form.real_rate.data)
    say(form, found.faults)


def _stale(form: RateForm, real: Decimal) -> ResponseReturnValue:
    """Another tariff was published meanwhile: both are shown, and nothing typed is lost."""
    history = office().tariffs()
    last = history[0].tariff
    typed = _pair(form.rate.data or last.rate, real)
    form.version.data = str(last.version)
    meanwhile = differences(typed, _pair(last.rate, last.real_rate))
    return _rates_page(form, history, office().current_tariff() or history[0], meanwhile), 409


def _pair(rate: Decimal, real: Decimal) -> dict[str, str]:
    return {_("Rate charged"): words.rate(rate), _("Real rate"): words.rate(real)}


def _rates_page(
    form: RateForm,
    history: Sequence[PublishedTariff],
    current: PublishedTariff,
    meanwhile: tuple[Difference, ...] | None = None,
) -> str:
    at = now()
    chart = _chart(history, at)
    return render_template(
        "freight_admin/rates.html",
        form=form,
        current=current.tariff,
        gain=_gain(current.tariff),
        changes=_changes(history),
        chart=chart,
        finding=_finding(history) if chart else "",
        meanwhile=meanwhile,
        people=people([one.published_by for one in history]),
        now=at,
    )


def _gain(tariff: Tariff) -> str:
    """What is earned on the exchange, in percent of the real rate."""
    return percent(tariff.rate / tariff.real_rate - 1)


def _changes(history: Sequence[PublishedTariff]) -> list[PublishedTariff]:
    """The versions that changed a rate, the newest first."""
    kept: list[PublishedTariff] = []
    for one in sorted(history, key=lambda each: each.tariff.effective_from):
        last = kept[-1].tariff if kept else None
        if last is None or (last.rate, last.real_rate) != (one.tariff.rate, one.tariff.real_rate):
            kept.append(one)
    return kept[::-1]


def _chart(history: Sequence[PublishedTariff], at: datetime) -> StepsChart | None:
    """The two rates through the days, each held until the next; None for one rate alone."""
    steps = [one.tariff for one in reversed(_changes(history))]
    # The last of a day counts for it.
    by_day = {one.effective_from.date(): (one.rate, one.real_rate) for one in steps}
    if len(by_day) < FEW_POINTS:
        return None
    points = [(day, *rates) for day, rates in by_day.items()]
    end = max(at.date(), points[-1][0] + timedelta(days=1))
    points.append((end, *points[-1][1:]))
    return StepsChart(
        unit=f"{steps[-1].currency} / {steps[-1].goods_currency}",
        days=tuple(day for day, _rate, _real in points),
        series=(
            (_("Rate charged"), tuple(rate for _day, rate, _real in points)),
            (_("Real rate"), tuple(real for _day, _rate, real in points)),
        ),
    )


def _finding(history: Sequence[PublishedTariff]) -> str:
    """What the chart shows: from what to what; of the real rate where it alone changed."""
    steps = _changes(history)
    first, last = steps[-1].tariff, steps[0].tariff
    words_of = {
        "currency": last.currency,
        "goods": last.goods_currency,
        "day": day_short(first.effective_from.date()),
    }
    if first.rate == last.rate and first.real_rate != last.real_rate:
        return _(
            "The real rate: from %(before)s to %(now)s %(currency)s for one %(goods)s "
            "since %(day)s",
            before=words.rate(first.real_rate),
            now=words.rate(last.real_rate),
            **words_of,
        )
    return _(
        "From %(before)s to %(now)s %(currency)s for one %(goods)s since %(day)s",
        before=words.rate(first.rate),
        now=words.rate(last.rate),
        **words_of,
    )
