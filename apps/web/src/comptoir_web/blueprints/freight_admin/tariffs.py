"""Tariffs: every one published, and a new one with what it would change.

A tariff is never changed: another one follows it. What a new one would do to the quotes that are
open is shown before it is published; those quotes keep their price whatever happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.formats import day_short, money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from logistics_core.errors import StaleVersion, TariffFaults, TariffMissing, TariffOverlap
from logistics_core.tariffs import Tariff

from . import words
from .reading import refuse, say
from .tariff_form import TariffForm, read_tariff, same_terms, tariff_fields
from .views import blueprint, differences, me, now, office, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from logistics_core.storage.tariffs import PublishedTariff

    from .views import Difference

__all__ = ["published"]


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
    typed = read_tariff(form, at=now(), ends=office().ends_by_itself)
    if typed is None:
        return _form(form, history), 422
    publishing = request.form.get("do") == "publish"
    if version_of(form.version.data) != last:
        if publishing and history and same_terms(typed, history[0].tariff):
            return published(history[0].tariff)  # the same form sent twice
        return _stale(form, typed)
    if "again" in request.form:
        return _form(form, history)
    meeting = _meeting(typed, history)
    if not meeting and publishing:
        try:
            note = (form.note.data or "").strip()
            made = office().publish(typed, actor=me(), note=note, version=last)
        except StaleVersion:
            return _stale(form, typed)
        except TariffOverlap as error:
            refuse(form.effective_from, words.error_sentence(error))
        except TariffFaults as faults:
            say(form, faults.faults)
        else:
            return published(made)
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
        from_now=form.effective_from.empty and typed.effective_until is None,
        ends=typed.effective_until if form.effective_until.empty else None,
    )


def _stale(form: TariffForm, typed: Tariff) -> ResponseReturnValue:
    """Another tariff was published meanwhile: both are shown, and nothing typed is lost."""
    history = office().tariffs()
    last = history[0].tariff if history else None
    form.version.data = str(last.version if last else 0)
    meanwhile = differences(_texts(typed), _texts(last)) if last else ()
    return _form(form, history, meanwhile), 409


def published(made: Tariff) -> ResponseReturnValue:
    """Say that a tariff is published, and show it."""
    flash(_("Tariff %(version)s is published.", version=made.version), "success")
    return redirect(url_for("freight_admin.tariff", version=made.version), code=303)


def _meeting(typed: Tariff, history: Sequence[PublishedTariff]) -> tuple[Tariff, ...]:
    """The tariffs whose dates meet those of a new one, but for the one that it will end."""
    return tuple(
        kept
        for kept in (one.tariff for one in reversed(history))
        if not (
            kept.effective_from < typed.effective_from
            and kept.effective_until in (None, typed.effective_until)
        )
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
