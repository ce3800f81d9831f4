"""Tariffs: every one published, a new one with what it would change, and the rates of exchange.

A tariff is never changed: another one follows it. What a new one would do to the quotes that are
open is shown before it is published; those quotes keep their price whatever happens.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.charts import StepsChart
from comptoir_web.presentation.formats import day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from logistics_core.errors import TariffFaults, TariffMissing, TariffOverlap
from logistics_core.tariffs import Tariff

from . import words
from .forms import RateForm
from .reading import begins, refuse, say, wanted
from .tariff_form import TariffForm, read_tariff, same_terms, tariff_fields
from .views import blueprint, differences, me, now, office, people

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from logistics_core.storage.tariffs import PublishedTariff

    from .views import Difference

__all__: list[str] = []

FEW_POINTS = 2


@blueprint.get("/tarifs")
def tariffs() -> ResponseReturnValue:
    """The tariff in force, those to come, and every one there was."""
    history = office().tariffs()
    at = now()
    return render_template(
        "freight_admin/tariffs.html",
        current=next((one for one in history if one.tariff.in_force(at)), None),
        upcoming=[one for one in reversed(history) if one.tariff.effective_from > at],
        history=history,
        people=people([one.published_by for one in history]),
        now=at,
    )


@blueprint.get("/tarifs/<int:version>")
def tariff(version: int) -> ResponseReturnValue:
    """One tariff as it was published, and what it changed."""
    try:
        found = office().tariff(version)
    except TariffMissing:
        return render_template("freight_admin/no_tariff.html", version=version), 404
    before = next((one for one in office().tariffs() if one.tariff.version == version - 1), None)
    return render_template(
        "freight_admin/tariff.html",
        published=found,
        tariff=found.tariff,
        changes=() if before is None else differences(_texts(before.tariff), _texts(found.tariff)),
        people=people([found.published_by]),
        now=now(),
    )


@blueprint.route("/tarifs/nouveau", methods=["GET", "POST"])
def new_tariff() -> ResponseReturnValue:
    """Write a tariff, see what it would change, then publish it."""
    history = office().tariffs()
    last = history[0].tariff.version if history else 0
    if request.method == "GET":
        return _form(TariffForm(tariff_fields(_model(history), last=last)), history)
    touched = TariffForm.touched(request.form)
    if touched is not None:
        return _form(touched, history)
    form = TariffForm(request.form)
    typed = read_tariff(form, at=now())
    if typed is None:
        return _form(form, history), 422
    publishing = request.form.get("do") == "publish"
    if version_of(form.version.data) != last:
        if publishing and history and same_terms(typed, history[0].tariff):
            return _published(history[0].tariff)  # the same form sent twice
        form.version.data = str(last)
        return _form(form, history, _against(typed, history)), 409
    if "again" in request.form:
        return _form(form, history)
    meeting = _meeting(typed, history)
    if not meeting and publishing:
        try:
            made = office().publish(typed, actor=me(), note=(form.note.data or "").strip())
        except TariffOverlap as error:
            refuse(form.effective_from, words.error_sentence(error))
        except TariffFaults as faults:
            say(form, faults.faults)
        else:
            return _published(made)
    if meeting:
        refuse(form.effective_from, _meets(meeting))
    if form.errors or form.form_errors:
        return _form(form, history), 422
    return _preview(form, typed)


def _model(history: Sequence[PublishedTariff]) -> Tariff:
    """What a new tariff begins from: the one in force, else the last, else the usual one."""
    from logistics_core.tariffs.starting import starting_tariff

    at = now()
    current = next((one.tariff for one in history if one.tariff.in_force(at)), None)
    if current is not None:
        return current
    return history[0].tariff if history else starting_tariff(effective_from=at)


def _form(
    form: TariffForm,
    history: Sequence[PublishedTariff],
    meanwhile: tuple[Difference, ...] | None = None,
) -> str:
    return render_template(
        "freight_admin/new_tariff.html",
        form=form,
        spare=form.spare(),
        meanwhile=meanwhile,
        first=not history,
    )


def _preview(form: TariffForm, typed: Tariff) -> str:
    shown = office().preview(typed)
    current = shown.current
    sent = [(name, value) for name, value in request.form.items(multi=True)]
    return render_template(
        "freight_admin/preview.html",
        form=form,
        tariff=typed,
        shown=shown,
        changes=differences(_texts(current.tariff), _texts(typed)) if current else (),
        sent=[pair for pair in sent if pair[0] not in {"csrf_token", "do", "confirmed", "again"}],
        from_now=form.effective_from.empty,
    )


def _against(typed: Tariff, history: Sequence[PublishedTariff]) -> tuple[Difference, ...]:
    return differences(_texts(typed), _texts(history[0].tariff)) if history else ()


def _published(made: Tariff) -> ResponseReturnValue:
    flash(_("Tariff %(version)s is published.", version=made.version), "success")
    return redirect(url_for("freight_admin.tariff", version=made.version), code=303)


def _meeting(typed: Tariff, history: Sequence[PublishedTariff]) -> tuple[Tariff, ...]:
    """The tariffs whose dates meet those of a new one, but for the one that it will end."""
    return tuple(
        kept
        for kept in (one.tariff for one in reversed(history))
        if not (kept.effective_until is None and kept.effective_from < typed.effective_from)
        and (kept.effective_until is None or typed.effective_from < kept.effective_until)
        and (typed.effective_until is None or kept.effective_from < typed.effective_until)
    )


def _meets(meeting: Sequence[Tariff]) -> str:
    told = ", ".join(
        _("tariff %(version)s, %(dates)s", version=one.version, dates=dates_of(one))
        for one in meeting
    )
    return _("These dates meet those of %(tariffs)s: choose others.", tariffs=told)


def dates_of(tariff: Tariff) -> str:
    """From when to when a tariff holds."""
    since = day_short(tariff.effective_from.date())
    if tariff.effective_until is None:
        return _("from %(day)s on", day=since)
    until = day_short(tariff.effective_until.date())
    return _("from %(day)s to %(until)s", day=since, until=until)


blueprint.add_app_template_filter(dates_of, "tariff_dates")


def _texts(tariff: Tariff) -> dict[str, str]:
    """What a tariff says, by the names of its terms; its dates are apart."""
    least, ton = tariff.minimum_freight, tariff.kg_per_cbm
    texts = {
        _("Goods are in"): tariff.goods_currency,
        _("Charged in"): tariff.currency,
        _("Rate charged"): words.rate(tariff.rate),
        _("Real rate"): words.rate(tariff.real_rate),
        _("Commission"): words.rate_of(tariff.commission),
        _("Least freight of an order"): _("no minimum") if least is None else money(least),
        _("Weight that counts as one m³"): _("weight is not billed")
        if ton is None
        else f"{words.rate(ton)}\u00a0kg",
        _("Decimals of the volume"): str(tariff.volume_places),
        _("Rounding of the volume"): str(words.ROUNDINGS[tariff.volume_rounding]),
        _("Quotes hold for"): words.days(tariff.validity),
    }
    for one in tariff.categories:
        name = one.label(language())
        texts[_("%(category)s, price of a m³", category=name)] = money(one.price)
        texts[_("%(category)s, real cost of a m³", category=name)] = money(one.real_cost)
    return texts


# -- rates of exchange ----------------------------------------------------------------------------


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
    if form.errors or form.rate.data is None:
        return _rates_page(form, history, current), 422
    last = history[0].tariff
    real = form.rate.data if form.real_rate.data is None else form.real_rate.data
    if version_of(form.version.data) != last.version:
        if (last.rate, last.real_rate) == (form.rate.data, real):
            return _published(last)  # the same form sent twice
        meanwhile = differences(_pair(form.rate.data, real), _pair(last.rate, last.real_rate))
        form.version.data = str(last.version)
        return _rates_page(form, history, current, meanwhile), 409
    try:
        made = office().publish_rate(
            form.rate.data,
            real_rate=form.real_rate.data,
            effective_from=since,
            actor=me(),
            note=form.note.data or "",
        )
    except TariffOverlap as error:
        refuse(form.effective_from, words.error_sentence(error))
    except TariffFaults as faults:
        say(form, faults.faults)
    else:
        return _published(made)
    return _rates_page(form, history, current), 422


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
    """What the chart shows: from what to what."""
    steps = _changes(history)
    first, last = steps[-1].tariff, steps[0].tariff
    return _(
        "From %(before)s to %(now)s %(currency)s for one %(goods)s since %(day)s",
        before=words.rate(first.rate),
        now=words.rate(last.rate),
        currency=last.currency,
        goods=last.goods_currency,
        day=day_short(first.effective_from.date()),
    )
